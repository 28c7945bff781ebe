"""Deletes what is kept for a time only, the audit log, and ends talks that nobody came back to."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from storage.audit import AuditStore
from storage.sessions import SessionStore

_EVERY_SECONDS = 3600.0
_LONGEST_TALK = timedelta(days=1)
"""Whatever server carries it: a talk that began before that and has not ended was left behind by one that died."""
_log = structlog.get_logger(__name__)


class Retention:
    """`run` until cancelled. `audit_days` is asked each time, for it may change."""

    def __init__(self, audit: AuditStore, sessions: SessionStore, audit_days: Callable[[], int]) -> None:
        self._audit, self._sessions, self._audit_days = audit, sessions, audit_days

    async def run(self) -> None:
        while True:
            try:
                await self.once(datetime.now(UTC))
            except Exception:
                _log.exception("retention.failed")  # it is tried again within the hour
            await asyncio.sleep(_EVERY_SECONDS)

    async def once(self, now: datetime) -> None:
        forgotten = await self._audit.forget(now - timedelta(days=self._audit_days()))
        if forgotten:
            _log.info("retention.audit", entries=forgotten)
        while ended := await self._sessions.close_stale(now - _LONGEST_TALK):
            _log.info("retention.talks", ended=ended)
