"""The catalogue, a course with my progress in it, and the lesson reader."""

from dataclasses import replace
from typing import Any

from lms_core.assessment.quizzes import Quiz
from lms_core.courses import Course, CourseFilter, CourseSort
from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.progress import CourseState
from tutor.media_links import linked
from tutor.panel.visit import PAGE_LENGTH, Visit


async def catalogue(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    category = visit.asked("category")
    wanted = CourseFilter(
        category=category or None, sort=CourseSort.FEATURED, page=visit.page, limit=PAGE_LENGTH
    )
    found, total = await stores.courses.listed(viewer, wanted)
    mine, _ = await stores.enrollments.mine(viewer, page=1, limit=100)
    return {
        "courses": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "category": category,
        "mine": {one.course.id: one for one in mine},
        "pictures": {one.id: await with_links(visit, one, one.thumbnail) for one in found},
    }  # fmt: skip


async def one(visit: Visit) -> dict[str, Any]:
    """Raises NotFound if there is none that the viewer may see."""
    stores, viewer = visit.stores, visit.viewer
    course = await stores.courses.seen(viewer, visit.request.match_info["slug"])
    if course is None:
        raise NotFound(visit.t("course.not_found"))
    course = replace(course, description=await with_links(visit, course, course.description))
    outline = await stores.lessons.outline(viewer, course.id)
    state = await _state(visit, course.id)
    quizzes = await _quizzes(visit, course.id)
    return {
        "course": course, "outline": outline, "state": state, "count": sum(len(one.lessons) for one in outline),
        "banner": await with_links(visit, course, course.banner),
        "states": {one.lesson_id: one for one in state.lessons} if state else {}, "quizzes": quizzes,
        "companions": await stores.companions.of_course(course.id),
    }  # fmt: skip


async def lesson(visit: Visit) -> dict[str, Any]:
    """Raises NotFound or NotPermitted as reading it does."""
    stores, viewer, lesson_id = visit.stores, visit.viewer, visit.request.match_info["id"]
    found = await stores.lessons.read(viewer, lesson_id)
    progress = await stores.progress.of_lesson(viewer, lesson_id)
    module = await stores.lessons.module(viewer, found.module_id) if found.module_id else None
    course = await stores.courses.seen(viewer, module.course_id) if module else None
    state = await _state(visit, course.id) if course else None
    following = _following([one.lesson_id for one in state.lessons], found.id) if state else None
    if course is not None:
        found = replace(found, content=await with_links(visit, course, found.content))
    found = replace(found, content=_below_title(found.content, found.title))
    quiz = await quiz_of(visit, lesson_id)
    return {
        "lesson": found, "progress": progress, "course": course, "following": following, "quiz": quiz,
        "asks": quiz is not None and (await stores.quizzes.read(viewer, quiz.id))[1], "writes": await _writes(visit, lesson_id), "said": await stores.feedback.given(viewer, lesson_id), **await _exercise(visit, lesson_id),
    }  # fmt: skip


def _below_title(content: str, title: str) -> str:
    """A text that begins with the title as its heading: the page has it already."""
    first, _, rest = content.lstrip().partition("\n")
    return rest if first.startswith("#") and first.strip("# ") == title else content


async def _exercise(visit: Visit, lesson_id: str) -> dict[str, Any]:
    """With the program that the learner handed in last, or else the one to begin with."""
    try:
        found = await visit.stores.exercises.read(visit.viewer, lesson_id)
    except NotFound:
        return {"exercise": None}
    before, _ = await visit.stores.exercises.handed_in(visit.viewer, lesson_id, page=1, limit=1)
    return {"exercise": found, "program": before[0].code if before else found.starter}


async def _writes(visit: Visit, lesson_id: str) -> bool:
    """Whether the viewer may change the lesson."""
    if not visit.viewer.may(Permission.WRITE_COURSES):
        return False
    try:
        await visit.stores.lessons.to_edit(visit.viewer, lesson_id)
    except NotFound:
        return False
    return True


async def _quizzes(visit: Visit, course_id: str) -> list[Quiz]:
    """The course's own; none if the viewer does not take the course."""
    try:
        return (await visit.stores.quizzes.of_course(visit.viewer, course_id, page=1, limit=100))[0]
    except NotFound:
        return []


async def quiz_of(visit: Visit, lesson_id: str) -> Quiz | None:
    try:
        return await visit.stores.quizzes.of_lesson(visit.viewer, lesson_id)
    except NotFound:
        return None


async def with_links(visit: Visit, course: Course, text: str, *, writing: bool = False) -> str:
    """The text, or the picture of the course, with addresses in place of the files that it names."""
    return linked(text, await visit.behind.files.of(course.author_id, [text]), writing=writing)


async def _state(visit: Visit, course_id: str) -> CourseState | None:
    """None if the viewer does not take the course."""
    try:
        return await visit.stores.progress.of_course(visit.viewer, course_id)
    except NotFound:
        return None


def _following(order: list[str], lesson_id: str) -> str | None:
    after = order[order.index(lesson_id) + 1 :] if lesson_id in order else []
    return after[0] if after else None
