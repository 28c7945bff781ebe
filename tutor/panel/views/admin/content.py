"""Everybody's courses and companions, and what learners say of lessons."""

from typing import Any

from lms_core.companions import CompanionFilter, CompanionStatus
from lms_core.courses import CourseFilter, CourseSort
from tutor.panel.visit import PAGE_LENGTH, Visit


async def courses(visit: Visit) -> dict[str, Any]:
    featured = True if visit.asked("only") == "featured" else None
    wanted = CourseFilter(
        everything=True, featured=featured, sort=CourseSort.LATELY_CHANGED, page=visit.page, limit=PAGE_LENGTH
    )
    found, total = await visit.stores.courses.listed(visit.viewer, wanted)
    names = await visit.stores.people.names({one.author_id for one in found if one.author_id})
    return {"courses": found, "names": names, "only": visit.asked("only"), **_paged(visit, total)}


async def companions(visit: Visit) -> dict[str, Any]:
    status, search = visit.asked("status"), visit.asked("search")
    known = CompanionStatus(status) if status in list(CompanionStatus) else None
    wanted = CompanionFilter(everything=True, status=known, search=search, page=visit.page, limit=PAGE_LENGTH)
    found, total = await visit.stores.companions.listed(visit.viewer, wanted)
    names = await visit.stores.people.names({one.author_id for one in found if one.author_id})
    return {
        "companions": found, "names": names, "state": status, "search": search,
        "statuses": list(CompanionStatus), **_paged(visit, total),
    }  # fmt: skip


async def feedback(visit: Visit) -> dict[str, Any]:
    found, total = await visit.stores.feedback.latest(visit.viewer, page=visit.page, limit=PAGE_LENGTH)
    return {"said": found, **_paged(visit, total)}


def _paged(visit: Visit, total: int) -> dict[str, int]:
    return {"total": total, "page": visit.page, "limit": PAGE_LENGTH}
