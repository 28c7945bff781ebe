"""The session page: a companion to talk with, and where to go on after that."""

from typing import Any

from lms_core.companions import Companion, Patience
from lms_core.courses import Course, Lesson
from lms_core.errors import NotFound, NotPermitted
from tutor.panel.visit import Visit


async def talk(visit: Visit) -> dict[str, Any]:
    """Raises NotFound if there is no such companion that the viewer may see."""
    companion = await visit.stores.companions.seen(visit.viewer, visit.request.match_info["slug"])
    if companion is None:
        raise NotFound(visit.t("companion.not_found"))
    return {
        "companion": companion, "lesson": await _lesson(visit, companion), "course": await _course(visit, companion),
        "patiences": list(Patience),
    }  # fmt: skip


async def _lesson(visit: Visit, companion: Companion) -> Lesson | None:
    """What the companion teaches, if the viewer may read it as a page."""
    if companion.lesson_id is None:
        return None
    try:
        return await visit.stores.lessons.read(visit.viewer, companion.lesson_id)
    except (NotFound, NotPermitted):
        return None


async def _course(visit: Visit, companion: Companion) -> Course | None:
    return await visit.stores.courses.seen(visit.viewer, companion.course_id) if companion.course_id else None
