"""Jobs on real DBOS and both databases: steps, attempts, restarts."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from lms_core.errors import Conflict, InvalidInput
from lms_core.jobs import Job, JobState
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.jobs import JobStore
from storage.personal import PersonalStore
from storage.updates import UpdateStore
from tests.postgres import *  # noqa: F403
from tests.postgres import DATABASES, fresh_database
from tutor.jobs import work as work_module
from tutor.jobs.jobs import Jobs
from tutor.jobs.work import Kind, Work

Run = Callable[[Work], Awaitable[None]]


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Both where it makes a difference: starting and stopping DBOS takes its time."""
    yield from fresh_database(request.param, request, tmp_path)


on_both = pytest.mark.parametrize("database_url", DATABASES, indirect=True)


@pytest.fixture
def store(database: Database) -> JobStore:
    return JobStore(database)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a job failed before each wait; nobody really waits."""
    seen: list[int] = []
    rule = work_module.wait_after

    def at_once(failures: int) -> int | None:
        seen.append(failures)
        return None if rule(failures) is None else 0

    monkeypatch.setattr(work_module, "wait_after", at_once)
    return seen


@asynccontextmanager
async def running(database_url: str, tmp_path: Path, store: JobStore, run: Run) -> AsyncIterator[Jobs]:
    ended: list[Any] = []
    jobs = Jobs(
        store, [Kind("test", run)], lambda *told: ended.append(told), url=database_url, data_dir=tmp_path
    )
    async with jobs.running():
        yield jobs


async def until(store: JobStore, job_id: str, *states: JobState) -> Job:
    async with asyncio.timeout(60):
        while True:
            job = await store.find(job_id)
            assert job is not None
            if job.state in states:
                return job
            await asyncio.sleep(0.05)


async def until_forgotten(jobs: Jobs, database_url: str, tmp_path: Path, job_id: str) -> None:
    """DBOS keeps nothing of a job that is over, so that nothing is there to be erased."""

    def known() -> bool:
        if not database_url.startswith("sqlite"):
            return False
        with closing(sqlite3.connect(tmp_path / "jobs.db")) as books:
            names = [name for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return any(job_id in repr(books.execute(f"SELECT * FROM {name}").fetchall()) for name in names)

    async with asyncio.timeout(60):
        await jobs.sweep()
        while known():
            await asyncio.sleep(0.05)  # our row says that it is over a moment before DBOS does
            await jobs.sweep()


@on_both
async def test_a_job_is_done_step_by_step_on_the_servers_loop_and_its_owner_is_told(
    store: JobStore, database: Database, database_url: str, tmp_path: Path
) -> None:
    loop, seen = asyncio.get_running_loop(), []
    owner = await AccountStore(database).add_person("Tara", Role.TEACHER)

    async def run(work: Work) -> None:
        async def look() -> int:
            assert asyncio.get_running_loop() is loop
            await work.tell(40, "It looks.")
            return 7

        seen.append(await work.step("look", look))
        await work.tell(80, "It has looked.")

    async with running(database_url, tmp_path, store, run) as jobs:
        job_id = await store.begin("test", "med_1", owner.id)
        jobs.wake()
        job = await until(store, job_id, JobState.COMPLETED)
        await until_forgotten(jobs, database_url, tmp_path, job_id)
    assert seen == [7] and (job.progress, job.message) == (100, "Done.")
    told = [one.data for one in await UpdateStore(database).after(owner.id, 0) if one.type == "job.changed"]
    assert [(one["state"], one["progress"]) for one in told] == [
        ("pending", 0), ("processing", 0), ("processing", 40), ("processing", 80), ("completed", 100),
    ]  # fmt: skip


async def test_a_step_is_tried_three_times_then_the_job_is_kept_and_can_be_tried_again(
    store: JobStore, database_url: str, tmp_path: Path, no_waits: list[int]
) -> None:
    tries, broken = [], True

    async def run(work: Work) -> None:
        async def stumble() -> None:
            tries.append(work.job.run)
            if broken:
                raise OSError("the disk is away")

        await work.step("stumble", stumble)

    async with running(database_url, tmp_path, store, run) as jobs:
        job_id = await store.begin("test", "x", None)
        jobs.wake()
        failed = await until(store, job_id, JobState.FAILED)
        assert tries == [1, 1, 1] and no_waits == [1, 2, 3] and "log" in failed.message
        broken = False
        await store.retry(job_id)
        jobs.wake()
        await until(store, job_id, JobState.COMPLETED)
        with pytest.raises(Conflict):
            await store.retry(job_id)
    assert tries == [1, 1, 1, 2]


async def test_what_is_hopeless_is_not_tried_again_and_says_why(
    store: JobStore, database_url: str, tmp_path: Path, no_waits: list[int]
) -> None:
    async def run(work: Work) -> None:
        async def refuse() -> None:
            raise InvalidInput("The file is broken; export it again and upload that.")

        await work.step("refuse", refuse)

    async with running(database_url, tmp_path, store, run):
        job_id = await store.begin("test", "x", None)
        failed = await until(store, job_id, JobState.FAILED)
    assert failed.message.startswith("The file is broken") and not no_waits


@on_both
async def test_a_stopped_server_goes_on_with_the_step_that_was_under_way(
    store: JobStore, database_url: str, tmp_path: Path
) -> None:
    done, reached, go_on = [], asyncio.Event(), False

    async def run(work: Work) -> None:
        async def first() -> None:
            done.append("first")

        async def second() -> None:
            reached.set()
            if not go_on:
                await asyncio.Event().wait()
            done.append("second")

        await work.step("first", first)
        await work.step("second", second)

    async with running(database_url, tmp_path, store, run):
        job_id = await store.begin("test", "x", None)
        await reached.wait()
    job = await store.find(job_id)
    assert job is not None and job.state is JobState.PROCESSING and done == ["first"]
    go_on = True
    async with running(database_url, tmp_path, store, run):
        await until(store, job_id, JobState.COMPLETED)
    assert done == ["first", "second"]


async def test_jobs_that_dbos_has_lost_are_begun_anew(
    store: JobStore, database: Database, database_url: str, tmp_path: Path
) -> None:
    """As after a backup was restored."""
    done = []

    async def run(work: Work) -> None:
        done.append(work.job.id)

    waiting, under_way = await store.begin("test", "x", None), await store.begin("test", "y", None)
    await store.start(under_way, 1)
    async with running(database_url, tmp_path, store, run):
        for job_id in (waiting, under_way):
            await until(store, job_id, JobState.COMPLETED)
    assert sorted(done) == sorted([waiting, under_way])


async def test_an_erased_person_s_job_does_nothing_more(
    store: JobStore, database: Database, database_url: str, tmp_path: Path
) -> None:
    owner = await AccountStore(database).add_person("Tara", Role.TEACHER)
    reached, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(work: Work) -> None:
        async def wait() -> None:
            reached.set()
            await go_on.wait()

        await work.step("wait", wait)
        await work.tell(90, "Nobody hears that.")
        done.set()

    async with running(database_url, tmp_path, store, run):
        job_id = await store.begin("test", "x", owner.id)
        await reached.wait()
        await PersonalStore(database).erase(owner.id)
        go_on.set()
        await done.wait()
    assert await store.find(job_id) is None
