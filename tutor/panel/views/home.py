"""The first page of a signed-in person: go on where you stopped, and what goes on where you teach."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lms_core.companions import CompanionFilter
from lms_core.courses import CourseFilter
from lms_core.goals import GoalStatus
from lms_core.people import Permission
from storage.enrollments import Attendance
from tutor.api.live import live_out
from tutor.panel.views.history import with_companions
from tutor.panel.visit import Visit

_MOST_TAUGHT = 4
_LATELY = timedelta(days=7)


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
    learns = bool(sessions_total or mine or courses or due or goals)
    return {
        "learns": learns, "teaching": await _teaching(visit) if viewer.may(Permission.WRITE_COURSES) else None,
        "recent": await with_companions(visit, recent), "sessions_total": sessions_total, "mine": mine,
        "others": [one for one in others if one not in mine], "courses": courses,
        "due": due, "goals": goals,
        "standing": await stores.gamification.standing(viewer.person_id),
    }  # fmt: skip


async def _teaching(visit: Visit) -> dict[str, Any]:
    """Who is talking now, and one's courses with how many learn in them."""
    stores, viewer = visit.stores, visit.viewer
    live = await visit.behind.supervising.live(viewer)
    taught, total = await stores.courses.listed(viewer, CourseFilter(mine=True, limit=_MOST_TAUGHT))
    attendance = await stores.enrollments.attendance(
        viewer, [one.id for one in taught], since=datetime.now(UTC) - _LATELY
    )
    return {
        "live": [live_out(one) for one in live[:_MOST_TAUGHT]], "live_total": len(live), "total": total,
        "courses": [(one, attendance.get(one.id, Attendance())) for one in taught],
    }  # fmt: skip
