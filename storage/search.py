"""Finding courses, lessons and companions by their words."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.people import Principal, Role
from lms_core.ports import Search
from lms_core.search import MOST_HITS, Document, Found, Hit, is_whole, marked, snippet, terms
from storage import companions as companion_rights
from storage import course_rights
from storage.companions import companion_of
from storage.course_rows import lesson_of
from storage.courses import whole_courses
from storage.database import Database
from storage.search_index import index, of_companion, of_course, of_lesson
from storage.tables import companions, courses, enrollments, lessons, modules, search_documents

_TITLE_WEIGHS = 10.0  # times as much as the body
_fts5 = table("search_index", column("rowid"))
_tsvector = table("search_index", column("number"), column("words"))
_AT_ONCE = 500
_Rows = Sequence[Row[Any]]
_Reader = Callable[[AsyncConnection, _Rows], Awaitable[list[Document]]]


class SearchStore(Search):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, viewer: Principal, query: str, *, kinds: Collection[Found] = (), page: int = 1, limit: int = 20
    ) -> tuple[list[Hit], int]:
        wanted = terms(query)
        if not wanted:
            return [], 0
        may = _seen(viewer)
        if kinds:
            may &= search_documents.c.kind.in_([kind.value for kind in kinds])
        best = _sqlite(wanted, may) if self._database.is_sqlite else _postgresql(wanted, may)
        found = best.cte("found").prefix_with("MATERIALIZED")  # each match is ranked once
        seen = select(found, func.count().over().label("total"))
        ordered = (
            seen.order_by(found.c.rank, found.c.number).limit(limit).offset((page - 1) * limit).subquery()
        )
        shown = (
            select(search_documents, ordered.c.total)
            .join(ordered, ordered.c.number == search_documents.c.number)
            .order_by(ordered.c.rank, ordered.c.number)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(shown)).all()
            if rows or page == 1:
                total = rows[0].total if rows else 0
            else:  # beyond the last page
                total = await connection.scalar(select(func.count()).select_from(found)) or 0
        return [
            Hit(Found(row.kind), row.id, marked(row.title, wanted), snippet(row.body, wanted)) for row in rows
        ], total

    async def fill(self) -> None:
        """Index what is not: written before there was search, or in bulk."""
        for kind, source, read in (
            (Found.COURSE, courses, _courses), (Found.LESSON, lessons, _lessons), (Found.COMPANION, companions, _companions),
        ):  # fmt: skip
            indexed = exists().where(
                search_documents.c.kind == kind.value, search_documents.c.id == source.c.id
            )
            missing = select(source).where(~indexed).limit(_AT_ONCE)
            while await self._fill_some(missing, read):
                pass

    async def _fill_some(self, missing: Select[Any], read: _Reader) -> bool:
        """False if nothing was missing."""
        async with self._database.write() as connection:
            await self._database.lock(connection)
            rows = (await connection.execute(missing)).all()
            await index(connection, await read(connection, rows))
        return bool(rows)


async def _courses(connection: AsyncConnection, rows: _Rows) -> list[Document]:
    return [of_course(one) for one in await whole_courses(connection, rows)]


async def _lessons(_connection: AsyncConnection, rows: _Rows) -> list[Document]:
    return [of_lesson(lesson_of(row._asdict())) for row in rows]


async def _companions(_connection: AsyncConnection, rows: _Rows) -> list[Document]:
    return [of_companion(companion_of(row)) for row in rows]


def _sqlite(wanted: Collection[str], may: ColumnElement[bool]) -> Select[Any]:
    """The number and rank of what matches, of those with the words in the title and of all not too many.

    Words are letters and digits, and quoted: nothing of FTS5's own syntax comes in.
    """
    query = " ".join(f'"{one}"{"" if is_whole(one) else "*"}' for one in wanted)
    name: ColumnElement[str] = literal_column("search_index")
    rank = func.bm25(name, _TITLE_WEIGHS, 1.0).label("rank")
    source = _fts5.join(search_documents, search_documents.c.number == _fts5.c.rowid)
    some = (
        select(search_documents.c.number, rank).select_from(source)
        .where(name.op("MATCH")(literal(one)), may).limit(MOST_HITS).subquery().select()
        for one in (f"title : ({query})", query)
    )  # fmt: skip
    either = union_all(*some).subquery()
    return select(either.c.number, func.min(either.c.rank).label("rank")).group_by(either.c.number)


def _postgresql(wanted: Collection[str], may: ColumnElement[bool]) -> Select[Any]:
    """The same as a tsquery; its index does not know titles: courses and companions come before lessons."""
    query = cast(
        cast(" & ".join(f"'{one}'{'' if is_whole(one) else ':*'}" for one in wanted), String), TSQUERY
    )
    words, number = _tsvector.c.words, search_documents.c.number
    numbers = (
        select(_tsvector.c.number).where(words.op("@@")(query)).cte("matching").prefix_with("MATERIALIZED")
    )
    seen = select(number).join(numbers, numbers.c.number == number).where(may)
    some = seen.order_by(search_documents.c.kind, number).limit(2 * MOST_HITS).subquery()
    rank = (-func.ts_rank(words, query)).label("rank")
    return select(some.c.number, rank).join(_tsvector, _tsvector.c.number == some.c.number)


def _seen(viewer: Principal) -> ColumnElement[bool]:
    """Courses and companions that the viewer sees, and lessons that they may read."""
    kind, ref = search_documents.c.kind, search_documents.c.id
    course = exists().where(courses.c.id == ref, course_rights.seen_by(viewer))
    companion = exists().where(companions.c.id == ref, companion_rights.seen_by(viewer))
    return or_(
        (kind == Found.COURSE.value) & course,
        (kind == Found.LESSON.value) & _readable(viewer, ref),
        (kind == Found.COMPANION.value) & companion,
    )


def _readable(viewer: Principal, lesson_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The rule of `course_rights.read_by` as a few sets that are made once, and not for every lesson that is found."""
    if viewer.role is Role.ADMIN:
        return true()
    inside = lessons.join(modules).join(courses)
    mine = select(lessons.c.id).select_from(inside).where(courses.c.author_id == viewer.person_id)
    its_course = exists().where(
        modules.c.id == lessons.c.module_id, courses.c.id == modules.c.course_id, courses.c.published
    )
    free = select(lessons.c.id).where(lessons.c.free_preview, its_course)
    taken = (
        select(lessons.c.id).select_from(inside.join(enrollments, enrollments.c.course_id == courses.c.id))
        .where(enrollments.c.person_id == viewer.person_id, courses.c.published)
    )  # fmt: skip
    return or_(*(lesson_id.in_(some) for some in (mine, taken, free)))
