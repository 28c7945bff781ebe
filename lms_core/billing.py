"""Paid subscriptions, as a payment service tells of them: late, twice, or in the wrong order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lms_core.plans import Plan

_PAID = frozenset({"active", "trialing", "past_due"})  # past due: the service still tries to collect
_OVER = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True)
class Subscription:
    """`status` is Stripe's word; `told_at` when it was so; `customer` is who pays, by Stripe's id."""

    id: str
    person_id: str
    status: str
    plan: Plan
    told_at: datetime
    customer: str = ""

    @property
    def paid(self) -> bool:
        return self.status in _PAID

    @property
    def over(self) -> bool:
        return self.status in _OVER

    def replaces(self, known: "Subscription | None") -> bool:
        """Whether this is later than what is known. What is over stays over; of the same second the last told holds."""
        if known is None or self.over:
            return True
        return not known.over and self.told_at >= known.told_at


def plan_paid(subscriptions: Iterable[Subscription]) -> Plan:
    """The largest that is paid for, or the free one."""
    plans = list(Plan)
    paid = (one.plan for one in subscriptions if one.paid)
    return max(paid, key=plans.index, default=Plan.FREE)
