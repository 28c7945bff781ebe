"""A plan's quotas, checked and taken with the session's row."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.errors import QuotaReached
from lms_core.people import Principal, Role, TokenKind
from lms_core.plans import Plan, Quota
from storage.companions import CompanionStore
from storage.database import Database
from storage.plans import PlanStore
from storage.sessions import SessionStore
from storage.tables import people
from storage.tables import sessions as session_rows
from tests.storage.rows import ADA, learner_with_sessions


async def test_of_a_hundred_attempts_on_the_last_place_one_succeeds(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database)
    attempts = (sessions.open(f"s{n}", ADA.id, learner.id, "realtime", limited=True) for n in range(100))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert results.count(None) == 1
    assert sum(isinstance(one, QuotaReached) for one in results) == 99
    usage = await PlanStore(database).usage(learner.id)
    assert (usage.plan, usage.unlimited) == (Plan.FREE, False)
    assert usage.used == dict.fromkeys(Quota, 0) | {Quota.CONVERSATIONS: 1, Quota.CONCURRENT_SESSIONS: 1}


async def test_of_a_hundred_attempts_on_the_last_companion_one_succeeds(
    database: Database, companions: CompanionStore
) -> None:
    learner = await learner_with_sessions(database)
    author = Principal(learner.id, Role.LEARNER, TokenKind.API_KEY)
    draft = Companion("", "", "Max", Subject.MATHS, "sums", status=CompanionStatus.DRAFT)
    kept = [await companions.create(author, draft) for _ in range(2)]
    attempts = (companions.create(author, draft) for _ in range(100))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(one, QuotaReached) for one in results) == 99
    assert (await PlanStore(database).usage(learner.id)).used[Quota.COMPANIONS] == 3
    archived = replace(kept[0], status=CompanionStatus.ARCHIVED)
    await companions.edit(author, archived.id, lambda _: archived)
    await companions.create(author, draft)
    with pytest.raises(QuotaReached):  # out of the archive it would be one too many
        await companions.edit(author, archived.id, lambda _: kept[0])


async def test_ended_sessions_count_for_the_month_until_the_plan_changes(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, *(f"s{n}" for n in range(10)))
    async with database.write() as connection:
        await connection.execute(update(session_rows).values(ended_at=session_rows.c.started_at))
    with pytest.raises(QuotaReached) as refused:
        await sessions.open("more", ADA.id, learner.id, "realtime", limited=True)
    assert refused.value.details == {
        "quota": "conversations", "limit": 10, "used": 10, "plan": "free", "lifted_by": "core",
    }  # fmt: skip
    async with database.write() as connection:
        await connection.execute(update(people).values(plan=Plan.CORE))
    await sessions.open("more", ADA.id, learner.id, "realtime", limited=True)


async def test_a_discarded_session_gives_its_place_back(database: Database, sessions: SessionStore) -> None:
    learner = await learner_with_sessions(database)
    await sessions.open("s1", ADA.id, learner.id, "realtime", limited=True)
    await sessions.discard("s1")
    await sessions.open("s2", ADA.id, learner.id, "realtime", limited=True)
