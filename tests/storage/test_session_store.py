"""Sessions and their transcripts."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lms_core.errors import NotFound
from lms_core.people import Role
from lms_core.plans import Talked
from lms_core.sessions import SaveItem, SaveSnapshot, SessionStatus
from storage.accounts import AccountStore
from storage.database import Database
from storage.minutes import MinuteStore
from storage.sessions import SessionStore
from storage.writer import SessionWriter
from tests.storage.rows import ADA, item, learner_with_sessions, turn


async def written(database: Database, *commits: list) -> None:
    writer = SessionWriter(database)
    task = asyncio.create_task(writer.run())
    for writes in commits:
        await writer.commit(writes)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_new_session_is_active_and_its_time_is_utc(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_1")
    found = await sessions.find("sess_1", learner.id)
    assert found is not None
    assert found.status is SessionStatus.ACTIVE
    assert found.started_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - found.started_at) < timedelta(minutes=1)
    assert (found.companion_id, found.door, found.snapshot) == (ADA.id, "realtime", {})


async def test_nobody_finds_another_persons_session_but_an_admin(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1")
    stranger = await AccountStore(database).add_person("Ben", Role.LEARNER)
    assert await sessions.find("sess_1", stranger.id) is None
    assert await sessions.find("sess_1", None) is not None
    assert await sessions.recent(stranger.id) == ([], 0)


async def test_items_come_in_order_of_the_conversation(database: Database, sessions: SessionStore) -> None:
    await learner_with_sessions(database, "sess_1", "sess_2")
    rows = [item("c", 3.0), item("a", 1.0), item("b", 1.5)]
    await written(database, [SaveItem("sess_1", row) for row in rows], [SaveItem("sess_2", item("a", 9.0))])
    assert [row.id for row in await sessions.items("sess_1")] == ["a", "b", "c"]
    assert await sessions.items("sess_1") == (rows[1], rows[2], rows[0])


async def test_metrics_of_every_turn_are_kept(database: Database, sessions: SessionStore) -> None:
    await learner_with_sessions(database, "sess_1")
    await written(database, turn("sess_1", 2), turn("sess_1", 1), turn("sess_1", 2))
    metrics = await sessions.metrics("sess_1")
    assert [one["turn"] for one in metrics] == [1, 2]
    assert metrics[0]["endpoint_ms"] == 250.0
    assert metrics[0]["first_token_ms"] is None


async def test_recent_sessions_come_newest_first_also_by_companion(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_1", "sess_2", "sess_3")
    found, total = await sessions.recent(learner.id, limit=2)
    assert ([one.id for one in found], total) == (["sess_3", "sess_2"], 3)
    found, total = await sessions.recent(learner.id, companion_id=ADA.id, page=2, limit=2)
    assert ([one.id for one in found], total) == (["sess_1"], 3)
    assert await sessions.recent(learner.id, companion_id="comp_other") == ([], 0)


async def test_the_pause_profile_comes_from_the_latest_session(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_1")
    assert await sessions.last_pauses(learner.id) == {}
    await written(database, [SaveSnapshot("sess_1", {"pauses": {"mean": 0.4}}, None)])
    assert await sessions.last_pauses(learner.id) == {"mean": 0.4}


async def test_a_session_needs_a_companion_and_a_person_that_are_there(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database)
    with pytest.raises(NotFound):
        await sessions.open("sess_1", "comp_gone", learner.id, "realtime")
    with pytest.raises(NotFound):
        await sessions.open("sess_1", ADA.id, "pers_gone", "realtime")


async def test_sessions_that_never_ended_can_be_closed(database: Database, sessions: SessionStore) -> None:
    await learner_with_sessions(database, "sess_1", "sess_2")
    await written(database, [SaveSnapshot("sess_1", {}, "finished")])
    assert await sessions.close_stale(datetime.now(UTC) + timedelta(minutes=1)) == 1
    closed = await sessions.find("sess_2", None)
    finished = await sessions.find("sess_1", None)
    assert closed is not None
    assert finished is not None
    assert (closed.ended_reason, finished.ended_reason) == ("abandoned", "finished")


async def test_a_session_that_was_left_is_ended_once_and_no_longer_open(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_1", "sess_2")
    before = datetime.now(UTC)
    await MinuteStore(database).meter([Talked("sess_2", learner.id, 0)])
    first, second = sorted(await sessions.still_open(learner.id), key=lambda one: one.id)
    assert (first.id, second.id) == ("sess_1", "sess_2")
    assert first.held_at < before < second.held_at
    await sessions.end("sess_1", "learner_left")
    await sessions.end("sess_1", "closed")
    assert [one.id for one in await sessions.still_open(learner.id)] == ["sess_2"]
    found = await sessions.find("sess_1", learner.id)
    assert found is not None and found.ended_reason == "learner_left"
