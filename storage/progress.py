"""Progress of learners in lessons, and what follows from it for their courses.

The functions on a `Connection` are parts of the caller's transaction; a session's end uses them too.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_core.companions import Companion
from lms_core.courses import Lesson
from lms_core.errors import NotFound, NotPermitted
from lms_core.gamification.xp import Reason
from lms_core.people import Principal
from lms_core.progress import (
    NOT_STARTED,
    CourseProgress,
    LessonProgress,
    LessonStatus,
    Step,
    after,
    lesson_to_teach,
    locked,
    next_lesson,
)
from storage.course_rights import LESSONS, enrolled, read_by, written_by
from storage.course_rows import lesson_of
from storage.courses import named
from storage.database import Database
from storage.outbox import publish
from storage.rewards import locked_streak, reward
from storage.tables import courses, enrollments, lesson_progress, lessons, modules

_COLUMNS = [column for column in lesson_progress.c if column.name not in ("lesson_id", "person_id")]


@dataclass(frozen=True, slots=True)
class LessonState:
    lesson_id: str
    locked: bool
    progress: LessonProgress


@dataclass(frozen=True, slots=True)
class CourseState:
    """How far a learner is in a course: `next_lesson` is the first that is not completed, `lessons` are in order."""

    progress: CourseProgress
    next_lesson: str | None
    lessons: tuple[LessonState, ...]


@dataclass(frozen=True, slots=True)
class DueReview:
    """A completed lesson that is about to be forgotten."""

    lesson_id: str
    title: str
    course_slug: str
    course_title: str
    review_at: datetime


class ProgressStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_lesson(self, learner: Principal, lesson_id: str) -> LessonProgress:
        """One's own. Raises as `readable_lesson`."""

        def read(connection: Connection) -> LessonProgress:
            readable_lesson(connection, learner, lesson_id)
            return _known(connection, [lesson_id], learner.person_id).get(lesson_id, NOT_STARTED)

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def of_course(self, learner: Principal, course_ref: str) -> CourseState:
        """One's own. Raises NotFound unless the learner is enrolled in it."""
        async with self._database.read() as connection:
            return await connection.run_sync(_course_state, learner.person_id, course_ref)

    async def due(
        self, learner: Principal, now: datetime, *, page: int = 1, limit: int = 20
    ) -> tuple[list[DueReview], int]:
        """Lessons of one's courses that are to be looked at again, the longest due first."""
        mine = (lesson_progress.c.person_id == learner.person_id) & (lesson_progress.c.review_at <= now)
        those = mine & courses.c.published & enrolled(learner.person_id)
        source = lesson_progress.join(lessons).join(modules).join(courses)
        query = select(
            lessons.c.id, lessons.c.title, courses.c.slug, courses.c.title.label("course_title"), lesson_progress.c.review_at
        ).select_from(source).where(those).order_by(lesson_progress.c.review_at, lessons.c.id)  # fmt: skip
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(source).where(those))
        return [DueReview(*row) for row in rows], total or 0

    async def step(self, learner: Principal, lesson_id: str, step: Step) -> LessonProgress:
        """Raises as `readable_lesson`."""

        def write(connection: Connection) -> LessonProgress:
            readable_lesson(connection, learner, lesson_id)
            return take_step(connection, lesson_id, learner.person_id, step)

        async with self._database.write() as connection:
            return await connection.run_sync(write)


def readable_lesson(connection: Connection, viewer: Principal, lesson_id: str) -> Lesson:
    """Raises NotFound unless the viewer may read it, NotPermitted if other lessons have to be completed first."""
    query = (
        select(lessons, courses.c.id.label("course_id"), courses.c.sequential & ~written_by(viewer))
        .select_from(LESSONS)
        .where(lessons.c.id == lesson_id, read_by(viewer))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no lesson '{lesson_id}', or it is in a course that you are not enrolled in."
        )
    *values, course_id, in_order = row
    lesson = lesson_of(dict(zip(lessons.c.keys(), values, strict=True)))
    if in_order and not lesson.free_preview:
        ids = lessons_in_order(connection, modules.c.course_id == course_id)
        known = _known(connection, ids, viewer.person_id)
        if lesson_id in locked(ids, known):
            raise NotPermitted(
                "Complete the lessons that come before this one first.",
                reason="lessons_before",
                next_lesson=next_lesson(ids, known),
            )
    return lesson


def take_step(connection: Connection, lesson_id: str, person_id: str, step: Step) -> LessonProgress:
    """Move a learner's progress in a lesson and, if they are enrolled, in its course; completing them gives XP.

    Whether they may is for the caller to check; lesson and person must be there.
    """
    locked_streak(connection, person_id)
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"lesson_id": lesson_id, "person_id": person_id, **asdict(NOT_STARTED)}
    connection.execute(upsert(lesson_progress).values(row).on_conflict_do_nothing())
    this = (lesson_progress.c.lesson_id == lesson_id) & (lesson_progress.c.person_id == person_id)
    before = _progress(connection.execute(select(*_COLUMNS).where(this).with_for_update()).one())
    moved = after(before, step)
    connection.execute(update(lesson_progress).where(this).values(asdict(moved)))
    publish(connection, person_id, "progress.changed", {"lesson_id": lesson_id, "status": moved.status.value})
    course_id = connection.scalar(
        select(modules.c.course_id).select_from(LESSONS).where(lessons.c.id == lesson_id)
    )
    if moved.completed_at != before.completed_at:
        reward(connection, person_id, Reason.LESSON, lesson_id, step.at, course_id=course_id)
    if course_id is not None:
        _move_course(connection, course_id, person_id, step.at)
    return moved


