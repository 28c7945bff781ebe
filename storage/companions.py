"""Companions and the lessons that they teach from."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.companions import (
    RESERVED_SLUGS,
    Companion,
    CompanionFilter,
    CompanionSort,
    CompanionStatus,
    Patience,
    Style,
    Subject,
)
from lms_core.courses import Lesson
from lms_core.errors import Conflict, InvalidInput, NotFound
from lms_core.people import Permission, Principal, Role
from lms_core.plans import Quota
from lms_core.ports import Companions
from lms_core.search import Found
from lms_core.slugs import free_slug, slug_of
from storage import course_rights
from storage.course_rows import lesson_of, lesson_row
from storage.database import Database
from storage.plans import check_quotas
from storage.progress import talk_lesson
from storage.quiz_rows import insert_lesson_quiz, items_of_lesson
from storage.search_index import forget, index, of_companion, of_lesson
from storage.tables import companions, courses, lessons, modules, sessions

_RECENT_TALKS = 1000


class CompanionStore(Companions):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, viewer: Principal, wanted: CompanionFilter) -> tuple[list[Companion], int]:
        """One page, and how many there are in all."""
        those = seen_by(viewer) & _wanted(viewer, wanted)
        return await self._page(those, _ORDER[wanted.sort], wanted.page, wanted.limit)

    async def seen(self, viewer: Principal, reference: str) -> Companion | None:
        query = named(reference).where(seen_by(viewer))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else companion_of(row)

    async def to_edit(self, editor: Principal, reference: str) -> Companion | None:
        """By id or slug, if the editor may change it."""
        async with self._database.read() as connection:
            row = (await connection.execute(named(reference).where(edited_by(editor)))).first()
        return None if row is None else companion_of(row)

    async def find(self, reference: str) -> Companion | None:
        """By id or slug; an id is meant rather than another's slug."""
        async with self._database.read() as connection:
            row = (await connection.execute(named(reference))).first()
        return None if row is None else companion_of(row)

    async def several(self, ids: Collection[str]) -> dict[str, Companion]:
        """Those that are there, by id, whatever their status."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(companions).where(companions.c.id.in_(ids)))
        return {row.id: companion_of(row) for row in rows}

    async def recent(self, *, page: int = 1, limit: int = 20) -> tuple[list[Companion], int]:
        """Published ones in the last thousand talks of all, the last first; who talked is not told."""
        columns = (sessions.c.companion_id, sessions.c.started_at)
        talks = select(*columns).order_by(sessions.c.started_at.desc()).limit(_RECENT_TALKS).subquery()
        last = func.max(talks.c.started_at).label("last")
        recent = select(talks.c.companion_id, last).group_by(talks.c.companion_id).subquery()
        source = companions.join(recent, recent.c.companion_id == companions.c.id)
        published = companions.c.status == CompanionStatus.PUBLISHED.value
        return await self._page(published, (recent.c.last.desc(),), page, limit, source)

    async def about(self, lesson_id: str) -> Companion | None:
        """A published one that teaches this lesson."""
        published = companions.c.status == CompanionStatus.PUBLISHED.value
        query = select(companions).where(published, companions.c.lesson_id == lesson_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(companions.c.name).limit(1))).first()
        return None if row is None else companion_of(row)

    async def of_course(self, course_id: str, limit: int = 6) -> list[Companion]:
        """Published ones that teach the course or a part of it, by name."""
        inside = select(modules.c.id).where(modules.c.course_id == course_id)
        teaching = or_(
            companions.c.course_id == course_id,
            companions.c.module_id.in_(inside),
            companions.c.lesson_id.in_(select(lessons.c.id).where(lessons.c.module_id.in_(inside))),
        )
        published = companions.c.status == CompanionStatus.PUBLISHED.value
        query = select(companions).where(published, teaching).order_by(companions.c.name).limit(limit)
        async with self._database.read() as connection:
            return [companion_of(row) for row in await connection.execute(query)]

    async def lesson(self, lesson_id: str | None) -> Lesson | None:
        if lesson_id is None:
            return None
        async with self._database.read() as connection:
            row = (await connection.execute(select(lessons).where(lessons.c.id == lesson_id))).one_or_none()
            quiz = await connection.run_sync(items_of_lesson, lesson_id)
        return None if row is None else lesson_of(row._asdict(), quiz)

    async def lesson_to_teach(self, learner: Principal, companion: Companion) -> str | None:
        async with self._database.read() as connection:
            return await connection.run_sync(talk_lesson, learner, companion)

    async def lesson_of_draft(self, author: Principal, companion: Companion) -> Lesson | None:
        """What a companion that is not stored would teach its author. Raises InvalidInput as `create` does."""
        async with self._database.read() as connection:
            await _check_attached(connection, author, companion)
        return await self.lesson(await self.lesson_to_teach(author, companion))

    async def add(self, companion: Companion, lesson: Lesson | None = None) -> None:
        """Raises Conflict if the id or slug is taken; then the lesson is not stored either."""
        try:
            async with self._database.write() as connection:
                await self.insert(connection, companion, lesson)
        except IntegrityError as error:
            raise Conflict(
                f"There is already a companion or lesson '{companion.slug}', or its author or lesson is not there."
            ) from error

    async def create(self, author: Principal, companion: Companion) -> Companion:
        """As the author's own, with a new id and a slug made from its name."""
        async with self._database.write() as connection:
            await check_quotas(connection, author.person_id, Quota.COMPANIONS)
            await self._database.lock(connection)  # no two take the same slug
            made = replace(
                companion, id=f"comp_{secrets.token_hex(10)}", slug=await _free_slug(connection, companion.name),
                author_id=author.person_id,
            )  # fmt: skip
            await _check_attached(connection, author, made)
            await self.insert(connection, made)
        return made

    async def edit(
        self, editor: Principal, reference: str, change: Callable[[Companion], Companion]
    ) -> Companion:
        """What `change` raises leaves all as it was. One that comes back from the archive counts again."""
        async with self._database.write() as connection:
            current = await _locked(connection, editor, reference)
            changed = change(current)
            if current.archived and not changed.archived:
                await check_quotas(connection, editor.person_id, Quota.COMPANIONS)
            if _attached(changed) != _attached(current):
                await _check_attached(connection, editor, changed)
            await connection.execute(
                update(companions).where(companions.c.id == current.id).values(**asdict(changed))
            )
            await index(connection, [of_companion(changed)])
        return changed

    async def delete(self, editor: Principal, reference: str) -> bool:
        """Nobody begins a session meanwhile: the row is locked."""
        async with self._database.write() as connection:
            current = await _locked(connection, editor, reference)
            this = companions.c.id == current.id
            talked = select(sessions.c.id).where(sessions.c.companion_id == current.id).limit(1)
            if await connection.scalar(talked) is None:
                await forget(connection, Found.COMPANION, [current.id])
                await connection.execute(delete(companions).where(this))
                return True
            await connection.execute(
                update(companions).where(this).values(status=CompanionStatus.ARCHIVED.value)
            )
            return False

    async def _page(
        self,
        those: ColumnElement[bool],
        order: Sequence[ColumnElement[Any]],
        page: int,
        limit: int,
        source: FromClause = companions,
    ) -> tuple[list[Companion], int]:
        query = select(companions).select_from(source).where(those).order_by(*order, companions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(source).where(those))
        return [companion_of(row) for row in rows], total or 0

    async def insert(
        self, connection: AsyncConnection, companion: Companion, lesson: Lesson | None = None
    ) -> None:
        """`add` as part of the caller's transaction."""
        if lesson is not None:
            await connection.execute(insert(lessons).values(**lesson_row(lesson)))
            await index(connection, [of_lesson(lesson)])
            await connection.run_sync(insert_lesson_quiz, lesson)
        await connection.execute(insert(companions).values(**asdict(companion)))
        await index(connection, [of_companion(companion)])

    async def exists(self, connection: AsyncConnection, companion_id: str) -> bool:
        query = select(companions.c.id).where(companions.c.id == companion_id)
        return await connection.scalar(query) is not None


