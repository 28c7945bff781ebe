"""Courses: listed, made, changed, published."""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.courses import Course, CourseFilter, CourseSort
from lms_core.enrollment import check_prerequisites
from lms_core.errors import InvalidInput, NotFound
from lms_core.people import Principal
from lms_core.search import Found
from lms_core.slugs import free_slug, slug_of
from storage.course_rights import seen_by, written_by
from storage.course_rows import course_of, course_row
from storage.database import Database
from storage.outbox import publish
from storage.search_index import forget, index, of_course
from storage.tables import course_prerequisites, course_tags, courses, enrollments, lessons, modules

_LATELY = timedelta(days=30)


class CourseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, viewer: Principal, wanted: CourseFilter) -> tuple[list[Course], int]:
        """One page, and how many there are in all."""
        those = _wanted(viewer, wanted)
        query = select(courses).where(those).order_by(*_ORDER[wanted.sort], courses.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(
                query.limit(wanted.limit).offset((wanted.page - 1) * wanted.limit)
            )
            total = await connection.scalar(select(func.count()).select_from(courses).where(those))
            return await whole_courses(connection, rows.all()), total or 0

    async def seen(self, viewer: Principal, reference: str) -> Course | None:
        """By id or slug, if the viewer may see it."""
        async with self._database.read() as connection:
            rows = (await connection.execute(named(reference).where(seen_by(viewer)))).all()
            return next(iter(await whole_courses(connection, rows)), None)

    async def to_edit(self, editor: Principal, reference: str) -> Course:
        """By id or slug. Raises NotFound unless the editor may change it."""
        async with self._database.read() as connection:
            return await _written(connection, named(reference).where(written_by(editor)), reference)

    async def create(self, author: Principal, course: Course) -> Course:
        """As the author's own, with a new id and a slug made from its title. Raises InvalidInput."""
        async with self._database.write() as connection:
            return await self.insert(connection, author, course)

    async def insert(self, connection: AsyncConnection, author: Principal, course: Course) -> Course:
        """`create` as part of the caller's transaction."""
        now = datetime.now(UTC)
        await self._database.lock(connection)  # no two take the same slug
        made = replace(
            _neat(course), id=f"course_{secrets.token_hex(10)}", slug=await _free_slug(connection, course.title),
            author_id=author.person_id, created_at=now, updated_at=now,
        )  # fmt: skip
        await connection.execute(insert(courses).values(course_row(made)))
        await self._relate(connection, author, made)
        await index(connection, [of_course(made)])
        return made

    async def edit(self, editor: Principal, reference: str, change: Callable[[Course], Course]) -> Course:
        """What `change` raises leaves all as it was. Raises NotFound, InvalidInput."""
        async with self._database.write() as connection:
            await self._database.lock(connection)  # prerequisites of two courses must not cross
            current = await course_to_change(connection, editor, reference)
            changed = replace(_neat(change(current)), updated_at=datetime.now(UTC))
            this = courses.c.id == current.id
            await connection.execute(update(courses).where(this).values(course_row(changed)))
            for table in (course_tags, course_prerequisites):
                await connection.execute(delete(table).where(table.c.course_id == current.id))
            await self._relate(connection, editor, changed, current.prerequisites)
            await index(connection, [of_course(changed)])
        return changed

    async def delete(self, editor: Principal, reference: str) -> None:
        """With its modules, lessons, enrollments and progress. Raises NotFound."""
        async with self._database.write() as connection:
            course = await course_to_change(connection, editor, reference)
            inside = select(lessons.c.id).join(modules).where(modules.c.course_id == course.id)
            await forget(connection, Found.LESSON, (await connection.scalars(inside)).all())
            await forget(connection, Found.COURSE, [course.id])
            await connection.execute(delete(courses).where(courses.c.id == course.id))

    async def _relate(
        self, connection: AsyncConnection, editor: Principal, course: Course, before: Collection[str] = ()
    ) -> None:
        """Store what a course has in tables of their own; `before` were its prerequisites so far.

        Raises InvalidInput for new prerequisites that the editor does not see or that build on the course.
        """
        if course.tags:
            tags = [{"course_id": course.id, "tag": tag} for tag in course.tags]
            await connection.execute(insert(course_tags), tags)
        if not course.prerequisites:
            return
        added = set(course.prerequisites) - set(before)
        visible = select(courses.c.id).where(courses.c.id.in_(added), seen_by(editor))
        unknown = added - set(await connection.scalars(visible))
        if unknown:
            raise InvalidInput(
                "prerequisites must be ids of courses that are there.", unknown=sorted(unknown)
            )
        check_prerequisites(
            course.id, course.prerequisites, await _built_on(connection, course.prerequisites)
        )
        rows = [{"course_id": course.id, "requires_id": one} for one in course.prerequisites]
        await connection.execute(insert(course_prerequisites), rows)


async def _built_on(connection: AsyncConnection, course_ids: Iterable[str]) -> dict[str, list[str]]:
    """The prerequisites of these courses, of those, and so on."""
    found: dict[str, list[str]] = {}
    waiting = set(course_ids)
    while waiting:
        found |= {one: [] for one in waiting}
        related = await _related(
            connection, course_prerequisites.c.course_id, course_prerequisites.c.requires_id, waiting
        )
        found |= related
        waiting = {one for some in related.values() for one in some} - found.keys()
    return found


def _neat(course: Course) -> Course:
    """As it comes back from the database."""
    return replace(
        course, tags=tuple(sorted(set(course.tags))), prerequisites=tuple(sorted(set(course.prerequisites)))
    )


async def locked_course(connection: AsyncConnection, editor: Principal, reference: str) -> Course:
    """Nobody else changes it or what is in it until the commit. Raises NotFound."""
    return await _written(connection, named(reference).where(written_by(editor)).with_for_update(), reference)


async def _written(connection: AsyncConnection, query: Select[Any], reference: str) -> Course:
    """The one that the query finds. Raises NotFound."""
    rows = (await connection.execute(query)).all()
    if not rows:
        raise NotFound(f"There is no course '{reference}', or it is not yours to change.")
    return (await whole_courses(connection, rows))[0]


async def course_to_change(connection: AsyncConnection, editor: Principal, reference: str) -> Course:
    """`locked_course`, and whoever has learned in it lately is told that it or what is in it changes."""
    course = await locked_course(connection, editor, reference)
    lately = enrollments.c.last_accessed_at > datetime.now(UTC) - _LATELY
    learners = select(enrollments.c.person_id).where(enrollments.c.course_id == course.id, lately)
    for person_id in await connection.scalars(learners):
        publish(connection, person_id, "course.changed", {"course_id": course.id})
    return course


def named(reference: str) -> Select[Any]:
    """By id or slug; an id is meant rather than another's slug."""
    return (
        select(courses)
        .where(or_(courses.c.id == reference, courses.c.slug == reference))
        .order_by(case((courses.c.id == reference, 0), else_=1))
        .limit(1)
    )


async def whole_courses(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Course]:
    """With what stands in other tables."""
    ids = [row.id for row in rows]
    tags = await _related(connection, course_tags.c.course_id, course_tags.c.tag, ids)
    before = await _related(
        connection, course_prerequisites.c.course_id, course_prerequisites.c.requires_id, ids
    )
    return [
        course_of(row, tuple(sorted(tags.get(row.id, ()))), tuple(sorted(before.get(row.id, ()))))
        for row in rows
    ]


async def _related(
    connection: AsyncConnection, course_id: ColumnElement[str], value: ColumnElement[str], ids: Iterable[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for owner, one in await connection.execute(select(course_id, value).where(course_id.in_(ids))):
        found.setdefault(owner, []).append(one)
    return found


def _wanted(viewer: Principal, wanted: CourseFilter) -> ColumnElement[bool]:
    those = courses.c.author_id == viewer.person_id if wanted.mine else courses.c.published.is_(True)
    if wanted.everything:
        those = seen_by(viewer)
    for column, value in (
        (courses.c.category, wanted.category),
        (courses.c.difficulty, wanted.difficulty),
        (courses.c.language, wanted.language),
        (courses.c.featured, wanted.featured),
    ):
        if value is not None:
            those &= column == value
    if wanted.tag is not None:
        those &= exists().where(course_tags.c.course_id == courses.c.id, course_tags.c.tag == wanted.tag)
    return those


_ORDER: dict[CourseSort, tuple[ColumnElement[Any], ...]] = {
    CourseSort.TITLE: (courses.c.title,),
    CourseSort.TITLE_DOWN: (courses.c.title.desc(),),
    CourseSort.OLDEST: (courses.c.created_at,),
    CourseSort.NEWEST: (courses.c.created_at.desc(),),
    CourseSort.LATELY_CHANGED: (courses.c.updated_at.desc(),),
    CourseSort.FEATURED: (courses.c.featured.desc(), courses.c.title),
}


async def _free_slug(connection: AsyncConnection, title: str) -> str:
    wanted = slug_of(title, "course")
    taken = await connection.scalars(select(courses.c.slug).where(courses.c.slug.startswith(wanted)))
    return free_slug(wanted, set(taken))
