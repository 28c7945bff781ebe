"""The worker pool with real threads and processes: fair, bounded, and nothing is left behind."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audio.errors import EngineBusy, EngineError, EngineTimeout
from audio.pool import Pool
from audio.workers import ProcessWorker, ThreadWorker


async def test_one_busy_session_does_not_starve_another() -> None:
    order: list[str] = []
    go = threading.Event()

    def work(job: str) -> None:
        go.wait(60)
        order.append(job)

    pool = Pool("test", 1, lambda: ThreadWorker(work))
    await pool.start()
    jobs = [asyncio.create_task(pool.run("a", f"a{number}")) for number in range(4)]
    await asyncio.sleep(0)
    jobs.append(asyncio.create_task(pool.run("b", "b0")))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*jobs)
    await pool.aclose()
    assert order.index("b0") <= 2


async def test_a_full_line_refuses_a_cancelled_job_frees_its_place_and_closing_fails_the_rest() -> None:
    go, taken = threading.Event(), threading.Event()

    def work(_job: int) -> None:
        taken.set()
        go.wait(60)

    measured: list[tuple[float, float | None]] = []
    pool = Pool(
        "test", 1, lambda: ThreadWorker(work), longest_line=1, on_job=lambda *job: measured.append(job)
    )
    await pool.start()
    running = asyncio.create_task(pool.run("a", 1))
    await asyncio.to_thread(taken.wait, 5)
    waiting = asyncio.create_task(pool.run("b", 2))
    await asyncio.sleep(0)
    with pytest.raises(EngineBusy):
        await pool.run("c", 3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert [worked for _, worked in measured] == [None], "its wait counts, though nobody worked on it"
    last = asyncio.create_task(pool.run("c", 3))
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.aclose())
    with pytest.raises(EngineError):
        await last
    go.set()
    await running
    await closing


def make_moody():  # type: ignore[no-untyped-def]
    """In the worker process."""

    def work(job: str) -> str:
        if job == "die":
            os._exit(3)
        if job == "hang":
            threading.Event().wait()
        if job == "raise":
            raise ValueError("no")
        return job.upper()

    return work


async def test_a_process_that_dies_hangs_or_raises_fails_the_job_and_the_next_one_works() -> None:
    pool = Pool("test", 1, lambda: ProcessWorker(make_moody), time_limit=4.0)
    await pool.start()
    try:
        for job, error in (("die", EngineError), ("hang", EngineTimeout), ("raise", EngineError)):
            with pytest.raises(error):
                await pool.run("a", job)
            assert await pool.run("a", "fine") == "FINE"
    finally:
        await pool.aclose()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_no_worker_outlives_a_killed_server_even_if_it_holds_the_gil_for_ever() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.audio.pool_server"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    with server.stdout:
        workers = [int(server.stdout.readline()) for _ in range(2)]
    begun = [_ticks(worker) for worker in workers]  # either may be the one that works
    pairs = list(zip(workers, begun, strict=True))
    _wait_until(lambda: any((_ticks(worker) or 0) >= (at or 0) + _DEEP_IN_WORK for worker, at in pairs))
    server.kill()
    server.wait()
    _wait_until(lambda: all(_ticks(worker) is None for worker in workers))
    orphans = [worker for worker in workers if _ticks(worker) is not None]
    for worker in orphans:
        os.kill(worker, signal.SIGKILL)
    assert orphans == []


_DEEP_IN_WORK = 10
"""Hundredths of a second of processor time."""


def _ticks(process: int) -> int | None:
    """Processor time that it used; None if it is dead, or a zombie whom nobody has buried yet."""
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state == "Z" else int(fields[10])


def _wait_until(it_is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + 60
    while not it_is_so() and time.monotonic() < patience:
        time.sleep(0.02)


class _Recorded(ThreadWorker):
    def __init__(self, closed: list["_Recorded"]) -> None:
        super().__init__(lambda job: job)
        self._closed = closed

    def close(self) -> None:
        self._closed.append(self)


async def test_if_one_worker_cannot_start_the_others_are_closed() -> None:
    closed: list[_Recorded] = []
    made = iter([_Recorded(closed), EngineError("no memory"), _Recorded(closed)])

    def make() -> ThreadWorker:
        worker = next(made)
        if isinstance(worker, EngineError):
            raise worker
        return worker

    with pytest.raises(EngineError, match="no memory"):
        await Pool("test", 3, make).start()
    assert len(closed) == 2


def make_broken():  # type: ignore[no-untyped-def]
    """In the worker process."""
    raise OSError("no such library")


async def test_if_one_process_cannot_start_none_is_left() -> None:
    kinds = iter([make_moody, make_broken, make_moody])
    with pytest.raises(EngineError, match="did not start"):
        await Pool("test", 3, lambda: ProcessWorker(next(kinds))).start()
    assert multiprocessing.active_children() == []
