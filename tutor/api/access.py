"""What lets me in: my sign-ins and my API keys. The voice conversations are `sessions`."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field

from lms_core.errors import NotFound, NotPermitted
from lms_core.people import SIGN_INS, Permission, Principal, Token, TokenKind, granted
from storage.accounts import AccountStore
from tutor.api.routing import Call, Model, Page, Paging, Route
from tutor.auth import Authenticator

KEYS = (TokenKind.API_KEY, TokenKind.PHONE)
_MOST_DAYS = 3650


class SignInOut(BaseModel):
    """`current`: the one that asks. `last_used_at` is right to ten minutes."""

    id: str
    kind: TokenKind
    device: str | None
    address: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    current: bool


class KeyKind(StrEnum):
    """`phone` opens phone sessions and nothing else."""

    API_KEY = "api_key"
    PHONE = "phone"


class KeyIn(Model):
    """`scopes` None: all that I may myself, now and later."""

    name: str = Field(min_length=1, max_length=200)
    kind: KeyKind = KeyKind.API_KEY
    scopes: list[Permission] | None = Field(None, max_length=len(Permission))
    expires_in_days: int | None = Field(None, ge=1, le=_MOST_DAYS)


class KeyOut(BaseModel):
    id: str
    kind: KeyKind
    name: str | None
    scopes: list[Permission] | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class NewKeyOut(BaseModel):
    """The value is shown only now."""

    value: str
    expires_at: datetime | None


def routes(accounts: AccountStore, auth: Authenticator) -> list[Route]:
    async def sign_ins(call: Call[Paging, None]) -> Page:
        me = call.principal
        found, total = await accounts.held(me.person_id, SIGN_INS, call.query.page, call.query.limit)
        return Page([sign_in_out(one, me) for one in found], total)

    async def end_sign_in(call: Call[None, None]) -> None:
        await _revoke(call.principal, call.path["id"], SIGN_INS)

    async def end_others(call: Call[None, None]) -> None:
        await accounts.end_sign_ins(call.principal.person_id, keep=call.principal.digest)
        auth.forget(call.principal.person_id)

    async def keys(call: Call[Paging, None]) -> Page:
        found, total = await accounts.held(call.principal.person_id, KEYS, call.query.page, call.query.limit)
        return Page([key_out(one) for one in found], total)

    async def add_key(call: Call[None, KeyIn]) -> NewKeyOut:
        body = call.body
        if body.kind is KeyKind.PHONE and not call.principal.may(Permission.LEARN):
            raise call.principal.refused(Permission.LEARN)  # it opens talks, whatever its scopes say
        wanted = None if body.scopes is None else frozenset(body.scopes)
        value, expires = await accounts.issue(
            call.principal.person_id, TokenKind(body.kind), name=body.name,
            scopes=granted(call.principal, wanted),
            lasts=None if body.expires_in_days is None else timedelta(days=body.expires_in_days),
        )  # fmt: skip
        return NewKeyOut(value=value, expires_at=expires)

    async def revoke_key(call: Call[None, None]) -> None:
        await _revoke(call.principal, call.path["id"], KEYS)

    async def _revoke(me: Principal, digest: str, kinds: tuple[TokenKind, ...]) -> None:
        if not await accounts.revoke_token(me.person_id, digest, *kinds):
            raise NotFound("There is no such thing of yours, or it has ended already.")
        auth.forget(me.person_id)

    own = Permission.OWN_ACCOUNT
    return [
        Route(
            method="GET", path="/me/sign-ins", summary="Where I am signed in, the newest first.",
            permission=own, handle=sign_ins, query=Paging, answers=SignInOut,
        ),
        Route(
            method="DELETE", path="/me/sign-ins/{id}", summary="Sign out one device.", permission=own,
            handle=end_sign_in, answers=None, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/me/sign-ins", summary="Sign out everywhere but here.", permission=own,
            handle=end_others, answers=None,
        ),
        Route(
            method="GET", path="/me/api-keys", summary="My API keys and phone tokens, without their values.",
            permission=own, handle=keys, query=Paging, answers=KeyOut,
        ),
        Route(
            method="POST", path="/me/api-keys", summary="Make an API key or a phone token.", permission=own,
            handle=add_key, body=KeyIn, answers=NewKeyOut, status=201, secret=True, errors=(NotPermitted,),
        ),
        Route(
            method="DELETE", path="/me/api-keys/{id}", summary="Revoke an API key or a phone token.",
            permission=own, handle=revoke_key, answers=None, errors=(NotFound,),
        ),
    ]  # fmt: skip


def sign_in_out(token: Token, me: Principal) -> SignInOut:
    return SignInOut(
        id=token.digest, kind=token.kind, device=token.name, address=token.address,
        created_at=token.created_at, last_used_at=token.last_used_at, expires_at=token.expires_at,
        current=token.digest == me.digest,
    )  # fmt: skip


def key_out(token: Token) -> KeyOut:
    return KeyOut(
        id=token.digest, kind=KeyKind(token.kind.value), name=token.name,
        scopes=None if token.scopes is None else sorted(token.scopes),
        created_at=token.created_at, last_used_at=token.last_used_at, expires_at=token.expires_at,
    )  # fmt: skip
