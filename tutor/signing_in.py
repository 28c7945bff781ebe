"""Accounts with passwords: sign up, log in, refresh, log out. Who has an account is never told, not even by the time taken."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from lms_core.errors import InvalidInput, NotAuthenticated, NotPermitted
from lms_core.passwords import check_about, check_password
from lms_core.people import (
    SIGN_INS,
    Person,
    Principal,
    Role,
    SignUp,
    TokenKind,
    may_invite,
    plain_email,
)
from storage.accounts import AccountStore
from storage.audit import acting
from storage.sign_ins import Credentials, RefreshReused, Rotation, SignInStore
from tutor.access_tokens import LASTS, AccessTokens
from tutor.auth import Authenticator
from tutor.clients import Client
from tutor.passwords import Passwords
from tutor.resets import Resets

_log = structlog.get_logger(__name__)
INVITATION_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a machine client gets; `lasts` is the access token's."""

    access: str
    refresh: str
    lasts: timedelta = LASTS


class SigningIn:
    """`open_to`, who may make an account, may be set at any time."""

    def __init__(
        self, *, store: SignInStore, accounts: AccountStore, auth: Authenticator, access: AccessTokens,
        passwords: Passwords, resets: Resets, sign_up: SignUp,
    ) -> None:  # fmt: skip
        self._store, self._accounts, self._auth = store, accounts, auth
        self._access, self._passwords, self._resets, self.open_to = access, passwords, resets, sign_up

    def by_letter(self, invitation: str | None) -> bool:
        """Whether who signs up so proves by a letter that the address is theirs; an invitation vouches for them."""
        return invitation is None and self._resets.by_letter

    async def sign_up(self, name: str, email: str, password: str | None, invitation: str | None) -> bool:
        """Whether a letter tells how to go on.

        Raises InvalidInput, NotPermitted where accounts are not made so, NotAuthenticated for a bad invitation. No error
        tells that the address has an account already: then nothing happens, or its owner gets the letter.
        """
        if self.open_to is SignUp.CLOSED:
            raise NotPermitted(
                "Accounts are made by the school here; ask your teacher for one.", reason="sign_up_closed"
            )
        if self.open_to is SignUp.INVITE and invitation is None:
            raise NotPermitted(
                "An account needs an invitation here; ask your teacher for one.", reason="needs_invitation"
            )
        email = plain_email(email)
        if self.by_letter(invitation):
            await self._store.sign_up(name, email, None, role=Role.LEARNER, invitation=None)
            self._resets.ask(email)
            return True
        if password is None:
            raise InvalidInput("Choose a password.", reason="password_missing")
        check_password(password, email.partition("@")[0], name)
        hashed = await self._passwords.hash(password)
        await self._store.sign_up(name, email, hashed, role=Role.LEARNER, invitation=invitation)
        return False

    async def log_in_page(self, email: str, password: str, client: Client) -> tuple[Person, str]:
        """Who it is and the cookie. Raises NotAuthenticated."""
        person = await self._known(email, password)
        return person, await self._auth.cookie_for(person.id, client)

    async def log_in(self, email: str, password: str, client: Client) -> tuple[Person, Tokens]:
        """Raises NotAuthenticated."""
        person = await self._known(email, password)
        begun = await self._store.begin(person.id, device=client.device, address=client.address)
        return person, await self._tokens(begun)

    async def refresh(self, refresh_token: str) -> Tokens:
        """Raises NotAuthenticated."""
        try:
            return await self._tokens(await self._store.rotate(refresh_token))
        except RefreshReused as error:  # the access tokens of that sign-in end with it
            self._auth.forget(error.person_id)
            raise

    async def log_out(self, principal: Principal) -> None:
        """Raises InvalidInput for an API key, which nobody logged in with."""
        if principal.kind is TokenKind.API_KEY:
            raise InvalidInput("An API key has no sign-in to end; revoke the key instead.")
        await self._accounts.revoke_token(principal.person_id, principal.digest)
        self._auth.forget(principal.person_id)

    async def change_password(self, principal: Principal, current: str | None, new: str) -> None:
        """Every other sign-in ends. Raises NotPermitted, or InvalidInput for a new one that is no good.

        Who has none yet, because they came by link, needs no current one; but an API key cannot set it.
        """
        known = await self._store.credentials(person_id=principal.person_id)
        if known is None or not await self._confirms(principal, known, current):
            raise NotPermitted("The current password is wrong.", reason="current_password_wrong")
        check_about(new, known.person)
        hashed = await self._passwords.hash(new)
        await self._store.change_password(principal.person_id, hashed, keep=principal.digest)
        self._auth.forget(principal.person_id)

    async def first_password(self, principal: Principal, name: str, email: str, new: str) -> None:
        """How who came by link signs in from now on. Raises NotPermitted, InvalidInput, Conflict."""
        if principal.kind not in (*SIGN_INS, TokenKind.ACCESS):
            raise NotPermitted("An API key cannot choose a password; sign in with the one-time link.")
        email = plain_email(email)
        check_password(new, email.partition("@")[0], name)
        hashed = await self._passwords.hash(new)
        await self._store.first_password(principal.person_id, name, email, hashed, keep=principal.digest)
        self._auth.forget(principal.person_id)

    async def invite(self, principal: Principal, role: Role, name: str | None = None) -> tuple[str, datetime]:
        """The invitation's value, shown only now, and when it expires. Raises NotPermitted."""
        if not may_invite(principal.role, role):
            raise NotPermitted(f"The role '{principal.role}' may not invite anybody as '{role}'.")
        value, expires = await self._accounts.issue(
            principal.person_id,
            TokenKind.INVITATION,
            lasts=INVITATION_LASTS,
            config={"role": role.value},
            name=name,
        )
        return value, expires or datetime.now(UTC)

    def invitation_link(self, value: str) -> str:
        """The page on which an invitation is used."""
        return f"{self._resets.address}/join?invitation={value}"

    async def _known(self, email: str, password: str) -> Person:
        """Raises NotAuthenticated."""
        known = await self._store.credentials(email=plain_email(email))
        verdict = await self._passwords.check(password, known.password if known else None)
        if known is None or not verdict.right:
            _log.info("sign_in.refused", address=acting.get().address)
            raise NotAuthenticated("The address or the password is wrong.", reason="wrong_password")
        if verdict.renewed is not None and known.password is not None:
            await self._store.renew_hash(known.person.id, known.password, verdict.renewed)
        return known.person

    async def _confirms(self, principal: Principal, known: Credentials, password: str | None) -> bool:
        if known.password is None:
            return principal.kind in (*SIGN_INS, TokenKind.ACCESS)
        return password is not None and (await self._passwords.check(password, known.password)).right

    async def _tokens(self, rotation: Rotation) -> Tokens:
        access = await self._access.issue(rotation.person_id, rotation.sign_in)
        return Tokens(access, rotation.refresh_token)
