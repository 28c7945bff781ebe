"""Speech engines off the event loop: a bounded pool of workers, fair between sessions.

One thread drives each worker; what a worker is: `audio.workers`.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from audio.errors import AudioError, EngineBusy, EngineError, EngineTimeout
from audio.fair_line import FairLine
from audio.workers import Worker

OnJob = Callable[[float, float | None], None]
"""Called on the event loop after each job with the seconds that it waited for a worker and that the work took, which is
None if it was given up while it waited."""


def unmeasured(_waited: float, _worked: float | None) -> None:
    """The `OnJob` of who does not measure."""


class _Waiting:
    __slots__ = ("abandoned", "done", "future", "job", "since", "taken")

    def __init__(self, job: Any, future: "asyncio.Future[Any]") -> None:
        self.job = job
        self.future = future
        self.since = self.taken = self.done = time.monotonic()
        self.abandoned = False


class Pool:
    """`run` jobs of many sessions on few workers: each session's jobs in order, sessions in turn."""

    def __init__(
        self,
        name: str,
        workers: int,
        make_worker: Callable[[], Worker],
        *,
        longest_line: int = 256,
        time_limit: float = 10.0,
        on_job: OnJob = unmeasured,
    ) -> None:
        self.name = name
        self._workers, self._make_worker = workers, make_worker
        self._longest_line, self._time_limit, self._on_job = longest_line, time_limit, on_job
        self._line: FairLine[_Waiting] = FairLine()
        self._working: set[_Waiting] = set()
        self._closed = False
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def idle_workers(self) -> int:
        """Workers that would take a job at once."""
        return max(0, len(self._threads) - len(self._working) - len(self._line))

    @property
    def longest_job(self) -> float:
        """Seconds for which the oldest job that a worker has in hand is under way; 0 if there is none."""
        with self._change:
            return max((time.monotonic() - job.taken for job in self._working), default=0.0)

    async def start(self) -> None:
        """Start all workers and wait until the first job could be taken. Raises what a worker raises."""
        self._loop = asyncio.get_running_loop()
        starting = (asyncio.to_thread(self._make_worker) for _ in range(self._workers))
        outcomes = await asyncio.gather(*starting, return_exceptions=True)
        made = [worker for worker in outcomes if not isinstance(worker, BaseException)]
        if errors := [error for error in outcomes if isinstance(error, BaseException)]:
            for worker in made:
                await asyncio.to_thread(worker.close)
            raise errors[0]
        for place, worker in enumerate(made):
            thread = threading.Thread(
                target=self._drive, args=(worker,), name=f"{self.name}-{place}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    async def run(self, key: Hashable, job: Any) -> Any:
        """Have a worker do `job`; `key` is the session. Cancelling takes a waiting job out of the line.

        Raises EngineBusy when the line is full, EngineTimeout, EngineError.
        """
        if len(self._line) >= self._longest_line:
            raise EngineBusy(f"All {self.name} workers are busy and {len(self._line)} jobs wait.")
        waiting = _Waiting(job, asyncio.get_running_loop().create_future())
        with self._change:
            if self._closed:
                raise EngineError(f"The {self.name} engine is closed.")
            self._line.put(key, waiting)
            self._change.notify()
        try:
            async with asyncio.timeout(self._time_limit * 2):
                return await waiting.future
        except TimeoutError as error:
            raise EngineTimeout(
                f"The {self.name} engine did not answer in {self._time_limit * 2:.0f} s."
            ) from error
        finally:
            waiting.abandoned = True
            with self._change:
                given_up = self._line.remove(key, waiting)
            if given_up:
                self._on_job(time.monotonic() - waiting.since, None)

    async def aclose(self) -> None:
        with self._change:
            self._closed = True
            waiting = self._line.clear()
            self._change.notify_all()
        for one in waiting:
            if not one.future.done():
                one.future.set_exception(EngineError(f"The {self.name} engine was closed."))
        await asyncio.gather(*(asyncio.to_thread(thread.join, 5) for thread in self._threads))

    # --- worker threads ---------------------------------------------------------------------------------------

    def _drive(self, worker: Worker) -> None:
        while (waiting := self._next()) is not None:
            try:
                result = worker.run(waiting.job, self._time_limit)
            except AudioError as error:
                self._answer(waiting, None, error)
            except Exception as error:  # whatever an engine raises becomes the caller's EngineError
                self._answer(waiting, None, EngineError(f"The {self.name} engine failed: {error}"))
            else:
                self._answer(waiting, result, None)
            with self._change:
                self._working.discard(waiting)
        worker.close()

    def _next(self) -> _Waiting | None:
        with self._change:
            while True:
                while not self._line and not self._closed:
                    self._change.wait()
                if self._closed:
                    return None
                waiting = self._line.take()
                if not waiting.abandoned:
                    waiting.taken = time.monotonic()
                    self._working.add(waiting)
                    return waiting

    def _answer(self, waiting: _Waiting, result: Any, error: Exception | None) -> None:
        assert self._loop is not None
        waiting.done = time.monotonic()
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(self._resolve, waiting, result, error)

    def _resolve(self, waiting: _Waiting, result: Any, error: Exception | None) -> None:
        self._on_job(waiting.taken - waiting.since, waiting.done - waiting.taken)
        if waiting.future.done():
            return
        if error is not None:
            waiting.future.set_exception(error)
        else:
            waiting.future.set_result(result)
