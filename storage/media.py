"""Uploaded files: a row for each, their bytes in a folder under their SHA-256, each content once."""

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import Conflict, InvalidInput, TooBusy
from lms_core.media import HEAD, JOB, TAKEN, Media, clean_name, is_worked_on, recognise
from storage.database import Database
from storage.jobs import begin
from storage.tables import courses, jobs, lessons, media, media_parts, modules

_log = structlog.get_logger(__name__)


class MediaStore:
    """`folder` may be shared by several servers; `largest` in bytes, which may be set at any time."""

    def __init__(self, database: Database, folder: Path, *, largest: int) -> None:
        self._database = database
        self._folder = folder
        self.largest = largest

    async def add(self, owner_id: str, name: str, chunks: AsyncIterator[bytes]) -> Media:
        """Store what comes in, in constant memory. Raises InvalidInput, or TooBusy if the disk takes no more."""
        part = self._folder / "incoming" / secrets.token_hex(8)
        try:
            await asyncio.to_thread(part.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
            media_type, size, digest = await self._receive(part, chunks)
            stored = Media(
                f"med_{secrets.token_hex(10)}", owner_id, clean_name(name), media_type, size, digest,
                datetime.now(UTC),
            )  # fmt: skip
            async with self._database.write() as connection:
                await self._database.lock(connection)  # nobody removes the same content meanwhile
                await connection.execute(insert(media).values(**_row(stored)))
                if is_worked_on(media_type):
                    await connection.run_sync(begin, JOB, stored.id, owner_id)
                await asyncio.to_thread(publish_file, part, self.path(digest))
        except OSError as error:
            _log.error("media.not_stored", reason=str(error))
            raise TooBusy("The file cannot be stored now; the server's log says why.") from error
        finally:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(part.unlink)
        return stored

    async def find(self, media_id: str, owner_id: str | None = None) -> Media | None:
        """None too if it is not that owner's; without one, whoever's it is."""
        wanted = media.c.id == media_id
        if owner_id is not None:
            wanted &= media.c.owner_id == owner_id
        async with self._database.read() as connection:
            row = (await connection.execute(select(media).where(wanted))).one_or_none()
        return None if row is None else _media(row)

    async def of(self, owner_id: str, *, page: int = 1, limit: int = 20) -> tuple[list[Media], int]:
        """One's own uploads, the newest first, and how many there are in all."""
        wanted = (media.c.owner_id == owner_id) & media.c.id.not_in(select(media_parts.c.part_id))
        query = select(media).where(wanted).order_by(media.c.created_at.desc(), media.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(media).where(wanted))
        return [_media(row) for row in rows], total or 0

    async def remove(self, media_id: str, owner_id: str | None = None) -> bool:
        """The row with what was made of it, and the bytes unless another row has the same; False if it is not there or not that owner's.

        Raises Conflict while a course of its owner's shows it.
        """
        wanted = media.c.id == media_id
        if owner_id is not None:
            wanted &= media.c.owner_id == owner_id
        async with self._database.write() as connection:
            await self._database.lock(connection)  # nobody adds the same content meanwhile
            where = await connection.scalar(_shown_in(wanted, media_id))
            if where is not None:
                raise Conflict(f"'{where}' shows this file; take it out there first.")
            parts = select(media_parts.c.part_id).where(media_parts.c.media_id == media_id)
            ids = (await connection.scalars(select(media.c.id).where(wanted).union_all(parts))).all()
            if media_id not in ids:
                return False
            digests = (
                await connection.scalars(delete(media).where(media.c.id.in_(ids)).returning(media.c.sha256))
            ).all()
            await connection.execute(delete(jobs).where(jobs.c.subject == media_id))
            await self.unlink_unused(connection, digests)
        return True

    async def unlink_unused(self, connection: AsyncConnection, digests: Iterable[str]) -> None:
        """Contents whose row was deleted in this transaction, which holds the database's lock, unless another has the same."""
        for digest in digests:
            if await connection.scalar(select(media.c.id).where(media.c.sha256 == digest).limit(1)) is None:
                await asyncio.to_thread(self.path(digest).unlink, missing_ok=True)

    def scratch(self, name: str) -> Path:
        """A folder for what is made of a file, on the same disk."""
        return self._folder / "incoming" / name

    def path(self, digest: str) -> Path:
        """Where a content is."""
        return self._folder / digest[:2] / digest

    async def _receive(self, part: Path, chunks: AsyncIterator[bytes]) -> tuple[str, int, str]:
        """Media type, size and SHA-256 of what was written to `part`."""
        digest, size, head = hashlib.sha256(), 0, b""
        file = await asyncio.to_thread(part.open, "xb")
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.largest:
                    raise InvalidInput(
                        f"The file is larger than {self.largest >> 20} MB, the most that is taken.",
                        reason="file_too_large",
                        megabytes=self.largest >> 20,
                    )
                if len(head) < HEAD:
                    head += chunk[:HEAD]
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            media_type = recognise(head[:HEAD])
            if media_type is None:
                raise InvalidInput(f"This kind of file is not taken; send {TAKEN}.", reason="file_kind")
            await asyncio.to_thread(_sync, file)
        finally:
            await asyncio.to_thread(file.close)
        return media_type, size, digest.hexdigest()


def _shown_in(wanted: ColumnElement[bool], media_id: str) -> Select[tuple[str]]:
    """A lesson or course that names the file; only its owner's are looked at, for no other's naming counts."""
    named = f"%media:{media_id}%"
    owners = courses.join(media, courses.c.author_id == media.c.owner_id)
    in_lesson = select(lessons.c.title).select_from(owners.join(modules).join(lessons))
    in_course = select(courses.c.title).select_from(owners)
    pictures = or_(*(courses.c[name].like(named) for name in ("description", "thumbnail", "banner")))
    either = union_all(
        in_lesson.where(wanted, lessons.c.content.like(named)), in_course.where(wanted, pictures)
    ).subquery()
    return select(either.c.title).limit(1)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def publish_file(part: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    part.replace(path)


def _row(stored: Media) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in media.c.keys()}  # noqa: SIM118


def _media(row: Row[Any]) -> Media:
    return Media(**row._mapping)
