"""The plans side by side, and what I have used of mine."""

from typing import Any

from lms_core.plans import LIMITS, Plan
from tutor.panel.views.profile import quotas
from tutor.panel.visit import Visit


async def plans(visit: Visit) -> dict[str, Any]:
    usage = await visit.stores.plans.usage(visit.viewer.person_id)
    order = list(Plan)
    larger = order[order.index(usage.plan) + 1 :] if not usage.unlimited else []
    return {
        "plans": LIMITS, "mine": None if usage.unlimited else usage.plan, "unlimited": usage.unlimited, "quotas": quotas(usage),
        "larger": larger, "sold": [plan for plan in larger if plan in visit.behind.sold],
        "paid": await visit.stores.billing.paid(visit.viewer.person_id), "thanks": visit.asked("paid") == "yes",
    }  # fmt: skip
