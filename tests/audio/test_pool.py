"""The worker pool with real threads and processes: fair, bounded, and nothing is left behind."""

import asyncio
import os
import threading

import pytest

from audio.errors import EngineBusy, EngineError, EngineTimeout
from audio.pool import Pool, ProcessWorker, ThreadWorker


async def test_one_busy_session_does_not_starve_another() -> None:
    order: list[str] = []
    go = threading.Event()

    def work(job: str) -> None:
        go.wait(5)
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
        go.wait(5)

    pool = Pool("test", 1, lambda: ThreadWorker(work), longest_line=1)
    await pool.start()
    running = asyncio.create_task(pool.run("a", 1))
    await asyncio.to_thread(taken.wait, 5)
    waiting = asyncio.create_task(pool.run("b", 2))
    await asyncio.sleep(0)
    with pytest.raises(EngineBusy):
        await pool.run("c", 3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
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
    pool = Pool("test", 1, lambda: ProcessWorker(make_moody), time_limit=1.0)
    await pool.start()
    try:
        for job, error in (("die", EngineError), ("hang", EngineTimeout), ("raise", EngineError)):
            with pytest.raises(error):
                await pool.run("a", job)
            assert await pool.run("a", "fine") == "FINE"
    finally:
        await pool.aclose()
