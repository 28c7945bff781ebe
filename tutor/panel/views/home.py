"""The first page of a signed-in person: go on where you stopped."""

from datetime import UTC, datetime
from typing import Any

from lms_core.companions import CompanionFilter
from lms_core.goals import GoalStatus
from tutor.panel.views.history import with_companions
from tutor.panel.visit import Visit


async def home(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    recent, sessions_total = await stores.sessions.recent(viewer.person_id, limit=3)
    mine, _ = await stores.bookmarks.listed(viewer, page=1, limit=6)
    courses, _ = await stores.enrollments.mine(viewer, page=1, limit=3)
    due, _ = await stores.progress.due(viewer, datetime.now(UTC), limit=5)
    goals, _ = await stores.goals.listed(viewer.person_id, GoalStatus.ACTIVE, limit=3)
    others: list[Any] = []
    if len(mine) < 3:
        others, _ = await stores.companions.listed(viewer, CompanionFilter(limit=6))
    return {
        "recent": await with_companions(visit, recent), "sessions_total": sessions_total, "mine": mine,
        "others": [one for one in others if one not in mine], "courses": courses,
        "due": due, "goals": goals,
        "standing": await stores.gamification.standing(viewer.person_id),
    }  # fmt: skip
