"""Plans: what they allow, who is on them, and who has used theirs up."""

from datetime import UTC, datetime
from typing import Any

from lms_core.plans import LIMITS, Quota
from tutor.panel.visit import PAGE_LENGTH, Visit


async def plans(visit: Visit) -> dict[str, Any]:
    use, settings = visit.stores.plan_use, visit.behind.live_settings.now
    used_up, total = await use.used_up(datetime.now(UTC), visit.page, PAGE_LENGTH)
    prices = {"core": settings.stripe_price_core, "pro": settings.stripe_price_pro}
    return {
        "plans": await use.by_plan(), "limits": LIMITS, "quotas": list(Quota), "used_up": used_up, "total": total,
        "page": visit.page, "limit": PAGE_LENGTH, "stripe": bool(settings.stripe_secret_key.get_secret_value()),
        "priced": {plan for plan, price in prices.items() if price},
    }  # fmt: skip
