"""What a kind of job is written with: steps that are done once, whatever happens to the server between them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import structlog

from lms_core.errors import InvalidInput
from lms_core.jobs import LONGEST_STEP, Job, wait_after

_log = structlog.get_logger(__name__)
T = TypeVar("T")
_PAUSE_SECONDS = 2.0
_PAUSES_UNTOLD = 30  # a word a minute, so that nobody thinks the server is gone


class GaveUp(Exception):
    """A step failed as often as it may."""


class Machine(Protocol):
    """What remembers steps; see `tutor.jobs.durable`."""

    async def step(self, name: str, attempt: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Have `attempt` done on the server's own event loop, or return what it returned before."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Also over a restart not longer than that."""
        ...

    async def here(self, doing: Callable[[], Awaitable[T]]) -> T:
        """On the server's own event loop, and remembered nowhere."""
        ...


class Work:
    """One job under way. Its kind's function decides what is to be done; all that is done is done in steps."""

    def __init__(self, job: Job, machine: Machine, tell: Callable[[int, str], Awaitable[None]]) -> None:
        self.job = job
        self._machine, self._tell = machine, tell
        self._failures = 0

    async def step(self, name: str, doing: Callable[[], Awaitable[T]]) -> T:
        """The result of `doing`: small plain JSON, ids and numbers, nothing that a person has said.

        It may be done again if the server dies before its end is known: it must then come to the same. Raises
        InvalidInput if trying again is of no use, its text is for the job's owner; GaveUp when it failed too often.
        """
        while True:
            outcome = await self._machine.step(name, lambda: self._attempt(name, doing))
            if "result" in outcome:
                result: T = outcome["result"]
                return result
            if "hopeless" in outcome:
                raise InvalidInput(outcome["hopeless"])
            self._failures += 1
            seconds = wait_after(self._failures)
            if seconds is None:
                raise GaveUp
            await self._machine.sleep(seconds)

    async def tell(self, progress: int, message: str) -> None:
        """How far it is (0 to 100) and what is under way, in plain words."""
        await self._machine.here(lambda: self._tell(progress, message))

    async def pause_while(self, busy: Callable[[], bool], progress: int, message: str) -> None:
        """Between steps: for as long as something else comes first."""

        async def wait() -> None:
            pauses = 0
            while busy():
                if pauses % _PAUSES_UNTOLD == 0:
                    await self._tell(progress, message)
                pauses += 1
                await asyncio.sleep(_PAUSE_SECONDS)

        await self._machine.here(wait)

    async def _attempt(self, name: str, doing: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(LONGEST_STEP.total_seconds()):
                return {"result": await doing()}
        except InvalidInput as error:
            return {"hopeless": error.message}
        except Exception:
            _log.exception("job.step_failed", job_id=self.job.id, kind=self.job.kind, step=name)
            return {"failed": True}


class Lane(StrEnum):
    """Jobs of one lane wait for each other only."""

    LIGHT = "light"
    HEAVY = "heavy"  # they take a processor for long
    PATIENT = "patient"  # they stand aside for whatever else there is


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` does nothing by itself, calls the same steps in the same order every time, and looks at no clock."""

    name: str
    run: Callable[[Work], Awaitable[None]]
    lane: Lane = Lane.LIGHT
