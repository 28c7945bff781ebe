"""Deletes what is kept for a time only: the audit log."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from storage.audit import AuditStore

_EVERY_SECONDS = 3600.0
_log = structlog.get_logger(__name__)


class Retention:
    """`run` until cancelled. `audit_days` is asked each time, for it may change."""

    def __init__(self, audit: AuditStore, audit_days: Callable[[], int]) -> None:
        self._audit, self._audit_days = audit, audit_days

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
