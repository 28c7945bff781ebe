"""The ledger of voice minutes and the leases of sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from lms_core.errors import QuotaReached
from lms_core.people import Role
from lms_core.plans import Plan, Quota, Talked
from storage.database import Database
from storage.minutes import MinuteStore
from storage.plans import PlanStore
from storage.sessions import SessionStore
from storage.tables import people, session_leases, voice_minutes
from tests.storage.rows import ADA, learner_with_sessions


@pytest.fixture
def minutes(database: Database) -> MinuteStore:
    return MinuteStore(database)


async def test_all_sessions_of_a_month_share_the_plans_minutes(
    database: Database, minutes: MinuteStore
) -> None:
    lena = await learner_with_sessions(database, "s1", "s2")
    assert await minutes.left(lena.id) == 3600
    both = [Talked("s1", lena.id, 50), Talked("s2", lena.id, 30)]
    assert await minutes.meter(both) == {lena.id: 3520}
    assert await minutes.meter([Talked("s1", lena.id, 50)]) == {lena.id: 3470}
    assert (await PlanStore(database).usage(lena.id)).used[Quota.VOICE_MINUTES] == 2
    async with database.write() as connection:
        assert await connection.scalar(select(func.count()).select_from(voice_minutes)) == 2
        await connection.execute(update(voice_minutes).values(month="2020-01"))
    assert await minutes.left(lena.id) == 3600


async def test_without_minutes_no_session_begins_or_is_resumed_until_the_plan_changes(
    database: Database, minutes: MinuteStore, sessions: SessionStore
) -> None:
    lena = await learner_with_sessions(database, "s1")
    assert await minutes.meter([Talked("s1", lena.id, 3600)]) == {lena.id: 0}
    for attempt in (
        sessions.open("s2", ADA.id, lena.id, "realtime", limited=True),
        sessions.reopen("s1", lena.id, limited=True),
    ):
        with pytest.raises(QuotaReached) as refused:
            await attempt
        assert refused.value.details["quota"] == "voice_minutes"
    await PlanStore(database).set_plan(lena.id, Plan.CORE)
    await sessions.reopen("s1", lena.id, limited=True)


async def test_an_admin_has_no_limit_and_who_is_gone_is_left_out(
    database: Database, minutes: MinuteStore
) -> None:
    lena, ben = await learner_with_sessions(database, "s1"), await learner_with_sessions(database, "s2")
    async with database.write() as connection:
        await connection.execute(update(people).where(people.c.id == lena.id).values(role=Role.ADMIN.value))
        await connection.execute(delete(people).where(people.c.id == ben.id))
    left = await minutes.meter([Talked("s1", lena.id, 9999), Talked("s2", ben.id, 10)])
    assert left == {lena.id: None}


async def test_a_session_counts_as_long_as_a_server_holds_it(
    database: Database, minutes: MinuteStore, sessions: SessionStore
) -> None:
    lena = await learner_with_sessions(database, "s1")
    with pytest.raises(QuotaReached):
        await sessions.open("s2", ADA.id, lena.id, "realtime", limited=True)
    await sessions.reopen("s1", lena.id, limited=True)  # its own place
    async with database.write() as connection:
        await connection.execute(
            update(session_leases).values(alive_at=datetime.now(UTC) - timedelta(minutes=2))
        )
    await sessions.open("s2", ADA.id, lena.id, "realtime", limited=True)
    with pytest.raises(QuotaReached):
        await sessions.reopen("s1", lena.id, limited=True)  # another took its place
    await sessions.discard("s2")
    await minutes.meter([Talked("s1", lena.id, 0)])
    with pytest.raises(QuotaReached):
        await sessions.open("s3", ADA.id, lena.id, "realtime", limited=True)
