"""Who sees and who changes which rows of courses; for the queries' WHERE."""

from sqlalchemy import ColumnElement, exists, or_, true

from lms_core.people import Principal, Role
from storage.tables import courses, enrollments, lessons, modules

LESSONS = lessons.outerjoin(modules).outerjoin(courses)
"""Lessons with their modules and courses, if they are in one."""


def written_by(editor: Principal) -> ColumnElement[bool]:
    """Courses of one's own; admins change all."""
    return true() if editor.role is Role.ADMIN else courses.c.author_id == editor.person_id


def seen_by(viewer: Principal) -> ColumnElement[bool]:
    """Published courses, and those that one may change."""
    return or_(courses.c.published, written_by(viewer))


def enrolled(person_id: str) -> ColumnElement[bool]:
    return exists().where(enrollments.c.course_id == courses.c.id, enrollments.c.person_id == person_id)


def read_by(viewer: Principal) -> ColumnElement[bool]:
    """Of LESSONS, those whose content one sees: enrolled, or a free preview.

    Lessons in no course are their companion's; only admins read them.
    """
    learning = courses.c.published & or_(lessons.c.free_preview, enrolled(viewer.person_id))
    return or_(learning, written_by(viewer))
