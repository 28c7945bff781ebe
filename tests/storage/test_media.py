"""Uploaded files: rows and bytes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms_core.courses import Course, Lesson, Module
from lms_core.errors import Conflict, InvalidInput, TooBusy
from lms_core.people import Principal, Role, TokenKind
from storage.accounts import AccountStore
from storage.courses import CourseStore
from storage.database import Database
from storage.lessons import LessonStore
from storage.media import MediaStore

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


async def chunks(data: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.fixture
def store(database: Database, tmp_path: Path) -> MediaStore:
    return MediaStore(database, tmp_path / "media", largest=1 << 20)


@pytest.fixture
async def teacher(accounts: AccountStore) -> str:
    return (await accounts.add_person("Tom", Role.TEACHER)).id


def kept(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in (tmp_path / "media").rglob("*") if path.is_file()]


async def test_what_comes_in_is_what_is_kept(store: MediaStore, teacher: str, tmp_path: Path) -> None:
    stored = await store.add(teacher, "photos/leaf.png", chunks(PNG))
    assert (stored.name, stored.media_type, stored.size) == ("leaf.png", "image/png", len(PNG))
    assert await store.find(stored.id) == stored
    assert store.path(stored.sha256).read_bytes() == PNG
    assert kept(tmp_path) == [PNG]  # and no half of it beside


async def test_the_same_content_is_kept_once_and_until_its_last_row_goes(
    store: MediaStore, teacher: str, tmp_path: Path
) -> None:
    one, two = await store.add(teacher, "a.png", chunks(PNG)), await store.add(teacher, "b.png", chunks(PNG))
    assert kept(tmp_path) == [PNG]
    assert await store.remove(one.id) and kept(tmp_path) == [PNG]
    assert await store.remove(two.id) and kept(tmp_path) == []
    assert not await store.remove(two.id)


async def test_somebody_elses_file_is_neither_seen_nor_removed(
    store: MediaStore, teacher: str, accounts: AccountStore
) -> None:
    stored = await store.add(teacher, "a.png", chunks(PNG))
    other = (await accounts.add_person("Tina", Role.TEACHER)).id
    assert await store.find(stored.id, other) is None
    assert not await store.remove(stored.id, other)
    assert await store.of(other) == ([], 0)
    assert await store.of(teacher) == ([stored], 1)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + bytes(1 << 20)])
async def test_what_is_refused_leaves_nothing_behind(
    store: MediaStore, teacher: str, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(InvalidInput):
        await store.add(teacher, "x", chunks(data, 4096))
    assert kept(tmp_path) == []
    assert await store.of(teacher) == ([], 0)


async def test_a_disk_that_takes_nothing_is_said(database: Database, teacher: str, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(TooBusy):
        await MediaStore(database, tmp_path / "media", largest=1 << 20).add(teacher, "a.png", chunks(PNG))


async def test_a_file_that_a_lesson_shows_is_not_removed(
    database: Database, store: MediaStore, teacher: str, tmp_path: Path
) -> None:
    stored = await store.add(teacher, "leaf.png", chunks(PNG))
    author = Principal(teacher, Role.TEACHER, TokenKind.API_KEY)
    now = datetime.now(UTC)
    course = await CourseStore(database).create(author, Course("", "", "Plants", now, now))
    lessons = LessonStore(database)
    module = await lessons.add_module(author, course.id, Module("", course.id, "Leaves"))
    shows = Lesson("", "", "The leaf", f"Look: ![a leaf](media:{stored.id})")
    lesson = await lessons.add_lesson(author, module.id, shows)
    with pytest.raises(Conflict, match="The leaf"):
        await store.remove(stored.id, teacher)
    assert kept(tmp_path) == [PNG]
    await lessons.delete_lesson(author, lesson.id)
    assert await store.remove(stored.id, teacher)
