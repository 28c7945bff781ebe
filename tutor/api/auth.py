"""Sign up, log in, refresh, log out, change the password."""

from typing import Literal

from pydantic import BaseModel, Field

from lms_core.errors import Conflict, NotAuthenticated, NotPermitted
from lms_core.passwords import LONGEST
from lms_core.people import Permission, Person, Role
from storage.tries import TryStore
from tutor.api.people import Name
from tutor.api.routing import Call, Dressed, Model, Route
from tutor.signing_in import SigningIn, Tokens

_LONGEST_EMAIL, _LONGEST_TOKEN = 320, 200


class SignUpIn(Model):
    """`password` is needed with an invitation, and where no letters are sent; else the letter's link sets it."""

    name: Name
    email: str = Field(max_length=_LONGEST_EMAIL)
    password: str | None = Field(None, max_length=LONGEST)
    invitation: str | None = Field(None, max_length=_LONGEST_TOKEN)


class SignedUpOut(BaseModel):
    """`by_letter`: choose the password with the link of the letter; else log in."""

    by_letter: bool


class LoginIn(Model):
    """`keep`: programs take tokens; a page of ours takes the cookie, which its scripts cannot read."""

    email: str = Field(max_length=_LONGEST_EMAIL)
    password: str = Field(max_length=LONGEST)
    keep: Literal["tokens", "cookie"] = "tokens"


class RefreshIn(Model):
    refresh_token: str = Field(max_length=_LONGEST_TOKEN)


class PasswordIn(Model):
    current: str | None = Field(None, max_length=LONGEST)
    new: str = Field(max_length=LONGEST)


class FirstPasswordIn(Model):
    name: Name
    email: str = Field(max_length=_LONGEST_EMAIL)
    password: str = Field(max_length=LONGEST)


class TokensOut(BaseModel):
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    access_token: str
    expires_in: int
    refresh_token: str


class SignedInOut(BaseModel):
    id: str
    name: str
    role: Role
    tokens: TokensOut | None = None


def routes(signing_in: SigningIn, tries: TryStore) -> list[Route]:
    async def sign_up(call: Call[None, SignUpIn]) -> SignedUpOut:
        body = call.body
        count = tries.letter if signing_in.by_letter(body.invitation) else tries.password
        await count(body.email)
        by_letter = await signing_in.sign_up(body.name, body.email, body.password, body.invitation)
        return SignedUpOut(by_letter=by_letter)

    async def login(call: Call[None, LoginIn]) -> SignedInOut | Dressed:
        body, client = call.body, call.client
        await tries.password(body.email)
        if body.keep == "tokens":
            person, tokens = await signing_in.log_in(body.email, body.password, client)
            return _signed_in(person, tokens)
        person, cookie = await signing_in.log_in_page(body.email, body.password, client)
        return Dressed(_signed_in(person), lambda response: client.keep(response, cookie))

    async def refresh(call: Call[None, RefreshIn]) -> TokensOut:
        return _tokens(await signing_in.refresh(call.body.refresh_token))

    async def logout(call: Call[None, None]) -> Dressed:
        await signing_in.log_out(call.principal)
        return Dressed(None, call.client.drop)

    async def change_password(call: Call[None, PasswordIn]) -> None:
        await tries.password(call.principal.person_id)
        await signing_in.change_password(call.principal, call.body.current, call.body.new)

    async def first_password(call: Call[None, FirstPasswordIn]) -> None:
        body = call.body
        await tries.password(call.principal.person_id)
        await signing_in.first_password(call.principal, body.name, body.email, body.password)

    return [
        Route(
            method="POST", path="/auth/sign-up", permission=None, handle=sign_up, body=SignUpIn,
            answers=SignedUpOut, summary="Make an account. Answers the same if the address has an account already.",
            errors=(NotPermitted, NotAuthenticated),
        ),
        Route(
            method="POST", path="/auth/login", summary="Log in with address and password.", permission=None,
            handle=login, body=LoginIn, answers=SignedInOut, errors=(NotAuthenticated,),
        ),
        Route(
            method="POST", path="/auth/refresh", permission=None, handle=refresh, body=RefreshIn,
            answers=TokensOut, errors=(NotAuthenticated,),
            summary="A new access token and a new refresh token; the one sent is used up.",
        ),
        Route(
            method="POST", path="/auth/logout", summary="End this sign-in.", permission=Permission.OWN_ACCOUNT,
            handle=logout, answers=None,
        ),
        Route(
            method="POST", path="/auth/password", permission=Permission.OWN_ACCOUNT, handle=change_password,
            summary="Change my password; all my other sign-ins end.", body=PasswordIn, answers=None,
        ),
        # Admins only: they may give anybody any address, others would have to prove that theirs is their own.
        Route(
            method="POST", path="/auth/first-password", permission=Permission.MANAGE_PEOPLE, handle=first_password,
            summary="Name, address and password of an admin who came by link and has no password yet.",
            body=FirstPasswordIn, answers=None, errors=(Conflict,),
        ),
    ]  # fmt: skip


def _signed_in(person: Person, tokens: Tokens | None = None) -> SignedInOut:
    return SignedInOut(
        id=person.id, name=person.name, role=person.role, tokens=_tokens(tokens) if tokens else None
    )


def _tokens(tokens: Tokens) -> TokensOut:
    return TokensOut(
        access_token=tokens.access, expires_in=int(tokens.lasts.total_seconds()), refresh_token=tokens.refresh
    )
