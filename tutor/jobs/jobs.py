"""Sees to it that every job in the database is done: hands those that wait to DBOS, and writes down what becomes of them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

import structlog

from lms_core.errors import InvalidInput
from lms_core.jobs import KEPT, SILENT, JobState
from storage.jobs import JobStore
from tutor.jobs.durable import Durable
from tutor.jobs.work import GaveUp, Kind, Lane, Work

_LOOK_SECONDS = 5.0
_SWEEP_SECONDS = 60.0
_log = structlog.get_logger(__name__)
OnEnd = Callable[[str, str, float], None]
"""Told of each job that ended: its kind, `completed` or `failed`, and the seconds since it was taken up here."""


class Jobs:
    """Works while `running()` is entered. On which database, and which kinds there are, is said when it is made."""

    def __init__(
        self, store: JobStore, kinds: Iterable[Kind], on_end: OnEnd, *, url: str, data_dir: Path
    ) -> None:
        self._store, self._on_end = store, on_end
        self._kinds = {kind.name: kind for kind in kinds}
        self._durable = Durable(url, data_dir, self._do)
        self._handed: set[tuple[str, int]] = set()
        self._woken = asyncio.Event()
        self._seeing_to: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """A job was begun, and its transaction is committed; without this it is found a little later."""
        self._woken.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """DBOS is launched with the first job: who has none pays nothing for it."""
        try:
            await self._hand_over(JobState.PROCESSING)  # of those in a restored backup DBOS knows nothing
            self._seeing_to = [asyncio.create_task(self._look()), asyncio.create_task(self._sweep())]
            yield
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Those under way stop where they are, and go on at the next start. Idempotent."""
        for task in self._seeing_to:
            task.cancel()
        await asyncio.gather(*self._seeing_to, return_exceptions=True)
        await self._durable.aclose()

    async def _look(self) -> None:
        while True:
            self._woken.clear()
            await self._safely(partial(self._hand_over, JobState.PENDING))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._woken.wait()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            await self._safely(self.sweep)

    async def sweep(self) -> None:
        """Jobs whose server is gone wait again; DBOS forgets those that are over, and so do we in time."""
        if revived := await self._store.revive(SILENT):
            _log.warning("jobs.revived", count=revived)
        await self._store.forget(KEPT)
        await self._durable.forget_ended()

    async def _safely(self, doing: Callable[[], Awaitable[None]]) -> None:
        try:
            await doing()
        except Exception:
            _log.exception("jobs.not_seen_to")  # they wait for the next round; the server must not

    async def _hand_over(self, state: JobState) -> None:
        found = await self._store.oldest(state)
        if found:
            await self._durable.launch()
        for job in found:
            if (job.id, job.run) in self._handed:
                continue
            kind = self._kinds.get(job.kind)
            await self._durable.enqueue(job.id, job.run, kind.lane if kind is not None else Lane.LIGHT)
            self._handed.add((job.id, job.run))
        if state is JobState.PENDING:
            self._handed &= {(job.id, job.run) for job in found}

    async def _do(self, job_id: str, run: int) -> None:
        """Called by DBOS, not on the server's event loop."""
        here, store = self._durable.here, self._store
        began = time.monotonic()
        job = await here(partial(store.start, job_id, run))
        if job is None:  # it may be gone with its owner; or the server died with it again and again
            why = "The server stopped in the midst of it again and again; its log may say why."
            await here(partial(store.end, job_id, run, JobState.FAILED, why))
            return
        _log.info("job.started", job_id=job_id, kind=job.kind, run=run)
        state, message = await self._done(Work(job, self._durable, partial(store.tell, job_id, run)))
        await here(partial(store.end, job_id, run, state, message))
        seconds = time.monotonic() - began
        self._on_end(job.kind, state.value, seconds)
        _log.info(
            "job.ended", job_id=job_id, kind=job.kind, run=run, state=state.value, seconds=round(seconds, 2)
        )

    async def _done(self, work: Work) -> tuple[JobState, str]:
        kind = self._kinds.get(work.job.kind)
        if kind is None:
            return (
                JobState.FAILED,
                f"This server knows no jobs of the kind '{work.job.kind}'; update it and try again.",
            )
        try:
            await kind.run(work)
        except InvalidInput as error:
            return JobState.FAILED, error.message
        except GaveUp:
            return (
                JobState.FAILED,
                "It failed each of the three times that it was tried; the server's log says why.",
            )
        except Exception:
            _log.exception("job.broken", job_id=work.job.id, kind=work.job.kind)
            return JobState.FAILED, "It could not go on; the server's log says why."
        return JobState.COMPLETED, "Done."
