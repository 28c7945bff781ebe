"""What teachers make: their companions and courses."""

import json
from typing import Any

from lms_core.companions import Companion, CompanionFilter, CompanionStatus, Patience, Style, Subject
from lms_core.courses import Course, CourseFilter
from lms_core.errors import NotFound
from lms_core.people import Permission
from lms_core.progress import need_of_help
from tutor.api.companions import companion_out
from tutor.api.routing import tag_of
from tutor.panel.views.history import with_companions
from tutor.panel.visit import Visit

_MOST = 100
_MOST_LEARNERS = 200
_TALKS = 10
_SAID = 10
_MOST_COURSES = 20  # whose outlines the editor offers
_HERE = {True: "/teach/companions/{slug}", False: "/companions/{slug}/edit"}
"""Where the editor is, for who publishes companions and for who makes them for themselves."""


async def overview(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    companions, companions_total = await stores.companions.listed(
        viewer, CompanionFilter(mine=True, limit=_MOST)
    )
    courses, courses_total = await stores.courses.listed(viewer, CourseFilter(mine=True, limit=_MOST))
    return {
        "companions": companions, "companions_total": companions_total, "courses": courses,
        "courses_total": courses_total, "live": len(await visit.behind.supervising.live(viewer)),
    }  # fmt: skip


async def school_class(visit: Visit) -> dict[str, Any]:
    """A course's learners, who struggles first, and their talks. Raises NotFound unless one may change the course."""
    stores, viewer, slug = visit.stores, visit.viewer, visit.request.match_info["slug"]
    found, total = await stores.enrollments.learners(viewer, slug, page=1, limit=_MOST_LEARNERS)
    course = await stores.courses.seen(viewer, slug)
    if course is None:  # deleted between the two
        raise NotFound(visit.t("course.not_found"))
    names = {one.enrollment.person_id: one.name for one in found}
    talks = await with_companions(visit, await stores.learners.talks_of(viewer, names, limit=_TALKS))
    live = {one.session.id for one in await visit.behind.supervising.live(viewer)}
    said, _ = await stores.feedback.of_course(viewer, slug, page=1, limit=_SAID)
    return {
        "course": course, "said": said, "learners": sorted(found, key=lambda one: need_of_help(one.progress)), "total": total,
        "talks": talks, "names": names, "live": live,
    }  # fmt: skip


async def new_companion(visit: Visit) -> dict[str, Any]:
    """With `?course=` one that teaches from it."""
    empty = Companion(
        id="", slug="", name="", subject=Subject.MATHS, topic="", status=CompanionStatus.DRAFT, language=visit.t.code,
        course_id=visit.asked("course") or None,
    )  # fmt: skip
    return {**await _choices(visit, empty), "tag": None, "saved": False}


async def companion(visit: Visit) -> dict[str, Any]:
    """Raises NotFound if there is none that the viewer may change."""
    found = await visit.stores.companions.to_edit(visit.viewer, visit.request.match_info["slug"])
    if found is None:
        raise NotFound(visit.t("companion.not_found"))
    tag = tag_of(companion_out(found))
    return {**await _choices(visit, found), "tag": tag, "saved": visit.asked("saved") == "1"}


async def _choices(visit: Visit, companion: Companion) -> dict[str, Any]:
    publishes = visit.viewer.may(Permission.PUBLISH_COMPANIONS)
    sources = await _sources(visit, await _courses(visit, taught=publishes))
    now = _attached(companion.lesson_id, companion.module_id, companion.course_id)
    known = {value for _, group in sources for value, _ in group}
    return {
        "companion": companion, "voices": visit.behind.previews.voices, "subjects": list(Subject), "styles": list(Style),
        "patiences": list(Patience), "publishes": publishes, "here": _HERE[publishes], "sources": sources, "attached": now, "nothing": _attached(),
        "kept": now not in known and now != _attached(),
    }  # fmt: skip


async def _courses(visit: Visit, *, taught: bool) -> list[Course]:
    """From which one's companions can teach: those of one's own, or, for who learns, those that one takes."""
    if taught:
        wanted = CourseFilter(mine=True, limit=_MOST_COURSES)
        return (await visit.stores.courses.listed(visit.viewer, wanted))[0]
    taken, _ = await visit.stores.enrollments.mine(visit.viewer, page=1, limit=_MOST_COURSES)
    return [one.course for one in taken]


async def _sources(visit: Visit, courses: list[Course]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a companion can teach from: each of the courses, with its modules and lessons."""
    sources = []
    for course in courses:
        group = [(_attached(course=course.id), visit.t("editor.whole_course"))]
        for part in await visit.stores.lessons.outline(visit.viewer, course.id):
            group.append((_attached(module=part.module.id), part.module.title))
            group += [(_attached(lesson=one.id), f"– {one.title}") for one in part.lessons]
        sources.append((course.title, group))
    return sources


def _attached(lesson: str | None = None, module: str | None = None, course: str | None = None) -> str:
    """As the REST API takes it."""
    return json.dumps({"lesson_id": lesson, "module_id": module, "course_id": course})
