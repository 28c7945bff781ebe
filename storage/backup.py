"""The whole installation in one file: every row at one moment, uploaded files, recordings. Restored, it is compared.

A zip: `manifest.json`, `tables/<name>.jsonl`, `media/<sha256>`, `recordings/<session>.ogg`. What SQLite wrote PostgreSQL can read, and the reverse.
"""

import asyncio
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from lms_core.errors import Conflict, InvalidInput, NotFound
from storage.database import Database, without_foreign_keys
from storage.dump import Digest, drop_all, insert_lines, lines_of, tables_of
from storage.errors import NotStored
from storage.schema import upgrade
from storage.search import SearchStore

_FORMAT = 1
_LEFT_OUT = ("secrets",)
"""Who finds a backup shall not be able to sign anything; servers make new keys."""
_MEDIA = re.compile(r"media/([0-9a-f]{64})")
_RECORDING = re.compile(r"recordings/([\w-]{1,40}\.ogg)")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files lie that rows tell of."""

    media: Path
    recordings: Path


@dataclass(frozen=True, slots=True)
class Told:
    """What was written or restored: rows, uploads, recordings. `missing`: files whose bytes were not there."""

    rows: int
    files: int
    recordings: int = 0
    missing: int = 0


async def backup(database: Database, folders: Folders, path: Path, *, force: bool = False) -> Told:
    """While the server runs and writes.

    Raises Conflict if the file is there and `force` is not set, NotFound if there is no database, InvalidInput if the
    file cannot be written.
    """
    if not force and await asyncio.to_thread(path.exists):
        raise Conflict(f"{path} is there already; choose another name, or add --force.")
    part = path.with_name(path.name + ".part")
    try:
        with _private(part) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            told = await _at_one_moment(database, lambda connection: _write(connection, archive, folders))
        part.replace(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return told


async def restore(database: Database, folders: Folders, path: Path, *, force: bool = False) -> Told:
    """All or nothing, and compared with what was written. Not while a server runs.

    Raises Conflict if the database has people and `force` is not set, InvalidInput if the file is no backup,
    NotStored if what was restored is not what was written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            rows = await _alone(
                database, lambda connection: _load(connection, archive, manifest, force=force)
            )
            files = await asyncio.to_thread(_restore_media, archive, folders.media)
            recordings = await asyncio.to_thread(_restore_recordings, archive, folders.recordings)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"{path} is no backup of Viva, or is damaged: {error}") from error
    await SearchStore(database).fill()
    return Told(rows, files, recordings)


# --- out -----------------------------------------------------------------------------------------


async def _at_one_moment(database: Database, work: Callable[[Connection], _T]) -> _T:
    """Nobody has to wait meanwhile: SQLite is copied first, PostgreSQL keeps a snapshot."""
    if database.is_sqlite:
        return await asyncio.to_thread(_of_copy, make_url(database.url).database or "", work)
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return await connection.run_sync(work)


def _of_copy(path: str, work: Callable[[Connection], _T]) -> _T:
    """SQLite's online backup: one step, so that writers cannot make it begin again."""
    if not Path(path).is_file():
        raise NotFound(f"There is no database at {path}.")
    with tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        copy = Path(folder) / "copy.db"
        with closing(sqlite3.connect(path, timeout=10)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=-1)
        engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
        with engine.connect() as connection:
            return work(connection)


def _write(connection: Connection, archive: zipfile.ZipFile, folders: Folders) -> Told:
    counts: dict[str, dict[str, Any]] = {}
    for table in (one for one in tables_of(connection) if one.name not in _LEFT_OUT):
        digest = Digest()
        with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as entry:
            for line in lines_of(connection, table):
                digest.add(line)
                entry.write(line.encode() + b"\n")
        counts[table.name] = {"rows": digest.rows, "digest": digest.text}
    files, missing = _write_media(connection, archive, folders.media)
    recordings, unheard = _write_recordings(connection, archive, folders.recordings)
    manifest = {
        "format": _FORMAT, "made_at": datetime.now(UTC).isoformat(), "tables": counts,
        "schema": MigrationContext.configure(connection).get_current_revision(),
    }  # fmt: skip
    archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Told(sum(one["rows"] for one in counts.values()), files, recordings, missing + unheard)


