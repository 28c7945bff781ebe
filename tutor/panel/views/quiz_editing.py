"""Quizzes as their teachers write them."""

from typing import Any

from aiohttp import web

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.quizzes import MOST_ITEMS, Quiz
from lms_core.errors import NotFound
from storage.quiz_rows import PlacedItem
from tutor.api.quizzes import items_out, quiz_head
from tutor.api.routing import tag_of
from tutor.panel.views.quizzes import item_to_answer
from tutor.panel.visit import Visit


async def of_lesson(visit: Visit) -> dict[str, Any]:
    """A lesson's quiz that is not made yet; it has at most one, so that one is gone on with if it is there."""
    stores, viewer = visit.stores, visit.viewer
    lesson, _ = await stores.lessons.to_edit(viewer, visit.request.match_info["id"])
    try:
        made = await stores.quizzes.of_lesson(viewer, lesson.id)
    except NotFound:
        empty = Quiz("", lesson.title, lesson_id=lesson.id)
        return {
            "quiz": empty,
            "address": f"/api/v1/lessons/{lesson.id}/quiz",
            "back": f"/teach/lessons/{lesson.id}",
        }
    raise web.HTTPSeeOther(f"/teach/quizzes/{made.id}")


async def of_course(visit: Visit) -> dict[str, Any]:
    """A further quiz of a whole course."""
    course = await visit.stores.courses.to_edit(visit.viewer, visit.request.match_info["slug"])
    empty = Quiz("", course.title, course_id=course.id)
    return {
        "quiz": empty,
        "address": f"/api/v1/courses/{course.id}/quizzes",
        "back": f"/teach/courses/{course.slug}/edit",
    }


async def quiz(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless one may change it."""
    found, items = await _own(visit)
    return {
        "quiz": found, "items": items, "address": f"/api/v1/quizzes/{found.id}",
        "back": f"/teach/lessons/{found.lesson_id}" if found.lesson_id else f"/teach/courses/{found.course_id}/edit",
        "kinds": list(QuizKind), "most": MOST_ITEMS, "empty": PlacedItem(QuizItem("", kind=QuizKind.MULTIPLE_CHOICE)),
        "tag": tag_of(quiz_head(found)), "items_tag": tag_of(items_out(items)),
    }  # fmt: skip


async def preview(visit: Visit) -> dict[str, Any]:
    """As its learners see it. Raises NotFound unless one may change it."""
    found, items = await _own(visit)
    return {"quiz": found, "items": [item_to_answer(visit, one, {}) for one in items]}


async def _own(visit: Visit) -> tuple[Quiz, tuple[PlacedItem, ...]]:
    stores, viewer, quiz_id = visit.stores, visit.viewer, visit.request.match_info["id"]
    items = await stores.quizzes.items(viewer, quiz_id)
    found, _ = await stores.quizzes.read(viewer, quiz_id)
    return found, items
