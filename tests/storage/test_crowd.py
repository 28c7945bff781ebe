"""The made-up school."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms_core.companions import CompanionFilter
from lms_core.errors import Conflict
from lms_core.people import Principal, Role, TokenKind
from storage.companions import CompanionStore
from storage.database import Database
from storage.demo.crowd import Size, fill
from storage.media import MediaStore
from storage.media_parts import MediaParts
from storage.sessions import SessionStore
from storage.stores import Stores
from storage.tables import enrollments, lesson_progress, metadata
from tutor.archives.courses import CourseArchives
from tutor.archives.outgoing import Outgoing

SMALL = Size(people=60, courses=5, enrollments=100, progress=400, sessions=40)


async def filled(database: Database) -> dict[str, int]:
    counts: dict[str, int] = {}
    await fill(database, SMALL, counts.__setitem__)
    return counts


async def test_every_table_gets_what_was_asked_for(database: Database) -> None:
    counts = await filled(database)
    assert counts == {
        "people": 60, "courses": 5, "modules": 20, "lessons": 100, "companions": 5, "enrollments": 100,
        "lesson_progress": 400, "sessions": 40, "items": 160,
    }  # fmt: skip
    async with database.read() as connection:
        for name, count in counts.items():
            assert await connection.scalar(select(func.count()).select_from(metadata.tables[name])) == count


async def test_stores_read_what_it_wrote(database: Database) -> None:
    await filled(database)
    found, total = await CompanionStore(database).listed(
        Principal("demo_person_1", Role.LEARNER, TokenKind.API_KEY), CompanionFilter(limit=3)
    )
    assert total == 5 and found[0].lesson_id is not None
    mine, _ = await SessionStore(database).recent("demo_person_1")
    assert mine
    assert [item.role for item in await SessionStore(database).items(mine[0].id)] == ["learner", "tutor"] * 2


async def test_progress_belongs_to_enrolled_learners(database: Database) -> None:
    await filled(database)
    async with database.read() as connection:
        enrolled = set((await connection.execute(select(enrollments.c.person_id))).scalars())
        learning = set((await connection.execute(select(lesson_progress.c.person_id))).scalars())
    assert learning <= enrolled


async def test_a_course_can_be_copied_taken_out_and_put_in(database: Database, tmp_path: Path) -> None:
    await filled(database)
    stores = Stores(database)
    media = MediaStore(database, tmp_path, largest=1)
    outgoing = Outgoing(media, MediaParts(database, media), stores.jobs)
    archives = CourseArchives(stores.whole_courses, media, outgoing, tmp_path)
    teacher = Principal("demo_person_0", Role.TEACHER, TokenKind.API_KEY)
    course = await archives.export(teacher, "demo-course-0", tmp_path / "course.zip")
    taken, left_out = await archives.take(teacher, tmp_path / "course.zip")
    copy = await archives.duplicate(teacher, "demo-course-0")
    assert not left_out
    for one in (taken, copy):
        outline = await stores.lessons.outline(teacher, one.id)
        assert [len(module.lessons) for module in outline] == [5] * 4
        assert _slugs(outline) == _slugs(await stores.lessons.outline(teacher, course.id))


def _slugs(outline) -> list[str]:
    return [lesson.slug for module in outline for lesson in module.lessons]


async def test_a_second_crowd_is_refused_and_changes_nothing(database: Database) -> None:
    await filled(database)
    with pytest.raises(Conflict):
        await filled(database)
