"""Consent is a person's own, and rows of recordings go when they must."""

from datetime import UTC, datetime, timedelta

import pytest

from lms_core.audit import Act
from lms_core.people import Person, Role
from lms_core.recordings import expiry, may_record
from storage.accounts import AccountStore
from storage.audit import AuditFilter, AuditStore
from storage.database import Database
from storage.recordings import RecordingStore
from storage.sessions import SessionStore
from tests.storage.rows import ADA, learner_with_sessions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> RecordingStore:
    return RecordingStore(database)


async def lena_and_tim(database: Database) -> tuple[Person, Person]:
    """Lena has sessions s1 and s2, Tim has t1."""
    lena = await learner_with_sessions(database, "s1", "s2")
    tim = await AccountStore(database).add_person("Tim", Role.LEARNER)
    await SessionStore(database).open("t1", ADA.id, tim.id, "realtime")
    return lena, tim


async def recorded(store: RecordingStore, *session_ids: str, days: int = 30) -> None:
    for session_id in session_ids:
        await store.begin(session_id, 0, NOW, expiry(NOW, days))


def test_a_session_is_recorded_only_if_both_agree() -> None:
    assert may_record(possible=True, consented_at=NOW)
    assert not may_record(possible=True, consented_at=None)
    assert not may_record(possible=False, consented_at=NOW)


async def test_consent_is_off_given_and_withdrawn_and_its_time_is_known(
    store: RecordingStore, database: Database
) -> None:
    lena, tim = await lena_and_tim(database)
    assert await store.consented_at(lena.id) is None
    await store.consent(lena.id)
    given = await store.consented_at(lena.id)
    assert given is not None and datetime.now(UTC) - given < timedelta(minutes=1)
    await store.consent(lena.id)
    assert await store.consented_at(lena.id) == given
    assert await store.consented_at(tim.id) is None
    await store.withdraw(lena.id)
    await store.withdraw(lena.id)
    assert await store.consented_at(lena.id) is None
    entries, _ = await AuditStore(database).entries(AuditFilter(person_id=lena.id), 1, 10)
    assert [one.act for one in entries][:2] == [Act.RECORDING_FORBIDDEN, Act.RECORDING_ALLOWED]


async def test_a_resumed_session_goes_on_with_its_recording(
    store: RecordingStore, database: Database
) -> None:
    await lena_and_tim(database)
    first = await store.begin("s1", 500, NOW, expiry(NOW, 30))
    await store.grown([("s1", 60_000, 480_000)], ended_at=NOW)
    again = await store.begin("s1", 70_000, NOW + timedelta(days=1), expiry(NOW + timedelta(days=1), 30))
    assert (again.begins_ms, again.duration_ms, again.size, again.ended_at) == (500, 60_000, 480_000, None)
    assert again.expires_at == first.expires_at, "what the learner was told holds"


async def test_nobody_finds_or_deletes_what_another_said(store: RecordingStore, database: Database) -> None:
    lena, tim = await lena_and_tim(database)
    await recorded(store, "s1", "s2", "t1")
    assert await store.find("s1", tim.id) is None
    assert await store.delete(tim.id, "s1") == []
    assert await store.find("s1", lena.id) == await store.find("s1", None)
    assert (await store.count(lena.id), await store.count(tim.id)) == (2, 1)
    assert await store.delete(lena.id, "s1") == ["s1"]
    assert await store.delete(lena.id) == ["s2"]
    assert await store.known(["s1", "s2", "t1"]) == {"t1"}


async def test_what_runs_goes_on_only_while_it_is_wanted(store: RecordingStore, database: Database) -> None:
    lena, tim = await lena_and_tim(database)
    await recorded(store, "s1", "s2", "t1")
    for person in (lena, tim):
        await store.consent(person.id)
    await store.delete(lena.id, "s2")
    assert await store.wanted(["s1", "s2", "t1"]) == {"s1", "t1"}
    await store.withdraw(tim.id)
    assert await store.wanted(["s1", "s2", "t1"]) == {"s1"}


async def test_recordings_expire_also_earlier_if_the_operator_keeps_less_by_now(
    store: RecordingStore, database: Database
) -> None:
    await lena_and_tim(database)
    await recorded(store, "s1", days=30)
    await recorded(store, "s2", days=3)
    month = timedelta(days=30)
    later = NOW + timedelta(days=4)
    assert await store.expire(NOW, NOW - month) == []
    assert await store.expire(later, later - month) == ["s2"]
    assert await store.expire(later, later - timedelta(days=2)) == ["s1"]


async def test_a_deleted_session_leaves_no_row(store: RecordingStore, database: Database) -> None:
    await lena_and_tim(database)
    await recorded(store, "s1")
    await SessionStore(database).discard("s1")
    assert await store.known(["s1"]) == set()
