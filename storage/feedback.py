"""Learners' feedback on lessons."""

from dataclasses import asdict

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import NotFound
from lms_core.feedback import Feedback
from lms_core.people import Principal
from storage.course_rights import written_by
from storage.courses import named
from storage.database import Database
from storage.progress import readable_lesson
from storage.tables import courses, lesson_feedback, lessons, modules, people


class FeedbackStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, learner: Principal, feedback: Feedback) -> None:
        """In place of what they said before. Raises NotFound, NotPermitted as for reading the lesson."""
        values = asdict(feedback)
        said = self._database.insert(lesson_feedback).values(values)
        keys = ("lesson_id", "person_id")
        fresh = {name: value for name, value in values.items() if name not in keys}
        async with self._database.write() as connection:
            await connection.run_sync(readable_lesson, learner, feedback.lesson_id)
            await connection.execute(said.on_conflict_do_update(index_elements=keys, set_=fresh))

    async def given(self, learner: Principal, lesson_id: str) -> Feedback | None:
        """What they said last."""
        mine = (lesson_feedback.c.person_id == learner.person_id) & (lesson_feedback.c.lesson_id == lesson_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(lesson_feedback).where(mine))).one_or_none()
        return None if row is None else Feedback(*row)

    async def of_course(
        self, teacher: Principal, course_ref: str, *, lesson_id: str | None = None, page: int, limit: int
    ) -> tuple[list[tuple[Feedback, str, str]], int]:
        """With the lesson's title and the learner's name, the latest first. Raises NotFound if it is not one's own."""
        mine = named(course_ref).where(written_by(teacher)).with_only_columns(courses.c.id)
        async with self._database.read() as connection:
            course_id = await connection.scalar(mine)
            if course_id is None:
                raise NotFound(f"There is no course '{course_ref}', or it is not yours.")
            those = modules.c.course_id == course_id
            if lesson_id is not None:
                those &= lessons.c.id == lesson_id
            return await _page(connection, those, page, limit)

    async def latest(
        self, teacher: Principal, *, page: int, limit: int
    ) -> tuple[list[tuple[Feedback, str, str]], int]:
        """The same for all courses that are one's own; an admin's are all."""
        async with self._database.read() as connection:
            return await _page(connection, written_by(teacher), page, limit)


async def _page(
    connection: AsyncConnection, those: ColumnElement[bool], page: int, limit: int
) -> tuple[list[tuple[Feedback, str, str]], int]:
    given = lesson_feedback.join(lessons).join(modules).join(courses)
    query = select(lesson_feedback, lessons.c.title, people.c.name).select_from(
        given.join(people, people.c.id == lesson_feedback.c.person_id)
    )
    latest = query.where(those).order_by(lesson_feedback.c.given_at.desc(), lesson_feedback.c.person_id)
    rows = (await connection.execute(latest.limit(limit).offset((page - 1) * limit))).all()
    total = await connection.scalar(select(func.count()).select_from(given).where(those))
    return [(Feedback(*values), title, name) for *values, title, name in rows], total or 0
