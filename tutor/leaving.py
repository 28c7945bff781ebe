"""Somebody goes, or is shut out: their running sessions end; who goes pays no more, and leaves no rows and no files."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import structlog

from lms_core.errors import Unavailable
from lms_core.people import Account
from storage.billing import BillingStore
from storage.personal import PersonalStore
from tutor.auth import Authenticator
from tutor.billing import Stripe
from tutor.live import LiveSessions
from tutor.recordings.keeper import Recordings

_log = structlog.get_logger(__name__)
FRESH = timedelta(minutes=15)
"""Who deletes their account has signed in so recently: an unlocked screen is not enough."""


class Leaving:
    """`events`: the folder of the sessions' turn-taking events."""

    def __init__(
        self, *, personal: PersonalStore, billing: BillingStore, stripe: Stripe, live: LiveSessions,
        auth: Authenticator, recordings: Recordings, events: Path,
    ) -> None:  # fmt: skip
        self._personal, self._billing, self._stripe = personal, billing, stripe
        self._live, self._auth, self._recordings, self._events = live, auth, recordings, events

    async def changed(self, account: Account) -> None:
        """What an admin changed counts at once; who is shut out talks no longer."""
        self._auth.forget(account.id)
        if not account.active:
            await self._live.end_of(account.id)

    async def erase(self, person_id: str) -> None:
        """Raises NotFound, Conflict for the last admin, or TooBusy if what they pay for cannot be cancelled now."""
        for subscription_id in await self._billing.running(person_id):
            try:
                await self._stripe.cancel(subscription_id)
            except Unavailable:  # nobody may be kept for that; the operator can still do it at Stripe
                _log.error("leaving.not_cancelled", subscription_id=subscription_id)
        await self._live.end_of(person_id)  # what is under way must not be written after the rest is gone
        erased = await self._personal.erase(person_id)
        self._auth.forget(person_id)
        await self._recordings.forget(erased.session_ids)
        await asyncio.to_thread(self._delete_files, erased.session_ids)

    def _delete_files(self, session_ids: Iterable[str]) -> None:
        for session_id in session_ids:
            (self._events / f"{session_id}.jsonl").unlink(missing_ok=True)