def course_sums(
    connection: Connection, course_ids: Collection[str], person_ids: Collection[str]
) -> dict[tuple[str, str], CourseProgress]:
    """The progress of all these people in all these courses, by (course, person)."""
    counted = connection.execute(
        select(modules.c.course_id, func.count().label("lessons")).select_from(lessons.join(modules))
        .where(modules.c.course_id.in_(course_ids)).group_by(modules.c.course_id)
    )  # fmt: skip
    counts = {row.course_id: row.lessons for row in counted}
    done = lesson_progress.c.status == LessonStatus.COMPLETED.value
    summed = connection.execute(
        select(
            modules.c.course_id, lesson_progress.c.person_id, func.count().filter(done).label("completed"),
            func.sum(lesson_progress.c.time_spent).label("time_spent"), func.avg(lesson_progress.c.score).label("score"),
        )
        .select_from(lesson_progress.join(lessons).join(modules))
        .where(modules.c.course_id.in_(course_ids), lesson_progress.c.person_id.in_(person_ids))
        .group_by(modules.c.course_id, lesson_progress.c.person_id)
    )  # fmt: skip
    known = {(row.course_id, row.person_id): row for row in summed}
    return {
        (course_id, person_id): _sums(counts.get(course_id, 0), known.get((course_id, person_id)))
        for course_id in course_ids
        for person_id in person_ids
    }


def lessons_in_order(connection: Connection, where: Any) -> list[str]:
    """Ids of lessons in modules, in the order of their course."""
    query = select(lessons.c.id).select_from(lessons.join(modules)).where(where)
    order = (modules.c.position, modules.c.id, lessons.c.position, lessons.c.id)
    return list(connection.scalars(query.order_by(*order)))


def talk_lesson(connection: Connection, learner: Principal, companion: Companion) -> str | None:
    """The lesson that the companion teaches this learner now, if it has one.

    Raises NotPermitted if it is in a course that the learner is not enrolled in, or not yet open to them.
    """
    lesson_id = companion.lesson_id or _next_of(connection, learner, companion)
    if lesson_id is None:
        return None
    in_course = connection.scalar(select(lessons.c.module_id).where(lessons.c.id == lesson_id))
    if in_course is not None:
        try:
            readable_lesson(connection, learner, lesson_id)
        except NotFound as error:
            raise NotPermitted(
                "Enroll in the course that this companion teaches first.", reason="enroll_first"
            ) from error
    return lesson_id


def _next_of(connection: Connection, learner: Principal, companion: Companion) -> str | None:
    if companion.module_id is not None:
        where = modules.c.id == companion.module_id
    elif companion.course_id is not None:
        where = modules.c.course_id == companion.course_id
    else:
        return None
    ids = lessons_in_order(connection, where)
    return lesson_to_teach(ids, _known(connection, ids, learner.person_id))


def _course_state(connection: Connection, person_id: str, course_ref: str) -> CourseState:
    this = named(course_ref).where(courses.c.published, enrolled(person_id))
    row = connection.execute(this).one_or_none()
    if row is None:
        raise NotFound("You are not enrolled in this course.")
    course_id, sequential = row.id, row.sequential
    ids = lessons_in_order(connection, modules.c.course_id == course_id)
    known = _known(connection, ids, person_id)
    shut = locked(ids, known) if sequential else frozenset()
    states = tuple(LessonState(one, one in shut, known.get(one, NOT_STARTED)) for one in ids)
    sums = course_sums(connection, [course_id], [person_id])
    return CourseState(sums[course_id, person_id], next_lesson(ids, known), states)


def _move_course(connection: Connection, course_id: str, person_id: str, at: datetime) -> None:
    """The enrollment's row is locked first, so that of two last lessons, completed at once, one sees the other."""
    this = (enrollments.c.course_id == course_id) & (enrollments.c.person_id == person_id)
    noted = connection.execute(update(enrollments).where(this).values(last_accessed_at=at))
    if noted.rowcount and course_sums(connection, [course_id], [person_id])[course_id, person_id].is_complete:
        open_still = this & enrollments.c.completed_at.is_(None)
        if connection.execute(update(enrollments).where(open_still).values(completed_at=at)).rowcount:
            reward(connection, person_id, Reason.COURSE, course_id, at, course_id=course_id)


def complete_without(connection: Connection, course_id: str, at: datetime) -> None:
    """Lessons of the course were deleted: who has completed all the others has now completed the course."""
    inside = select(lessons.c.id).join(modules).where(modules.c.course_id == course_id)
    done = (lesson_progress.c.status == LessonStatus.COMPLETED.value) & lesson_progress.c.lesson_id.in_(
        inside
    )
    count = connection.scalar(select(func.count()).select_from(inside.subquery())) or 0
    everything = (
        select(lesson_progress.c.person_id).where(done)
        .group_by(lesson_progress.c.person_id).having(func.count() == count)
    )  # fmt: skip
    these = (enrollments.c.course_id == course_id) & enrollments.c.completed_at.is_(None)
    connection.execute(
        update(enrollments).where(these, enrollments.c.person_id.in_(everything)).values(completed_at=at)
    )


def _known(connection: Connection, lesson_ids: Sequence[str], person_id: str) -> dict[str, LessonProgress]:
    mine = (lesson_progress.c.person_id == person_id) & lesson_progress.c.lesson_id.in_(lesson_ids)
    rows = connection.execute(select(lesson_progress.c.lesson_id, *_COLUMNS).where(mine))
    return {lesson_id: _progress(values) for lesson_id, *values in rows}


def _progress(values: Sequence[Any]) -> LessonProgress:
    status, *others = values
    return LessonProgress(LessonStatus(status), *others)


def _sums(count: int, row: Row[Any] | None) -> CourseProgress:
    if row is None:
        return CourseProgress(count)
    score = None if row.score is None else round(row.score)
    return CourseProgress(count, row.completed, int(row.time_spent), score)
