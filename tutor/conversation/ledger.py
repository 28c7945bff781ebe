"""Acknowledge only what is durable: changes go to the journal, and what depends on them happens afterwards."""

import asyncio
from collections.abc import Callable

import structlog

from lms_core.errors import TooBusy, VivaError
from tutor.conversation.ports import Change, Journal

_ATTEMPTS = 3
_MOST_PENDING = 1000
_log = structlog.get_logger(__name__)


class Ledger:
    """One session's writes, in order. `run` is its only task; all that waits meanwhile is one commit."""

    def __init__(self, journal: Journal, session_id: str, on_lost: Callable[[VivaError], None]) -> None:
        self._journal = journal
        self._session_id = session_id
        self._on_lost = on_lost
        self._pending: list[tuple[tuple[Change, ...], Callable[[], None] | None]] = []
        self._audience = 0
        self._wake = asyncio.Event()
        self._closing = False

    def record(self, *changes: Change, then: Callable[[], None] | None = None) -> None:
        """Make `changes` durable, then call `then`, also after changes that were recorded earlier.

        Raises TooBusy when the journal has not kept up with a thousand changes.
        """
        if len(self._pending) >= _MOST_PENDING:
            raise TooBusy("The database does not keep up; the session cannot go on.")
        self._pending.append((changes, then))
        self._wake.set()

    def forget_audience(self) -> None:
        """Whoever waited is gone: what is pending is still written, but nothing follows from it."""
        self._pending = [(changes, None) for changes, _ in self._pending]
        self._audience += 1

    def close(self) -> None:
        """Write what is pending, then `run` returns."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        while self._pending or not self._closing:
            await self._wake.wait()
            self._wake.clear()
            batch, self._pending = self._pending, []
            changes, audience = [change for some, _ in batch for change in some], self._audience
            durable = not changes or await self._commit(changes)
            for some, then in batch:
                if then is not None and (durable or not some) and audience == self._audience:
                    then()

    async def _commit(self, changes: list[Change]) -> bool:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._journal.commit(self._session_id, changes)
            except VivaError as error:
                _log.error("journal.commit_failed", attempt=attempt, error=error.message)
                if attempt == _ATTEMPTS:
                    self._on_lost(error)
                else:
                    await asyncio.sleep(0.2 * attempt)
            else:
                return True
        return False