def _write_media(connection: Connection, archive: zipfile.ZipFile, media: Path) -> tuple[int, int]:
    digests = connection.scalars(text("SELECT DISTINCT sha256 FROM media ORDER BY sha256")).all()
    return _put(archive, {f"media/{digest}": media / digest[:2] / digest for digest in digests})


def _write_recordings(connection: Connection, archive: zipfile.ZipFile, folder: Path) -> tuple[int, int]:
    """One that is still growing is as long as it is: it plays all the same."""
    if "recordings" not in inspect(connection).get_table_names():
        return 0, 0
    ids = connection.scalars(text("SELECT session_id FROM recordings ORDER BY session_id")).all()
    return _put(archive, {f"recordings/{one}.ogg": folder / f"{one}.ogg" for one in ids})


def _put(archive: zipfile.ZipFile, files: Mapping[str, Path]) -> tuple[int, int]:
    """How many are in the archive now, and how many were not there."""
    missing = 0
    for name, path in files.items():
        try:
            archive.write(path, name, zipfile.ZIP_STORED)  # they are packed already
        except FileNotFoundError:  # removed since, or lost before
            missing += 1
    return len(files) - missing, missing


def _private(path: Path) -> io.BufferedWriter:
    """Readable by the owner only: everything that anybody said is in it."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")  # type: ignore[return-value]


# --- in ------------------------------------------------------------------------------------------


async def _alone(database: Database, work: Callable[[Connection], _T]) -> _T:
    """In one transaction, tables and all."""
    if database.is_sqlite:
        return await asyncio.to_thread(without_foreign_keys, make_url(database.url), work)
    async with database.engine.begin() as connection:
        await database.lock(connection)
        return await connection.run_sync(work)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest = json.loads(archive.read("manifest.json"))
    if manifest["format"] != _FORMAT:
        raise InvalidInput("The backup was made by a newer Viva; restore it with that version.")
    return dict(manifest)


def _load(connection: Connection, archive: zipfile.ZipFile, manifest: dict[str, Any], *, force: bool) -> int:
    if not force and _in_use(connection):
        raise Conflict("The database is in use; --force deletes what is in it and restores the backup.")
    drop_all(connection)
    upgrade(connection, manifest["schema"])
    tables = {table.name: table for table in tables_of(connection)}
    for table in tables.values():
        connection.execute(table.delete())  # what migrations put in
    rows = 0
    for name in [one for one in tables if one in manifest["tables"]]:
        with archive.open(f"tables/{name}.jsonl") as entry:
            insert_lines(connection, tables[name], (line.decode() for line in entry))
        digest = Digest()
        for line in lines_of(connection, tables[name]):
            digest.add(line)
        if {"rows": digest.rows, "digest": digest.text} != manifest["tables"][name]:
            raise NotStored(f"The table {name} did not come back as it was; nothing was changed.")
        rows += digest.rows
    if left := set(manifest["tables"]) - set(tables):
        raise NotStored(f"This version of Viva does not know {', '.join(sorted(left))}; nothing was changed.")
    upgrade(connection)
    return rows


def _in_use(connection: Connection) -> bool:
    there = "people" in inspect(connection).get_table_names()
    return there and bool(connection.scalar(text("SELECT count(*) FROM people")))


def _restore_media(archive: zipfile.ZipFile, media: Path) -> int:
    """Files go by the hash of their content; those that are there already are the same."""
    count = 0
    for name in archive.namelist():
        match = _MEDIA.fullmatch(name)
        if match is None:
            continue
        digest = match[1]
        path = media / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(path.name + ".part")
        with archive.open(name) as entry, part.open("wb") as file:
            shutil.copyfileobj(entry, file)
        with part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                part.unlink()
                raise NotStored(f"The uploaded file {digest[:12]} is damaged in the backup.")
        part.replace(path)
        count += 1
    return count


def _restore_recordings(archive: zipfile.ZipFile, folder: Path) -> int:
    names = [match[1] for name in archive.namelist() if (match := _RECORDING.fullmatch(name))]
    for name in names:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with archive.open(f"recordings/{name}") as entry, _private(folder / name) as file:
            shutil.copyfileobj(entry, file)
    return len(names)
