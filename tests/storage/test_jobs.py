from datetime import timedelta

import pytest

from lms_core.errors import Conflict, NotFound
from lms_core.jobs import MOST_STARTS, JobState
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.jobs import JobStore


@pytest.fixture
def store(database: Database) -> JobStore:
    return JobStore(database)


async def test_an_owner_finds_their_own_and_lists_go_by_state(
    store: JobStore, accounts: AccountStore
) -> None:
    tara, lena = [await accounts.add_person(name, Role.TEACHER) for name in ("Tara", "Lena")]
    mine, hers = await store.begin("media", "med_1", tara.id), await store.begin("media", "med_2", lena.id)
    assert await store.find(mine, tara.id) and not await store.find(hers, tara.id) and await store.find(hers)
    await store.start(hers, 1)
    await store.end(hers, 1, JobState.FAILED, "It is broken.")
    failed, total = await store.listed(JobState.FAILED, page=1, limit=10)
    assert [one.id for one in failed] == [hers] and total == 1
    assert (await store.listed(None, page=1, limit=1))[1] == 2


async def test_only_failed_jobs_are_retried(store: JobStore) -> None:
    job_id = await store.begin("media", "med_1", None)
    with pytest.raises(Conflict):
        await store.retry(job_id)
    with pytest.raises(NotFound):
        await store.retry("job_none")


async def test_a_server_that_was_thought_dead_is_not_heard(store: JobStore) -> None:
    job_id = await store.begin("media", "med_1", None)
    await store.start(job_id, 1)
    assert await store.revive(timedelta(minutes=1)) == 0
    assert await store.revive(timedelta(seconds=-1)) == 1
    await store.end(job_id, 1, JobState.COMPLETED, "Done.")
    job = await store.find(job_id)
    assert job is not None and (job.state, job.run) == (JobState.PENDING, 2)


async def test_what_kills_servers_is_not_begun_for_ever(store: JobStore) -> None:
    job_id = await store.begin("media", "med_1", None)
    assert [bool(await store.start(job_id, 1)) for _ in range(MOST_STARTS + 1)] == [True] * MOST_STARTS + [
        False
    ]


async def test_what_was_completed_is_forgotten_in_time_and_what_failed_stays(store: JobStore) -> None:
    done, failed = await store.begin("media", "med_1", None), await store.begin("media", "med_2", None)
    await store.end(done, 1, JobState.COMPLETED, "Done.")
    await store.end(failed, 1, JobState.FAILED, "It is broken.")
    await store.forget(timedelta(days=1))
    assert await store.find(done)
    await store.forget(timedelta(seconds=-1))
    assert not await store.find(done) and await store.find(failed)
