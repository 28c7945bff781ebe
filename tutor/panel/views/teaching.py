"""What teachers make: their companions and courses."""

from typing import Any

from lms_core.companions import CompanionFilter
from lms_core.courses import CourseFilter
from tutor.panel.visit import Visit

_MOST = 100


async def overview(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    companions, companions_total = await stores.companions.listed(
        viewer, CompanionFilter(mine=True, limit=_MOST)
    )
    courses, courses_total = await stores.courses.listed(viewer, CourseFilter(mine=True, limit=_MOST))
    return {
        "companions": companions, "companions_total": companions_total, "courses": courses,
        "courses_total": courses_total,
    }  # fmt: skip
