"""Subscriptions and the plans that follow from them, on both databases."""

import asyncio
from datetime import UTC, datetime

import pytest

from lms_core.billing import Subscription
from lms_core.plans import Plan
from storage.billing import BillingStore
from storage.database import Database
from storage.plans import PlanStore
from tests.storage.rows import learner_with_sessions


@pytest.fixture
def billing(database: Database) -> BillingStore:
    return BillingStore(database)


def told(person: str, status: str, second: int, plan: Plan = Plan.CORE, sub: str = "sub_1") -> Subscription:
    return Subscription(sub, person, status, plan, datetime.fromtimestamp(second, UTC))


async def test_an_event_counts_once_however_often_it_comes_at_once(
    database: Database, billing: BillingStore
) -> None:
    lena = (await learner_with_sessions(database)).id
    first = await asyncio.gather(*(billing.learn("evt_1", told(lena, "active", 1)) for _ in range(10)))
    assert first.count(True) == 1
    plans = PlanStore(database)
    assert (await plans.usage(lena)).plan is Plan.CORE
    await plans.set_plan(lena, Plan.PRO)
    assert await billing.learn("evt_1", told(lena, "active", 1)) is False
    assert (await plans.usage(lena)).plan is Plan.PRO


async def test_events_in_the_wrong_order_and_of_two_subscriptions(
    database: Database, billing: BillingStore
) -> None:
    lena = (await learner_with_sessions(database)).id
    plans = PlanStore(database)
    assert await billing.learn("evt_3", told(lena, "active", 3, Plan.PRO))
    assert not await billing.learn("evt_2", told(lena, "incomplete", 2, Plan.PRO))
    assert await billing.learn("evt_4", told(lena, "active", 1, Plan.CORE, "sub_2"))
    assert (await plans.usage(lena)).plan is Plan.PRO
    assert await billing.learn("evt_6", told(lena, "canceled", 6, Plan.PRO))
    assert not await billing.learn("evt_5", told(lena, "active", 7, Plan.PRO))
    assert (await plans.usage(lena)).plan is Plan.CORE
    assert await billing.learn("evt_8", told(lena, "canceled", 8, Plan.CORE, "sub_2"))
    assert (await plans.usage(lena)).plan is Plan.FREE


async def test_news_of_who_is_gone_changes_nothing(billing: BillingStore) -> None:
    assert await billing.learn("evt_1", told("nobody", "active", 1)) is False
