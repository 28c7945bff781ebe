"""Achievements and the leaderboard."""

from typing import Any

from lms_core.gamification.xp import Period
from tutor.panel.visit import PAGE_LENGTH, Visit


async def achievements(visit: Visit) -> dict[str, Any]:
    store, person = visit.stores.gamification, visit.viewer.person_id
    return {"standing": await store.standing(person), "achievements": await store.achievements(person)}


async def leaderboard(visit: Visit) -> dict[str, Any]:
    asked = visit.asked("period")
    period = Period(asked) if asked in list(Period) else Period.WEEK
    ranked, total = await visit.stores.gamification.leaderboard(
        visit.viewer, period, course_id=None, page=visit.page, limit=PAGE_LENGTH
    )
    return {
        "ranked": ranked, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "period": period,
        "periods": list(Period),
    }  # fmt: skip