def seen_by(viewer: Principal) -> ColumnElement[bool]:
    """Published ones and one's own; admins see all."""
    return or_(companions.c.status == CompanionStatus.PUBLISHED.value, edited_by(viewer))


def edited_by(editor: Principal) -> ColumnElement[bool]:
    """One's own, of published ones only who may publish; admins edit all."""
    if editor.role is Role.ADMIN:
        return true()
    own = companions.c.author_id == editor.person_id
    if editor.may(Permission.PUBLISH_COMPANIONS):
        return own
    return own & (companions.c.status != CompanionStatus.PUBLISHED.value)


def _wanted(viewer: Principal, wanted: CompanionFilter) -> ColumnElement[bool]:
    those: ColumnElement[bool] = true()
    if wanted.status is not None or not (wanted.mine or wanted.everything):
        those &= companions.c.status == (wanted.status or CompanionStatus.PUBLISHED).value
    if wanted.mine:
        those &= companions.c.author_id == viewer.person_id
    if wanted.subject is not None:
        those &= companions.c.subject == wanted.subject.value
    return those & _contains(wanted.search) if wanted.search else those


_ORDER: dict[CompanionSort, tuple[ColumnElement[Any], ...]] = {
    CompanionSort.NAME: (companions.c.name,),
    CompanionSort.NAME_DOWN: (companions.c.name.desc(),),
    CompanionSort.SUBJECT: (companions.c.subject, companions.c.name),
}


