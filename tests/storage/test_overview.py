"""Sums for admins are right on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from lms_core.companions import Companion, Subject
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.overview import OverviewStore
from storage.sessions import SessionStore

pytestmark = pytest.mark.asyncio


async def test_a_school_is_summed_up(
    database: Database, accounts: AccountStore, companions: CompanionStore, sessions: SessionStore
) -> None:
    overview = OverviewStore(database)
    before = await overview.school(datetime.now(UTC))
    lena = await accounts.add_person("Lena", Role.LEARNER)
    await companions.add(Companion("comp_o", "ada-o", "Ada", Subject.MATHS, "sums", author_id=lena.id))
    for number in range(2):
        await sessions.open(f"sess_{number}", "comp_o", lena.id, "websocket")
    await sessions.end("sess_0", "closed")
    now = datetime.now(UTC)
    after = await overview.school(now)
    assert after.people[Role.LEARNER] == before.people[Role.LEARNER] + 1
    assert (after.running, after.talks, after.active) == (
        before.running + 1,
        before.talks + 2,
        before.active + 1,
    )
    assert (await overview.school(now + timedelta(minutes=5))).running == before.running
    theirs = await overview.of_person(lena.id)
    assert (theirs.talks, theirs.companions, theirs.courses, theirs.taken) == (2, 1, 0, ())
