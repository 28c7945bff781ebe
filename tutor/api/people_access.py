"""What lets somebody in, what they have used and what is theirs, for admins."""

from aiohttp import web

from lms_core.errors import NotFound
from lms_core.people import SIGN_INS, Permission
from storage.stores import Stores
from tutor.api.access import KEYS, KeyOut, SignInOut, key_out, sign_in_out
from tutor.api.me import exported
from tutor.api.plans import UsageOut, usage_out
from tutor.api.routing import Call, Page, Paging, Route, Stream
from tutor.auth import Authenticator


def routes(stores: Stores, auth: Authenticator) -> list[Route]:
    accounts, people = stores.accounts, stores.people

    async def whom(call: Call[Paging | None, None]) -> str:
        """Raises NotFound."""
        return (await people.find(call.path["id"])).id

    async def usage(call: Call[None, None]) -> UsageOut:
        return usage_out(await stores.plans.usage(call.path["id"]))

    async def sign_ins(call: Call[Paging, None]) -> Page:
        found, total = await accounts.held(await whom(call), SIGN_INS, call.query.page, call.query.limit)
        return Page([sign_in_out(one, call.principal) for one in found], total)

    async def sign_out(call: Call[None, None]) -> None:
        person_id = await whom(call)
        await accounts.end_sign_ins(person_id)
        auth.forget(person_id)

    async def keys(call: Call[Paging, None]) -> Page:
        found, total = await accounts.held(await whom(call), KEYS, call.query.page, call.query.limit)
        return Page([key_out(one) for one in found], total)

    async def revoke_key(call: Call[None, None]) -> None:
        person_id = call.path["id"]
        if not await accounts.revoke_token(person_id, call.path["key_id"], *KEYS):
            raise NotFound("They have no such key, or it is revoked already.")
        auth.forget(person_id)

    async def export(call: Call[None, None]) -> web.Response:
        return await exported(stores.personal, await whom(call))

    manage = Permission.MANAGE_PEOPLE
    return [
        Route(
            method="GET", path="/admin/users/{id}/usage", permission=manage, handle=usage, answers=UsageOut,
            summary="What somebody has used of their plan, and what is left.", errors=(NotFound,),
        ),
        Route(
            method="GET", path="/admin/users/{id}/sign-ins", permission=manage, handle=sign_ins, query=Paging,
            answers=SignInOut, summary="Where somebody is signed in, the newest first.", errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/admin/users/{id}/sign-ins", permission=manage, handle=sign_out, answers=None,
            summary="Sign somebody out everywhere; their API keys stay.", errors=(NotFound,),
        ),
        Route(
            method="GET", path="/admin/users/{id}/api-keys", permission=manage, handle=keys, query=Paging,
            answers=KeyOut, summary="Somebody's API keys and phone tokens, without their values.", errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/admin/users/{id}/api-keys/{key_id}", permission=manage, handle=revoke_key,
            answers=None, summary="Revoke somebody's API key or phone token.", errors=(NotFound,),
        ),
        Route(
            method="GET", path="/admin/users/{id}/export", permission=manage, handle=export,
            answers=Stream("application/json"), summary="Everything that is theirs or made by them, by table, as JSON.",
            errors=(NotFound,),
        ),
    ]  # fmt: skip
