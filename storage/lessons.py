"""Modules and lessons, and their order in a course. The course's row is locked while they change."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.courses import MOST_LESSONS, MOST_MODULES, Course, Lesson, Module, ModuleOutline
from lms_core.errors import Conflict, NotFound
from lms_core.ordering import Outline, check_same
from lms_core.people import Principal
from lms_core.search import Found
from lms_core.slugs import free_slug, slug_of
from storage.course_rights import LESSONS, seen_by, written_by
from storage.course_rows import lesson_of, lesson_row, module_of
from storage.courses import course_to_change, named, whole_courses
from storage.database import Database
from storage.progress import complete_without, readable_lesson
from storage.search_index import forget, index, of_lesson
from storage.tables import courses, lessons, modules


class LessonStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def outline(self, viewer: Principal, course_ref: str) -> tuple[ModuleOutline, ...]:
        """Raises NotFound."""
        this = named(course_ref).where(seen_by(viewer)).with_only_columns(courses.c.id)
        async with self._database.read() as connection:
            course_id = await connection.scalar(this)
            if course_id is None:
                raise NotFound(f"There is no course '{course_ref}'.")
            return await outline_of(connection, course_id)

    async def module(self, viewer: Principal, module_id: str) -> Module | None:
        query = select(modules).join(courses).where(modules.c.id == module_id, seen_by(viewer))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else module_of(row)

    async def read(self, viewer: Principal, lesson_id: str) -> Lesson:
        """Raises NotFound unless the viewer may read it, NotPermitted if others have to be completed first."""
        async with self._database.read() as connection:
            return await connection.run_sync(readable_lesson, viewer, lesson_id)

    async def to_edit(self, editor: Principal, lesson_id: str) -> tuple[Lesson, Course]:
        """A lesson and the course that it is in. Raises NotFound unless the editor may change it."""
        this = lessons.c.id == lesson_id
        around = select(courses).select_from(LESSONS).where(this, written_by(editor))
        async with self._database.read() as connection:
            row = (await connection.execute(select(lessons).where(this))).one_or_none()
            rows = (await connection.execute(around)).all()
            if row is None or not rows:
                raise NotFound(f"There is no lesson '{lesson_id}', or it is not yours to change.")
            return lesson_of(row._asdict()), (await whole_courses(connection, rows))[0]

    async def author_of(self, lesson_id: str) -> str | None:
        """The author of the lesson's course, if it is in one."""
        query = select(courses.c.author_id).select_from(LESSONS).where(lessons.c.id == lesson_id)
        async with self._database.read() as connection:
            return await connection.scalar(query)

    async def add_module(self, editor: Principal, course_ref: str, module: Module) -> Module:
        """At the end of the course, with a new id. Raises NotFound, Conflict when the course is full."""
        async with self._database.write() as connection:
            course = await course_to_change(connection, editor, course_ref)
            count = await _count(connection, select(modules.c.id).where(modules.c.course_id == course.id))
            if count >= MOST_MODULES:
                raise Conflict(f"A course has at most {MOST_MODULES} modules.")
            made = replace(module, id=f"mod_{secrets.token_hex(10)}", course_id=course.id, position=count)
            await insert_modules(connection, [made])
        return made

    async def edit_module(
        self, editor: Principal, module_id: str, change: Callable[[Module], Module]
    ) -> Module:
        async with self._database.write() as connection:
            changed = change(await _locked_module(connection, editor, module_id))
            values = {"title": changed.title, "description": changed.description}
            await connection.execute(update(modules).where(modules.c.id == module_id).values(values))
        return changed

    async def delete_module(self, editor: Principal, module_id: str) -> None:
        """With its lessons and their progress."""
        async with self._database.write() as connection:
            gone = await _locked_module(connection, editor, module_id)
            inside = select(lessons.c.id).where(lessons.c.module_id == module_id)
            await forget(connection, Found.LESSON, (await connection.scalars(inside)).all())
            await connection.execute(delete(modules).where(modules.c.id == module_id))
            behind = (modules.c.course_id == gone.course_id) & (modules.c.position > gone.position)
            await connection.execute(update(modules).where(behind).values(position=modules.c.position - 1))
            await connection.run_sync(complete_without, gone.course_id, datetime.now(UTC))

    async def add_lesson(self, editor: Principal, module_id: str, lesson: Lesson) -> Lesson:
        """At the end of the module, with a new id and a slug that is free in the course."""
        async with self._database.write() as connection:
            module = await _locked_module(connection, editor, module_id)
            of_course = select(lessons.c.slug).join(modules).where(modules.c.course_id == module.course_id)
            slugs = set(await connection.scalars(of_course))
            if len(slugs) >= MOST_LESSONS:
                raise Conflict(f"A course has at most {MOST_LESSONS} lessons.")
            made = replace(
                lesson, id=f"lesson_{secrets.token_hex(10)}", module_id=module_id,
                slug=free_slug(slug_of(lesson.title, "lesson"), slugs),
                position=await _count(connection, select(lessons.c.id).where(lessons.c.module_id == module_id)),
            )  # fmt: skip
            await insert_lessons(connection, [made])
        return made

    async def edit_lesson(
        self, editor: Principal, lesson_id: str, change: Callable[[Lesson], Lesson]
    ) -> Lesson:
        """What `change` raises leaves all as it was; a lesson's place is changed with `reorder`."""
        async with self._database.write() as connection:
            lesson = await _locked_lesson(connection, editor, lesson_id)
            changed = change(lesson)
            await connection.execute(
                update(lessons).where(lessons.c.id == lesson_id).values(lesson_row(changed))
            )
            await index(connection, [of_lesson(changed)])
        return changed

    async def delete_lesson(self, editor: Principal, lesson_id: str) -> None:
        async with self._database.write() as connection:
            gone = await _locked_lesson(connection, editor, lesson_id)
            await forget(connection, Found.LESSON, [lesson_id])
            await connection.execute(delete(lessons).where(lessons.c.id == lesson_id))
            behind = (lessons.c.module_id == gone.module_id) & (lessons.c.position > gone.position)
            await connection.execute(update(lessons).where(behind).values(position=lessons.c.position - 1))
            course_id = await connection.scalar(
                select(modules.c.course_id).where(modules.c.id == gone.module_id)
            )
            if course_id is not None:
                await connection.run_sync(complete_without, course_id, datetime.now(UTC))

    async def reorder(
        self,
        editor: Principal,
        course_ref: str,
        wanted: Outline,
        check: Callable[[tuple[ModuleOutline, ...]], None],
    ) -> tuple[ModuleOutline, ...]:
        """Put all modules and lessons of a course into this order; lessons may move between modules.

        `check` gets the present outline. Raises NotFound, InvalidInput if something is missing or too much.
        """
        async with self._database.write() as connection:
            course = await course_to_change(connection, editor, course_ref)
            present = await outline_of(connection, course.id)
            check(present)
            check_same({one.module.id: [lesson.id for lesson in one.lessons] for one in present}, wanted)
            await _place(connection, wanted)
            return await outline_of(connection, course.id)


