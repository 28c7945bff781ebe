"""The editors of courses and lessons."""

from typing import Any

from lms_core.companions import CompanionFilter, Subject
from lms_core.courses import Course, CourseFilter, Difficulty, LessonKind
from lms_core.people import Permission
from tutor.api.courses import course_out
from tutor.api.lessons import lesson_out, outline_out
from tutor.api.routing import tag_of
from tutor.panel.views.courses import quiz_of, with_links
from tutor.panel.visit import Visit

_MOST = 100


async def new_course(visit: Visit) -> dict[str, Any]:
    return {"difficulties": list(Difficulty), "categories": list(Subject), "language": visit.t.code}


async def course(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless the viewer may change it."""
    stores, viewer = visit.stores, visit.viewer
    found = await stores.courses.to_edit(viewer, visit.request.match_info["slug"])
    outline = await stores.lessons.outline(viewer, found.id)
    _, learners = await stores.enrollments.learners(viewer, found.id, page=1, limit=1)
    mine, _ = await stores.companions.listed(viewer, CompanionFilter(mine=True, limit=_MOST))
    parts = {one.module.id for one in outline} | {lesson.id for one in outline for lesson in one.lessons}
    attached = [one for one in mine if {one.course_id, one.module_id, one.lesson_id} & {found.id, *parts}]
    return {
        "course": found, "tag": tag_of(course_out(found)), "outline": outline,
        "outline_tag": tag_of(outline_out(outline)), "pictures": {one: await with_links(visit, found, one, writing=True) for one in (found.thumbnail, found.banner)},
        "shown": await with_links(visit, found, found.description, writing=True),
        "difficulties": list(Difficulty), "categories": list(Subject), "others": await _others(visit, found),
        "attached": attached, "free": [one for one in mine if one not in attached], "learners": learners,
        "quizzes": (await stores.quizzes.of_course(viewer, found.id, page=1, limit=_MOST))[0],
        "lessons": sum(len(one.lessons) for one in outline),
        "kinds": {one.value: visit.t(f"lesson_kind.{one.value}") for one in LessonKind},
        "may_feature": viewer.may(Permission.FEATURE_COURSES),
    }  # fmt: skip


async def lesson(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless the viewer may change it."""
    found, course = await visit.stores.lessons.to_edit(visit.viewer, visit.request.match_info["id"])
    outline = await visit.stores.lessons.outline(visit.viewer, course.id)
    order = [one for part in outline for one in part.lessons]
    place = next(number for number, one in enumerate(order) if one.id == found.id)
    return {
        "lesson": found, "course": course, "tag": tag_of(lesson_out(found)), "kinds": list(LessonKind),
        "module": next(one.module.title for one in outline if one.module.id == order[place].module_id),
        "before": order[place - 1] if place else None, "after": next(iter(order[place + 1 :]), None),
        "metadata": dict(found.metadata), "minutes": found.metadata.get("minutes", ""),
        "shown": await with_links(visit, course, found.content, writing=True), "quiz": await quiz_of(visit, found.id),
    }  # fmt: skip


async def _others(visit: Visit, course: Course) -> list[Course]:
    """Which courses could be demanded before this one: my own, and those that are now."""
    mine, _ = await visit.stores.courses.listed(visit.viewer, CourseFilter(mine=True, limit=_MOST))
    known = {one.id for one in mine}
    now = [
        await visit.stores.courses.seen(visit.viewer, one) for one in course.prerequisites if one not in known
    ]
    return [*(one for one in mine if one.id != course.id), *(one for one in now if one is not None)]
