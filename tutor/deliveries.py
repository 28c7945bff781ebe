"""Notifications whose time has come: to open pages, and by e-mail where a mail server is set up."""

import asyncio
from datetime import UTC, datetime

import structlog

from storage.notifications import NotificationStore
from tutor.errors import MailFailed
from tutor.mail import Mail

_EVERY_SECONDS = 20.0
_TEXT = """Hello {name},

{body}

You choose in your preferences which notifications come by e-mail.
"""
_log = structlog.get_logger(__name__)


class Deliveries:
    """`run` until cancelled. Without `mail` nothing is sent, and what was due is not sent later either."""

    def __init__(self, store: NotificationStore, mail: Mail | None) -> None:
        self._store, self._mail = store, mail

    async def run(self) -> None:
        while True:
            try:
                await self.once(datetime.now(UTC))
            except Exception:
                _log.exception("deliveries.failed")  # they wait for the next round; the server must not
            await asyncio.sleep(_EVERY_SECONDS)

    async def once(self, now: datetime) -> None:
        """All that is due at `now`."""
        while await self._store.tell_due(now):
            pass
        letters = await self._store.letters(now)
        if self._mail is None:
            return
        failed = []
        for letter in letters:
            try:
                text = _TEXT.format(name=letter.name, body=letter.body)
                await self._mail.send(letter.address, letter.title, text)
            except MailFailed as error:
                failed.append(letter.notification_id)
                _log.warning("deliveries.not_sent", reason=str(error))
        if failed:
            await self._store.not_sent(failed)