async def outline_of(connection: AsyncConnection, course_id: str) -> tuple[ModuleOutline, ...]:
    query = select(modules).where(modules.c.course_id == course_id)
    found = await connection.execute(query.order_by(modules.c.position, modules.c.id))
    inside: dict[str, tuple[Module, list[Lesson]]] = {row.id: (module_of(row), []) for row in found}
    light = [column for column in lessons.c if column.name != "content"]
    rows = await connection.execute(
        select(*light).where(lessons.c.module_id.in_(inside)).order_by(lessons.c.position, lessons.c.id)
    )
    for row in rows:
        inside[row.module_id][1].append(lesson_of({**row._asdict(), "content": ""}))
    return tuple(ModuleOutline(module, tuple(some)) for module, some in inside.values())


async def insert_modules(connection: AsyncConnection, made: list[Module]) -> None:
    await connection.execute(insert(modules), [asdict(one) for one in made])


async def insert_lessons(connection: AsyncConnection, made: list[Lesson]) -> None:
    await connection.execute(insert(lessons), [lesson_row(one) for one in made])
    await index(connection, [of_lesson(one) for one in made])


async def _place(connection: AsyncConnection, wanted: Outline) -> None:
    """Positions as in `wanted`: one statement for the modules, one for the lessons."""
    place_modules = update(modules).where(modules.c.id == bindparam("of_id"))
    rows: list[dict[str, Any]] = [{"of_id": one, "new_position": number} for number, one in enumerate(wanted)]
    if rows:
        await connection.execute(place_modules.values(position=bindparam("new_position")), rows)
    place_lessons = update(lessons).where(lessons.c.id == bindparam("of_id"))
    rows = [
        {"of_id": one, "new_module": module_id, "new_position": number}
        for module_id, some in wanted.items()
        for number, one in enumerate(some)
    ]
    if rows:
        placed = place_lessons.values(module_id=bindparam("new_module"), position=bindparam("new_position"))
        await connection.execute(placed, rows)


async def _locked_module(connection: AsyncConnection, editor: Principal, module_id: str) -> Module:
    """Its course's row is locked too. Raises NotFound."""
    this = select(modules.c.course_id).join(courses).where(modules.c.id == module_id, written_by(editor))
    course_id = await connection.scalar(this)
    if course_id is not None:
        await course_to_change(connection, editor, course_id)
        row = (await connection.execute(select(modules).where(modules.c.id == module_id))).one_or_none()
        if row is not None:  # else deleted while we waited for the lock
            return module_of(row)
    raise NotFound(f"There is no module '{module_id}', or it is not yours to change.")


async def _locked_lesson(connection: AsyncConnection, editor: Principal, lesson_id: str) -> Lesson:
    """Its row and its course's are locked. Raises NotFound."""
    this = lessons.c.id == lesson_id
    found = (
        await connection.execute(select(courses.c.id).select_from(LESSONS).where(this, written_by(editor)))
    ).one_or_none()
    if found is not None:
        if found.id is not None:
            await course_to_change(connection, editor, found.id)
        row = (await connection.execute(select(lessons).where(this).with_for_update())).one_or_none()
        if row is not None:
            return lesson_of(row._asdict())
    raise NotFound(f"There is no lesson '{lesson_id}', or it is not yours to change.")


async def _count(connection: AsyncConnection, rows: Select[Any]) -> int:
    return await connection.scalar(select(func.count()).select_from(rows.subquery())) or 0
