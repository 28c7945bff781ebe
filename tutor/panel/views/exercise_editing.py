"""The code exercise of a lesson as its teacher writes it."""

from typing import Any

from lms_core.errors import NotFound
from lms_core.exercises import MAX_CASES, Exercise, TestCase
from tutor.api.exercises import source_out
from tutor.api.routing import tag_of
from tutor.panel.visit import Visit


async def exercise(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless one may change the lesson."""
    stores, viewer = visit.stores, visit.viewer
    lesson, _ = await stores.lessons.to_edit(viewer, visit.request.match_info["id"])
    try:
        found, made = await stores.exercises.source(viewer, lesson.id), True
    except NotFound:
        found, made = Exercise("", ()), False
    return {
        "lesson": lesson, "exercise": found, "made": made, "tag": tag_of(source_out(found)) if made else '"none"',
        "most": MAX_CASES, "empty": TestCase("", ""),
    }  # fmt: skip
