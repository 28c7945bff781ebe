"""Who has nothing left of a quota, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.people import Role
from lms_core.plans import Plan, Quota, Talked
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.minutes import MinuteStore
from storage.plan_use import PlanUseStore
from storage.plans import PlanStore
from storage.sessions import SessionStore

pytestmark = pytest.mark.asyncio


async def test_who_has_reached_a_limit_is_listed_until_the_plan_allows_more(
    database: Database, accounts: AccountStore, companions: CompanionStore, sessions: SessionStore
) -> None:
    use, plans, now = PlanUseStore(database), PlanStore(database), datetime.now(UTC)
    people = [await accounts.add_person(name, role) for name, role in (
        ("Lena", Role.LEARNER), ("Max", Role.LEARNER), ("Root", Role.ADMIN))]  # fmt: skip
    before = {one.plan: one.people for one in await use.by_plan()}
    for person in people:
        for number in range(3):
            slug = f"{person.name}-{number}".lower()
            state = CompanionStatus.ARCHIVED if person.name == "Max" else CompanionStatus.DRAFT
            await companions.add(
                Companion(slug, slug, "Ada", Subject.MATHS, "x", status=state, author_id=person.id)
            )
    await sessions.open("sess_u", "lena-0", people[1].id, "websocket")
    await MinuteStore(database).meter([Talked("sess_u", people[1].id, 3600)])
    found, total = await use.used_up(now, 1, 10)
    mine = [(one.name, one.quota, one.used, one.limit) for one in found if one.name in ("Lena", "Max")]
    assert mine == [("Lena", Quota.COMPANIONS, 3, 3), ("Max", Quota.VOICE_MINUTES, 60, 60)]
    assert total == len(found) and "Root" not in [one.name for one in found]
    await plans.set_plan(people[0].id, Plan.PRO)
    assert "Lena" not in [one.name for one in (await use.used_up(now, 1, 10))[0]]
    next_month = now.replace(day=28) + timedelta(days=5)
    assert "Max" not in [one.name for one in (await use.used_up(next_month, 1, 10))[0]]
    after = {one.plan: one.people for one in await use.by_plan()}
    assert (after[Plan.PRO], after[Plan.FREE]) == (before[Plan.PRO] + 1, before[Plan.FREE] - 1)
