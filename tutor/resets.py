"""Forgotten passwords: a link that sets a new one, by e-mail, or through the admin where there is no e-mail."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from lms_core.errors import NotAuthenticated, TooBusy
from lms_core.passwords import check_about
from lms_core.people import TokenKind, plain_email
from storage.accounts import AccountStore
from storage.sign_ins import SignInStore
from tutor.auth import Authenticator
from tutor.mail import Mail
from tutor.passwords import Passwords

LINK_LASTS = timedelta(hours=1)
_MOST_WAITING = 100
_SUBJECT = "Your password for Viva"
_TEXT = """Hello{name},

somebody, hopefully you, asked to choose the password of your Viva account. Do so here within one hour:

  {link}

If it was not you, do nothing: all stays as it is.
"""
_log = structlog.get_logger(__name__)


async def issue_link(accounts: AccountStore, address: str, person_id: str) -> tuple[str, datetime]:
    """See `Resets.link`."""
    await accounts.revoke(person_id, TokenKind.RESET)
    value, expires = await accounts.issue(person_id, TokenKind.RESET, lasts=LINK_LASTS)
    assert expires is not None
    return f"{address}/reset#{value}", expires  # behind a #, so that it stands in no log of a proxy


class Resets:
    """`run` does the work, one request after the other, so that who asks learns nothing from how long it takes."""

    def __init__(
        self, *, store: SignInStore, accounts: AccountStore, auth: Authenticator, passwords: Passwords,
        mail: Mail | None, address: Callable[[], str],
    ) -> None:  # fmt: skip
        self._store, self._accounts, self._auth = store, accounts, auth
        self._passwords, self._mail, self._address = passwords, mail, address
        self._asked: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)

    @property
    def by_letter(self) -> bool:
        """Whether letters are sent at all."""
        return self._mail is not None

    @property
    def address(self) -> str:
        """Where people open this server."""
        return self._address()

    def ask(self, email: str) -> None:
        """Whether or not anybody has that address. Raises InvalidInput, or TooBusy."""
        try:
            self._asked.put_nowait(plain_email(email))
        except asyncio.QueueFull as error:
            raise TooBusy("Too many people ask for a new password; try again in a minute.") from error

    async def run(self) -> None:
        while True:
            email = await self._asked.get()
            try:
                await self._answer(email)
            except Exception:
                _log.exception("reset.failed")  # the next one who forgot must not wait for this one
            finally:
                self._asked.task_done()

    async def link(self, person_id: str) -> tuple[str, datetime]:
        """A fresh link, and when it expires; earlier ones stop working."""
        return await issue_link(self._accounts, self.address, person_id)

    async def reset(self, token: str, new: str) -> str:
        """Set the new password once; all sign-ins end. Returns whose it is. Raises NotAuthenticated or InvalidInput."""
        bearer = await self._accounts.authenticate(token, TokenKind.RESET)
        known = await self._store.credentials(person_id=bearer.person_id)
        if known is None:
            raise NotAuthenticated("The account is no longer there.")
        check_about(new, known.person)
        hashed = await self._passwords.hash(new)
        await self._store.reset_password(bearer.person_id, hashed, spends=bearer.digest)
        self._auth.forget(bearer.person_id)
        return bearer.person_id

    async def _answer(self, email: str) -> None:
        known = await self._store.credentials(email=email)
        if known is None:
            return
        if self._mail is None:
            _log.warning(
                "reset.asked", person_id=known.person.id, do="viva user reset-link prints a link to give them"
            )
            return
        link, _ = await self.link(known.person.id)
        # Who signs up with another's address must not have us write to them: a name can be a sentence with a link.
        name = f" {known.person.name}" if known.password is not None else ""
        await self._mail.send(email, _SUBJECT, _TEXT.format(name=name, link=link))
        _log.info("reset.sent", person_id=known.person.id)
