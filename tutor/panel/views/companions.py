"""The gallery of companions, and the page of one."""

from typing import Any

from lms_core.companions import Companion, CompanionFilter, Subject
from lms_core.courses import Lesson
from lms_core.errors import NotFound, NotPermitted
from lms_core.people import Permission
from tutor.panel.views.history import with_companions
from tutor.panel.visit import PAGE_LENGTH, Visit

_MOST_BOOKMARKS = 100


async def gallery(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    subject = visit.asked("subject")
    search, only_saved, made = visit.asked("search"), visit.asked("saved") == "1", visit.asked("mine") == "1"
    saved, saved_total = await stores.bookmarks.listed(viewer, page=1, limit=_MOST_BOOKMARKS)
    found, total = saved, saved_total
    if not only_saved:
        chosen = Subject(subject) if subject in list(Subject) else None
        found, total = await stores.companions.listed(
            viewer,
            CompanionFilter(subject=chosen, search=search, mine=made, page=visit.page, limit=PAGE_LENGTH),
        )
    return {
        "companions": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "subject": subject,
        "search": search, "only_saved": only_saved, "made": made, "subjects": list(Subject), "saved": {one.id for one in saved},
    }  # fmt: skip


async def one(visit: Visit) -> dict[str, Any]:
    """Raises NotFound if there is none that the viewer may see."""
    stores, viewer = visit.stores, visit.viewer
    companion = await stores.companions.seen(viewer, visit.request.match_info["slug"])
    if companion is None:
        raise NotFound(visit.t("companion.not_found"))
    talks, talks_total = await stores.sessions.recent(viewer.person_id, companion_id=companion.id, limit=5)
    saved, _ = await stores.bookmarks.listed(viewer, page=1, limit=_MOST_BOOKMARKS)
    own = companion.author_id == viewer.person_id and viewer.may(Permission.MAKE_COMPANIONS)
    return {
        "companion": companion, "own": own, "lesson": await _lesson(visit, companion),
        "talks": await with_companions(visit, talks), "talks_total": talks_total,
        "saved": any(one.id == companion.id for one in saved),
    }  # fmt: skip


async def _lesson(visit: Visit, companion: Companion) -> Lesson | None:
    """What the companion teaches, for whom it would: a lesson of a course only for who takes the course and is so far."""
    if companion.lesson_id is None:
        return None
    try:
        await visit.stores.companions.lesson_to_teach(visit.viewer, companion)
    except NotPermitted:
        return None
    return await visit.stores.companions.lesson(companion.lesson_id)
