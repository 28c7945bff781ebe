"""Companions and the lessons that they teach from."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion, CompanionStatus, Patience, Style, Subject
from lms_core.courses import Lesson
from lms_core.errors import Conflict
from lms_core.ports import Companions
from storage.database import Database
from storage.tables import companions, lessons


class CompanionStore(Companions):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def published(
        self, *, subject: str | None = None, search: str | None = None, page: int = 1, limit: int = 20
    ) -> tuple[list[Companion], int]:
        """One page in order of name, and how many there are in all."""
        wanted = companions.c.status == CompanionStatus.PUBLISHED.value
        if subject:
            wanted &= companions.c.subject == subject
        if search:
            wanted &= _contains(search)
        query = select(companions).where(wanted).order_by(companions.c.name, companions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(companions).where(wanted))
        return [_companion(row) for row in rows], total or 0

    async def find(self, reference: str) -> Companion | None:
        """By id or slug; an id is meant rather than another's slug."""
        query = (
            select(companions)
            .where(or_(companions.c.id == reference, companions.c.slug == reference))
            .order_by(case((companions.c.id == reference, 0), else_=1))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _companion(row)

    async def lesson(self, lesson_id: str | None) -> Lesson | None:
        if lesson_id is None:
            return None
        async with self._database.read() as connection:
            row = (await connection.execute(select(lessons).where(lessons.c.id == lesson_id))).one_or_none()
        return None if row is None else _lesson(row)

    async def add(self, companion: Companion, lesson: Lesson | None = None) -> None:
        """Raises Conflict if the id or slug is taken; then the lesson is not stored either."""
        try:
            async with self._database.write() as connection:
                await self.insert(connection, companion, lesson)
        except IntegrityError as error:
            raise Conflict(
                f"There is already a companion or lesson '{companion.slug}', or its author or lesson is not there."
            ) from error

    async def insert(
        self, connection: AsyncConnection, companion: Companion, lesson: Lesson | None = None
    ) -> None:
        """`add` as part of the caller's transaction."""
        if lesson is not None:
            await connection.execute(insert(lessons).values(**_lesson_row(lesson)))
        await connection.execute(insert(companions).values(**asdict(companion)))

    async def exists(self, connection: AsyncConnection, companion_id: str) -> bool:
        query = select(companions.c.id).where(companions.c.id == companion_id)
        return await connection.scalar(query) is not None


def _contains(search: str) -> ColumnElement[bool]:
    pattern = "%" + search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    name, topic = func.lower(companions.c.name), func.lower(companions.c.topic)
    return or_(name.like(pattern, escape="\\"), topic.like(pattern, escape="\\"))


def _companion(row: Row[Any]) -> Companion:
    values = dict(row._mapping)
    return Companion(
        **{
            **values,
            "subject": Subject(values["subject"]),
            "style": Style(values["style"]),
            "patience": Patience(values["patience"]),
            "status": CompanionStatus(values["status"]),
        }
    )


def _lesson_row(lesson: Lesson) -> dict[str, Any]:
    return {**asdict(lesson), "quiz": [asdict(item) for item in lesson.quiz]}


def _lesson(row: Row[Any]) -> Lesson:
    values = dict(row._mapping)
    quiz = tuple(
        QuizItem(
            **{
                **item,
                "kind": QuizKind(item["kind"]),
                **{name: tuple(item[name]) for name in ("accept", "choices", "hints")},
            }
        )
        for item in values["quiz"]
    )
    return Lesson(**{**values, "quiz": quiz})
