"""News of subscriptions, in any order."""

from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from lms_core.billing import Subscription, plan_paid
from lms_core.plans import Plan


def told(status: str, second: int, plan: Plan = Plan.CORE) -> Subscription:
    return Subscription("sub_1", "lena", status, plan, datetime.fromtimestamp(second, UTC))


def after(news: tuple[Subscription, ...]) -> Subscription | None:
    known = None
    for one in news:
        known = one if one.replaces(known) else known
    return known


def test_whatever_the_order_the_last_holds() -> None:
    news = told("incomplete", 1), told("active", 2), told("active", 3, Plan.PRO), told("past_due", 4)
    assert {after(order) for order in permutations(news)} == {news[-1]}


@given(st.permutations([told("active", 1), told("active", 5), told("canceled", 5), told("past_due", 5)]))
def test_what_is_over_stays_over_also_within_one_second(news: list[Subscription]) -> None:
    last = after(tuple(news))
    assert last is not None and last.status == "canceled"


def test_the_largest_plan_that_is_paid_for_counts() -> None:
    assert plan_paid([]) is Plan.FREE
    assert plan_paid([told("active", 1, Plan.PRO), told("trialing", 1)]) is Plan.PRO
    assert plan_paid([told("canceled", 1, Plan.PRO), told("past_due", 1)]) is Plan.CORE
    assert plan_paid([told("unpaid", 1, Plan.PRO)]) is Plan.FREE
