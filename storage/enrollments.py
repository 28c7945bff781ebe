"""Who takes which course, with their progress in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.courses import Course
from lms_core.enrollment import Access, Enrollment, check_may_enroll
from lms_core.errors import NotFound
from lms_core.people import Principal
from lms_core.progress import CourseProgress
from storage.audit import note
from storage.course_rights import seen_by, written_by
from storage.courses import locked_course, named, whole_courses
from storage.database import Database
from storage.outbox import publish
from storage.progress import course_sums
from storage.tables import courses, enrollments, people

_ENROLLMENT = [enrollments.c[name] for name in Enrollment.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class MyCourse:
    course: Course
    enrollment: Enrollment
    progress: CourseProgress


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many take a course, and how many of them opened it lately."""

    learners: int = 0
    lately: int = 0


@dataclass(frozen=True, slots=True)
class CourseLearner:
    """A learner of a course, as its teacher sees them."""

    name: str
    enrollment: Enrollment
    progress: CourseProgress


class EnrollmentStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def enroll(self, learner: Principal, course_ref: str) -> Enrollment:
        """Oneself; who is enrolled stays so. Raises NotFound, NotPermitted, Conflict if prerequisites are missing."""
        async with self._database.write() as connection:
            rows = (await connection.execute(named(course_ref).where(seen_by(learner)))).all()
            if not rows:
                raise NotFound(f"There is no course '{course_ref}'.")
            course = (await whole_courses(connection, rows))[0]
            found = await _find(connection, course.id, learner.person_id)
            if found is None:
                check_may_enroll(course, await _completed(connection, learner.person_id))
                found = await _insert(connection, course.id, learner.person_id, Access.OPEN)
            return found

    async def leave(self, learner: Principal, course_ref: str) -> None:
        """Progress in its lessons is kept, for who comes back. Raises NotFound if not enrolled."""
        async with self._database.write() as connection:
            course_id = await connection.scalar(named(course_ref).with_only_columns(courses.c.id))
            await _remove(connection, course_id, learner.person_id)

    async def grant(self, teacher: Principal, course_ref: str, person_id: str) -> Enrollment:
        """Enroll somebody in a course of one's own. Raises NotFound."""
        async with self._database.write() as connection:
            course = await locked_course(connection, teacher, course_ref)
            if await connection.scalar(select(people.c.id).where(people.c.id == person_id)) is None:
                raise NotFound(f"There is nobody with the id '{person_id}'.")
            found = await _find(connection, course.id, person_id)
            if found is None:
                found = await _insert(connection, course.id, person_id, Access.GRANTED)
                publish(connection, person_id, "course.granted", {"course_id": course.id})
                await note(
                    connection, Act.ENROLLED, whom=person_id, by=teacher.person_id, course_id=course.id
                )
        return found

    async def withdraw(self, teacher: Principal, course_ref: str, person_id: str) -> None:
        """Take somebody out of a course of one's own. Raises NotFound."""
        async with self._database.write() as connection:
            course = await locked_course(connection, teacher, course_ref)
            await _remove(connection, course.id, person_id)

    async def mine(self, learner: Principal, *, page: int, limit: int) -> tuple[list[MyCourse], int]:
        """One's courses, the one last learned in first; those that are no longer published are left out."""
        those = (enrollments.c.person_id == learner.person_id) & seen_by(learner)
        taken = enrollments.join(courses)
        query = select(courses, *enrollment_columns()).select_from(taken).where(those)
        order = (enrollments.c.last_accessed_at.desc(), enrollments.c.course_id)
        async with self._database.read() as connection:
            rows = (
                await connection.execute(query.order_by(*order).limit(limit).offset((page - 1) * limit))
            ).all()
            total = await connection.scalar(select(func.count()).select_from(taken).where(those))
            found = await whole_courses(connection, rows)
            sums = await connection.run_sync(course_sums, [row.id for row in rows], [learner.person_id])
        return [
            MyCourse(course, enrollment_of(row), sums[course.id, learner.person_id])
            for course, row in zip(found, rows, strict=True)
        ], total or 0

    async def learners(
        self, teacher: Principal, course_ref: str, *, page: int, limit: int
    ) -> tuple[list[CourseLearner], int]:
        """Of a course of one's own, by name. Raises NotFound."""
        async with self._database.read() as connection:
            row = (await connection.execute(named(course_ref).where(written_by(teacher)))).one_or_none()
            if row is None:
                raise NotFound(f"There is no course '{course_ref}', or it is not yours.")
            those = enrollments.c.course_id == row.id
            query = (
                select(people.c.name, *enrollment_columns())
                .select_from(enrollments.join(people))
                .where(those)
            )
            query = query.order_by(people.c.name, people.c.id).limit(limit).offset((page - 1) * limit)
            rows = (await connection.execute(query)).all()
            total = await connection.scalar(select(func.count()).select_from(enrollments).where(those))
            ids = [one.enrollment_person_id for one in rows]
            sums = await connection.run_sync(course_sums, [row.id], ids)
        return [
            CourseLearner(one.name, enrollment_of(one), sums[row.id, one.enrollment_person_id])
            for one in rows
        ], total or 0

    async def attendance(
        self, teacher: Principal, course_ids: Collection[str], *, since: datetime
    ) -> dict[str, Attendance]:
        """By course, of courses of one's own that somebody takes."""
        lately = func.count(case((enrollments.c.last_accessed_at >= since, 1)))
        query = (
            select(enrollments.c.course_id, func.count().label("learners"), lately.label("lately"))
            .select_from(enrollments.join(courses))
            .where(courses.c.id.in_(course_ids), written_by(teacher))
            .group_by(enrollments.c.course_id)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
        return {row.course_id: Attendance(row.learners, row.lately) for row in rows}


def _this(course_id: str | None, person_id: str) -> ColumnElement[bool]:
    return (enrollments.c.course_id == course_id) & (enrollments.c.person_id == person_id)


async def _find(connection: AsyncConnection, course_id: str, person_id: str) -> Enrollment | None:
    query = select(*enrollment_columns()).where(_this(course_id, person_id))
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else enrollment_of(row)


async def _insert(connection: AsyncConnection, course_id: str, person_id: str, access: Access) -> Enrollment:
    """The first of several at once stands."""
    now = datetime.now(UTC)
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "course_id": course_id, "person_id": person_id, "access": access.value, "enrolled_at": now,
        "last_accessed_at": now,
    }  # fmt: skip
    await connection.execute(upsert(enrollments).values(row).on_conflict_do_nothing())
    found = await _find(connection, course_id, person_id)
    assert found is not None
    return found


async def _remove(connection: AsyncConnection, course_id: str | None, person_id: str) -> None:
    done = await connection.execute(delete(enrollments).where(_this(course_id, person_id)))
    if done.rowcount == 0:
        raise NotFound("They are not enrolled in this course.")


async def _completed(connection: AsyncConnection, person_id: str) -> set[str]:
    """Ids of courses."""
    mine = (enrollments.c.person_id == person_id) & enrollments.c.completed_at.is_not(None)
    return set(await connection.scalars(select(enrollments.c.course_id).where(mine)))


def enrollment_columns() -> list[Any]:
    """An enrollment's columns beside another table's."""
    return [column.label(f"enrollment_{column.name}") for column in _ENROLLMENT]


def enrollment_of(row: Row[Any]) -> Enrollment:
    values = {column.name: row._mapping[f"enrollment_{column.name}"] for column in _ENROLLMENT}
    return Enrollment(**{**values, "access": Access(values["access"])})
