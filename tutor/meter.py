"""Counts the voice minutes of the sessions that run here, and tells each session how many its learner has left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from lms_core.plans import Talked
from lms_core.ports import Minutes
from tutor.conversation.session import Session

_EVERY_SECONDS = 30.0  # a crash loses no more; well within `lms_core.plans.LEASE`
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Metered:
    """`counted`: seconds of the session's talk that are in the ledger."""

    session: Session
    person_id: str
    counted: int

    def talked(self) -> Talked:
        return Talked(self.session.id, self.person_id, int(self.session.talked_seconds) - self.counted)


class Meter:
    """`add` a session when it starts, `remove` it when it is over; `run` counts meanwhile."""

    def __init__(self, minutes: Minutes, every_seconds: float = _EVERY_SECONDS) -> None:
        self._minutes, self._every = minutes, every_seconds
        self._metered: dict[str, _Metered] = {}
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            await self.count()

    def add(self, session: Session, person_id: str, left: float | None) -> None:
        """`left`: the learner's seconds, None without a limit. What was talked before a restart is counted already."""
        self._metered[session.id] = _Metered(session, person_id, int(session.talked_seconds))
        session.limit_time(left)

    async def remove(self, session: Session) -> None:
        """Counts the rest; if that fails it is lost."""
        metered = self._metered.pop(session.id, None)
        if metered is not None:
            await self._count([metered])

    async def count(self) -> None:
        """All that was talked since the last time, in one transaction."""
        await self._count(list(self._metered.values()))

    async def _count(self, some: Sequence[_Metered]) -> None:
        """No talk ends because of its meter, or because another's failed."""
        if not some:
            return
        async with self._one_at_a_time:
            talked = [one.talked() for one in some]
            try:
                left = await self._minutes.meter(talked)
            except Exception:  # counted next time
                _log.exception("meter.not_counted", sessions=len(some))
                return
            for one, counted in zip(some, talked, strict=True):
                one.counted += counted.seconds
                try:
                    one.session.limit_time(left.get(one.person_id, 0))
                except Exception:
                    _log.exception("meter.session_failed", session_id=one.session.id)
