"""Backup while writing goes on, restore, compare; from each kind of database into each."""

import asyncio
import json
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from lms_core.errors import Conflict, InvalidInput
from lms_core.gamification.xp import Reason
from storage.backup import Folders, backup, restore
from storage.companions import CompanionStore
from storage.database import Database
from storage.demo import demo_lessons
from storage.dump import lines_of, tables_of
from storage.errors import NotStored
from storage.outbox import publish
from storage.recordings import RecordingStore
from storage.rewards import reward
from storage.secrets import SigningKeys
from storage.tables import audit, media
from storage.writer import SessionWriter
from tests.postgres import DATABASES, fresh_database
from tests.storage.rows import learner_with_sessions, turn
from tests.storage.test_writer import running

NOW = datetime.now(UTC)
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # of b"test"


@pytest.fixture(params=DATABASES)
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "target").mkdir()
    yield from fresh_database(request.param, request, tmp_path / "target")


def folders(media: Path) -> Folders:
    return Folders(media, media / "recordings")


async def rows_of(database: Database) -> dict[str, list[str]]:
    def read(connection: Connection) -> dict[str, list[str]]:
        return {table.name: sorted(lines_of(connection, table)) for table in tables_of(connection)}

    return await database.transact(read)


async def filled(database: Database, files: Path) -> str:
    """A bit of everything; returns the learner's id."""
    learner = await learner_with_sessions(database, "s1")
    companions = CompanionStore(database)
    for demo in demo_lessons():
        await companions.add(demo.companion, demo.lesson)
    writer = SessionWriter(database)
    async with running(writer):
        for number in range(20):
            await writer.commit(turn("s1", number))
    async with database.write() as connection:
        await connection.run_sync(lambda c: reward(c, learner.id, Reason.LESSON, "l1", NOW))
        await connection.execute(insert(audit).values(act="x", at=NOW, details={"n": 1}))
        publish(connection, learner.id, "plan.changed", {"plan": "pro", "half": 0.5, "none": None})
        await connection.execute(
            insert(media).values(
                id="med_1", owner_id=learner.id, name="tëst 🦉", media_type="text/plain", size=4, sha256=SHA,
                created_at=NOW,
            )
        )  # fmt: skip
    await RecordingStore(database).begin("s1", 0, NOW, NOW)
    (files / "recordings").mkdir(parents=True)
    (files / "recordings" / "s1.ogg").write_bytes(b"a voice")
    (files / SHA[:2]).mkdir()
    (files / SHA[:2] / SHA).write_bytes(b"test")
    return learner.id


async def test_what_is_restored_is_what_was_there(
    database: Database, target_url: str, tmp_path: Path
) -> None:
    await filled(database, tmp_path / "media")
    file = tmp_path / "viva.zip"
    await SigningKeys(database).key("links")
    told = await backup(database, folders(tmp_path / "media"), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and (told.files, told.recordings, told.missing) == (
        1,
        1,
        0,
    )
    target = Database(target_url)
    again = await restore(target, folders(tmp_path / "new media"), file)
    assert (again.rows, again.files, again.recordings) == (told.rows, 1, 1)
    there, came = await rows_of(database), await rows_of(target)
    assert there.pop("secrets") and not came.pop("secrets"), "who has a backup cannot sign"
    assert came == there
    assert (tmp_path / "new media" / SHA[:2] / SHA).read_bytes() == b"test"
    voice = tmp_path / "new media" / "recordings" / "s1.ogg"
    assert voice.read_bytes() == b"a voice" and stat.S_IMODE(voice.stat().st_mode) == 0o600
    async with target.write() as connection:  # numbers go on where they were
        publish(connection, (await _learner(target)), "plan.changed", {"plan": "free"})
        await connection.execute(insert(audit).values(act="x", at=NOW, details={}))
    async with target.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM search_documents")) == 7
    await target.aclose()


async def _learner(database: Database) -> str:
    async with database.read() as connection:
        return str(await connection.scalar(text("SELECT id FROM people WHERE name = 'Lena'")))


async def test_a_backup_of_a_busy_database_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    await learner_with_sessions(database, "s1", "s2")
    writer = SessionWriter(database)
    async with running(writer):
        done = asyncio.Event()

        async def talk(session_id: str) -> int:
            number = 0
            while not done.is_set() or number < 5:
                number += 1
                await writer.commit(turn(session_id, number))
            return number

        talks = [asyncio.create_task(talk(one)) for one in ("s1", "s2")]
        await backup(database, folders(tmp_path), tmp_path / "viva.zip")
        done.set()
        await asyncio.gather(*talks)
    with zipfile.ZipFile(tmp_path / "viva.zip") as archive:
        items = [json.loads(line) for line in archive.read("tables/items.jsonl").splitlines()]
        sessions = [json.loads(line) for line in archive.read("tables/sessions.jsonl").splitlines()]
    for one in sessions:  # a turn is two items and a snapshot, all or nothing
        turns = one["snapshot"].get("turns", 0)
        assert sum(item["session_id"] == one["id"] for item in items) == 2 * turns


async def test_a_database_in_use_is_kept_unless_forced(database: Database, tmp_path: Path) -> None:
    await filled(database, tmp_path / "media")
    file, before = tmp_path / "viva.zip", await rows_of(database)
    await backup(database, folders(tmp_path / "media"), file)
    with pytest.raises(Conflict, match="--force"):
        await backup(database, folders(tmp_path / "media"), file)
    await learner_with_sessions(database, "other")
    with pytest.raises(Conflict, match="--force"):
        await restore(database, folders(tmp_path / "media"), file)
    assert "other" in str((await rows_of(database))["sessions"])
    await restore(database, folders(tmp_path / "media"), file, force=True)
    assert await rows_of(database) == before


def changed(file: Path, name: str, change: Any) -> Path:
    """A copy with one entry changed."""
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(file.with_suffix(".bad.zip"), "w") as other:
        for one in archive.namelist():
            content = archive.read(one)
            other.writestr(one, change(content) if one == name else content)
    return file.with_suffix(".bad.zip")


async def test_a_damaged_backup_changes_nothing(database: Database, tmp_path: Path) -> None:
    await filled(database, tmp_path / "media")
    file, before = tmp_path / "viva.zip", await rows_of(database)
    await backup(database, folders(tmp_path / "media"), file)
    fewer = changed(file, "tables/items.jsonl", lambda content: content.split(b"\n", 1)[1])
    with pytest.raises(NotStored, match="items"):
        await restore(database, folders(tmp_path / "media"), fewer, force=True)
    newer = changed(file, "manifest.json", lambda content: content.replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(InvalidInput, match="newer"):
        await restore(database, folders(tmp_path / "media"), newer, force=True)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InvalidInput, match="no backup"):
        await restore(database, folders(tmp_path / "media"), tmp_path / "text.zip", force=True)
    assert await rows_of(database) == before


async def test_a_newcomer_can_restore_into_nothing(database: Database, tmp_path: Path) -> None:
    await filled(database, tmp_path / "media")
    await backup(database, folders(tmp_path / "media"), tmp_path / "viva.zip")
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    await restore(fresh, folders(tmp_path / "fresh media"), tmp_path / "viva.zip")
    assert await rows_of(fresh) == await rows_of(database)
    await fresh.aclose()
