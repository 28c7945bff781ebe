"""Quizzes: written by teachers, seen by those who may read their lesson or take their course."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, case, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from lms_core.assessment.quizzes import Quiz
from lms_core.errors import Conflict, NotFound
from lms_core.people import Principal
from storage.course_rights import LESSONS, enrolled, written_by
from storage.courses import named
from storage.database import Database
from storage.progress import readable_lesson
from storage.quiz_rows import QUIZ_COLUMNS, PlacedItem, insert_quiz, items_of, put_items, quiz_of
from storage.tables import courses, lessons, modules, quiz_items, quizzes

QUIZZES = (
    quizzes.outerjoin(lessons, lessons.c.id == quizzes.c.lesson_id)
    .outerjoin(modules, modules.c.id == lessons.c.module_id)
    .outerjoin(courses, courses.c.id == func.coalesce(quizzes.c.course_id, modules.c.course_id))
)
"""Quizzes with the courses that they belong to, be it by their lesson."""


class QuizStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_lesson(self, viewer: Principal, lesson_id: str) -> Quiz:
        """Raises NotFound, NotPermitted if other lessons have to be completed first."""

        def read(connection: Connection) -> Quiz:
            readable_lesson(connection, viewer, lesson_id)
            row = connection.execute(
                select(*QUIZ_COLUMNS).where(quizzes.c.lesson_id == lesson_id)
            ).one_or_none()
            if row is None:
                raise NotFound("This lesson has no quiz.")
            return quiz_of(row)

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def of_course(
        self, viewer: Principal, course_ref: str, *, page: int, limit: int
    ) -> tuple[list[Quiz], int]:
        """Those of the course itself, not of its lessons; without questions only for who writes it.

        Raises NotFound unless the viewer takes or writes the course.
        """

        def read(connection: Connection) -> tuple[list[Quiz], int]:
            may = written_by(viewer) | (courses.c.published & enrolled(viewer.person_id))
            course = connection.execute(named(course_ref).where(may)).one_or_none()
            if course is None:
                raise NotFound(f"There is no course '{course_ref}', or you are not enrolled in it.")
            ready = exists().where(quiz_items.c.quiz_id == quizzes.c.id) | written_by(viewer)
            these = select(*QUIZ_COLUMNS).select_from(QUIZZES).where(quizzes.c.course_id == course.id, ready)
            total = connection.scalar(select(func.count()).select_from(these.subquery())) or 0
            ordered = these.order_by(quizzes.c.created_at, quizzes.c.id)
            rows = connection.execute(ordered.limit(limit).offset((page - 1) * limit))
            return [quiz_of(row) for row in rows], total

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def read(self, viewer: Principal, quiz_id: str) -> tuple[Quiz, tuple[PlacedItem, ...]]:
        """With its items. Raises as `readable_quiz`."""

        def read(connection: Connection) -> tuple[Quiz, tuple[PlacedItem, ...]]:
            return readable_quiz(connection, viewer, quiz_id), items_of(connection, quiz_id)

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def create_for_lesson(self, editor: Principal, lesson_id: str, quiz: Quiz) -> Quiz:
        """Raises NotFound, Conflict if the lesson has one."""
        this = select(lessons.c.id).select_from(LESSONS).where(lessons.c.id == lesson_id, written_by(editor))
        return await self._create(this, f"lesson '{lesson_id}'", lambda found: replace(quiz, lesson_id=found))

    async def create_for_course(self, editor: Principal, course_ref: str, quiz: Quiz) -> Quiz:
        this = named(course_ref).where(written_by(editor)).with_only_columns(courses.c.id)
        return await self._create(
            this, f"course '{course_ref}'", lambda found: replace(quiz, course_id=found)
        )

    async def edit(
        self, editor: Principal, quiz_id: str, change: Callable[[Quiz], Quiz]
    ) -> tuple[Quiz, tuple[PlacedItem, ...]]:
        """What `change` raises leaves all as it was. Raises NotFound."""

        def write(connection: Connection) -> tuple[Quiz, tuple[PlacedItem, ...]]:
            changed = change(_locked(connection, editor, quiz_id))
            values = {
                "title": changed.title, "pass_percent": changed.pass_percent,
                "time_limit_seconds": changed.time_limit_seconds, "max_attempts": changed.max_attempts,
            }  # fmt: skip
            connection.execute(update(quizzes).where(quizzes.c.id == quiz_id).values(values))
            return changed, items_of(connection, quiz_id)

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def items(self, editor: Principal, quiz_id: str) -> tuple[PlacedItem, ...]:
        """With their answers, for who writes them. Raises NotFound."""

        def read(connection: Connection) -> tuple[PlacedItem, ...]:
            if connection.execute(_own(editor, quiz_id)).one_or_none() is None:
                raise _not_yours(quiz_id)
            return items_of(connection, quiz_id)

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def put_items(
        self,
        editor: Principal,
        quiz_id: str,
        wanted: Sequence[PlacedItem],
        check: Callable[[tuple[PlacedItem, ...]], None],
    ) -> tuple[PlacedItem, ...]:
        """All items in their new order; `check` gets the present ones. Raises NotFound."""

        def write(connection: Connection) -> tuple[PlacedItem, ...]:
            _locked(connection, editor, quiz_id)
            check(items_of(connection, quiz_id))
            return put_items(connection, quiz_id, wanted)

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def delete(self, editor: Principal, quiz_id: str) -> None:
        """With all attempts. Raises NotFound."""

        def write(connection: Connection) -> None:
            _locked(connection, editor, quiz_id)
            connection.execute(delete(quizzes).where(quizzes.c.id == quiz_id))

        async with self._database.write() as connection:
            await connection.run_sync(write)

    async def _create(self, parent: Select[Any], name: str, make: Callable[[str], Quiz]) -> Quiz:
        def write(connection: Connection) -> Quiz:
            found = connection.scalar(parent)
            if found is None:
                raise NotFound(f"There is no {name}, or it is not yours to change.")
            return insert_quiz(connection, make(found))

        try:
            async with self._database.write() as connection:
                return await connection.run_sync(write)
        except IntegrityError as error:
            raise Conflict("The lesson has a quiz already; change that one.") from error


def readable_quiz(connection: Connection, viewer: Principal, quiz_id: str) -> Quiz:
    """Raises NotFound unless the viewer may see it, NotPermitted if other lessons have to be completed first."""
    may = written_by(viewer) | (courses.c.published & enrolled(viewer.person_id))
    of_course = case((quizzes.c.course_id.is_(None), True), else_=may)
    query = select(*QUIZ_COLUMNS).select_from(QUIZZES).where(quizzes.c.id == quiz_id, of_course)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no quiz '{quiz_id}', or it is in a course that you are not enrolled in.")
    if row.lesson_id is not None:
        readable_lesson(connection, viewer, row.lesson_id)
    return quiz_of(row)


def course_of_quiz(connection: Connection, quiz_id: str) -> str | None:
    return connection.scalar(select(courses.c.id).select_from(QUIZZES).where(quizzes.c.id == quiz_id))


def _own(editor: Principal, quiz_id: str) -> Select[Any]:
    return select(*QUIZ_COLUMNS).select_from(QUIZZES).where(quizzes.c.id == quiz_id, written_by(editor))


def _locked(connection: Connection, editor: Principal, quiz_id: str) -> Quiz:
    row = connection.execute(_own(editor, quiz_id).with_for_update(of=quizzes)).one_or_none()
    if row is None:
        raise _not_yours(quiz_id)
    return quiz_of(row)


def _not_yours(quiz_id: str) -> NotFound:
    return NotFound(f"There is no quiz '{quiz_id}', or it is not yours to change.")
