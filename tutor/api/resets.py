"""A new password for who forgot theirs."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from lms_core.errors import NotAuthenticated, NotFound
from lms_core.passwords import LONGEST
from lms_core.people import Permission
from storage.tries import TryStore
from tutor.api.routing import Call, Dressed, Model, Route
from tutor.auth import Authenticator
from tutor.resets import Resets


class ResetRequestIn(Model):
    email: str = Field(max_length=320)


class ResetIn(Model):
    """`token` is what stands behind the # of the link; with `keep`, a page of ours is signed in by it, too."""

    token: str = Field(max_length=200)
    new: str = Field(max_length=LONGEST)
    keep: Literal["nothing", "cookie"] = "nothing"


class ResetLinkOut(BaseModel):
    link: str
    expires_at: datetime


def routes(resets: Resets, auth: Authenticator, tries: TryStore) -> list[Route]:
    async def ask(call: Call[None, ResetRequestIn]) -> None:
        await tries.letter(call.body.email)
        resets.ask(call.body.email)

    async def reset(call: Call[None, ResetIn]) -> Dressed | None:
        person_id = await resets.reset(call.body.token, call.body.new)
        if call.body.keep == "nothing":
            return None
        cookie = await auth.cookie_for(person_id, call.client)
        return Dressed(None, lambda response: call.client.keep(response, cookie))

    async def link(call: Call[None, None]) -> ResetLinkOut:
        value, expires = await resets.link(call.path["id"])
        return ResetLinkOut(link=value, expires_at=expires)

    return [
        Route(
            method="POST", path="/auth/password/reset-request", permission=None, handle=ask, answers=None,
            body=ResetRequestIn,
            summary="Send the link to a new password. Answers the same if nobody has the address.",
        ),
        Route(
            method="POST", path="/auth/password/reset", permission=None, handle=reset, body=ResetIn,
            answers=None, summary="Set a new password with the link's token, once within an hour.",
            errors=(NotAuthenticated,),
        ),
        Route(
            method="POST", path="/admin/users/{id}/reset-link", permission=Permission.MANAGE_PEOPLE, handle=link,
            answers=ResetLinkOut, status=201, secret=True, errors=(NotFound,),
            summary="A link with which somebody sets a new password, to give it to them.",
        ),
    ]  # fmt: skip