def named(reference: str) -> Select[Any]:
    """By id or slug; an id is meant rather than another's slug."""
    return (
        select(companions)
        .where(or_(companions.c.id == reference, companions.c.slug == reference))
        .order_by(case((companions.c.id == reference, 0), else_=1))
        .limit(1)
    )


async def _locked(connection: AsyncConnection, editor: Principal, reference: str) -> Companion:
    """Nobody else changes it until the commit. Raises NotFound."""
    query = named(reference).where(edited_by(editor)).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound(f"There is no companion '{reference}', or it is not yours to change.")
    return companion_of(row)


async def _free_slug(connection: AsyncConnection, name: str) -> str:
    wanted = slug_of(name, "companion")
    taken = await connection.scalars(select(companions.c.slug).where(companions.c.slug.startswith(wanted)))
    return free_slug(wanted, RESERVED_SLUGS | set(taken))


def _attached(companion: Companion) -> tuple[str | None, ...]:
    return companion.lesson_id, companion.module_id, companion.course_id


async def _check_attached(connection: AsyncConnection, editor: Principal, companion: Companion) -> None:
    """Raises InvalidInput unless the editor sees the course; of lessons in no course, a companion that teaches it.

    Who may hear its lessons is decided for each learner when a session opens.
    """
    seen = course_rights.seen_by(editor)
    alone = lessons.c.module_id.is_(None) & exists(
        select(companions.c.id).where(companions.c.lesson_id == lessons.c.id, seen_by(editor))
    )
    whole = course_rights.LESSONS
    checks = {
        "lesson_id": select(lessons.c.id)
        .select_from(whole)
        .where(lessons.c.id == companion.lesson_id, or_(seen, alone)),
        "module_id": select(modules.c.id).join(courses).where(modules.c.id == companion.module_id, seen),
        "course_id": select(courses.c.id).where(courses.c.id == companion.course_id, seen),
    }
    for name, query in checks.items():
        if getattr(companion, name) is not None and await connection.scalar(query) is None:
            raise InvalidInput(
                f"There is no {name.removesuffix('_id')} with this {name}, or it is not yours to see."
            )


def _contains(search: str) -> ColumnElement[bool]:
    pattern = "%" + search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    name, topic = func.lower(companions.c.name), func.lower(companions.c.topic)
    return or_(name.like(pattern, escape="\\"), topic.like(pattern, escape="\\"))


def companion_of(row: Row[Any]) -> Companion:
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
