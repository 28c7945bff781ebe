"""My profile, my data, and deleting my account."""

import json
from datetime import UTC, datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from lms_core.errors import Conflict, NotFound, NotPermitted
from lms_core.people import Account, Permission
from storage.accounts import AccountStore
from storage.people import PeopleStore
from storage.personal import PersonalStore
from tutor.api.people import Name, PersonOut, person_out
from tutor.api.routing import UNSENT, Call, Model, Route, Stream
from tutor.leaving import FRESH, Leaving

_Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]


class MeEdit(Model):
    """`language` is BCP 47."""

    name: Name = UNSENT
    language: _Language | None = UNSENT


def routes(
    people: PeopleStore, personal: PersonalStore, accounts: AccountStore, leaving: Leaving
) -> list[Route]:
    async def me(call: Call[None, None]) -> PersonOut:
        return person_out(await people.find(call.principal.person_id))

    async def edit(call: Call[None, MeEdit]) -> PersonOut:
        changes = call.body.model_dump(exclude_unset=True)

        def check(current: Account) -> None:
            call.must_match(person_out(current))

        return person_out(await people.set_profile(call.principal.person_id, check, **changes))

    async def export(call: Call[None, None]) -> web.Response:
        return await exported(personal, call.principal.person_id)

    async def leave(call: Call[None, None]) -> None:
        begun = await accounts.signed_in_at(call.principal)
        if begun is None or begun < datetime.now(UTC) - FRESH:
            raise NotPermitted(
                "Log in again, and delete your account within 15 minutes of that.", reason="sign_in_again"
            )
        await leaving.erase(call.principal.person_id)

    async def erase(call: Call[None, None]) -> None:
        await leaving.erase(call.path["id"])

    own = Permission.OWN_ACCOUNT
    return [
        Route(
            method="GET", path="/me", summary="Who I am. My time zone is in /me/preferences.", permission=own,
            handle=me, answers=PersonOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/me", summary="Change my name or language.", permission=own, handle=edit,
            body=MeEdit, answers=PersonOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/me/export", summary="Everything that is mine or made by me, by table, as JSON.",
            permission=own, handle=export, answers=Stream("application/json"),
        ),
        Route(
            method="DELETE", path="/me", permission=own, handle=leave, answers=None, errors=(NotFound, Conflict),
            summary="Delete my account with all that is mine, within 15 minutes of logging in.",
        ),
        Route(
            method="DELETE", path="/admin/users/{id}", permission=Permission.MANAGE_PEOPLE, handle=erase,
            answers=None, errors=(NotFound, Conflict), summary="Delete somebody with all that is theirs.",
        ),
    ]  # fmt: skip


async def exported(personal: PersonalStore, person_id: str) -> web.Response:
    """Everything of a person, as a file."""
    found = await personal.export(person_id)
    text = json.dumps({"data": found, "metadata": {}}, default=_plain, ensure_ascii=False)
    headers = {"Content-Disposition": 'attachment; filename="viva-data.json"', "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="application/json", headers=headers)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
