"""Files that were made of uploaded ones: a rendition for browsers, a poster, captions. Each is a file like any other."""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from lms_core.media import Media, PartRole
from storage.database import Database
from storage.media import MediaStore, publish_file
from storage.tables import media, media_parts

_FACTS = ("width", "height", "duration_ms", "codecs")


class MediaParts:
    def __init__(self, database: Database, store: MediaStore) -> None:
        self._database, self._store = database, store

    async def know(self, media_id: str, **facts: Any) -> None:
        """What was found in a file: `width`, `height`, `duration_ms`, `codecs`."""
        async with self._database.write() as connection:
            await connection.execute(update(media).where(media.c.id == media_id).values(**facts))

    async def put(self, media_id: str, role: PartRole, made: Path, media_type: str, **facts: Any) -> None:
        """`made` becomes the part in that role, instead of the one before; it is moved. Nothing if the file is gone."""
        digest, size = await asyncio.to_thread(_digest, made)
        new = {
            "id": f"med_{secrets.token_hex(10)}", "media_type": media_type, "size": size, "sha256": digest,
            "created_at": datetime.now(UTC), **facts,
        }  # fmt: skip
        async with self._database.write() as connection:
            await self._database.lock(connection)
            of = select(media.c.owner_id, media.c.name).where(media.c.id == media_id)
            whole = (await connection.execute(of)).one_or_none()
            if whole is None:
                return
            same = (media_parts.c.media_id == media_id) & (media_parts.c.role == role.value)
            before = (await connection.scalars(select(media_parts.c.part_id).where(same))).all()
            gone = (
                await connection.scalars(
                    delete(media).where(media.c.id.in_(before)).returning(media.c.sha256)
                )
            ).all()
            await connection.execute(insert(media).values(**whole._mapping, **new))
            row = {"part_id": new["id"], "media_id": media_id, "role": role.value}
            await connection.execute(insert(media_parts).values(**row))
            await asyncio.to_thread(publish_file, made, self._store.path(digest))
            await self._store.unlink_unused(connection, gone)

    async def of(self, media_ids: Iterable[str]) -> Mapping[str, Mapping[PartRole, Media]]:
        """The parts of several files."""
        columns = [media.c[name] for name in Media.__dataclass_fields__]
        query = (
            select(media_parts.c.media_id, media_parts.c.role, *columns)
            .select_from(media_parts.join(media, media.c.id == media_parts.c.part_id))
            .where(media_parts.c.media_id.in_(list(media_ids)))
        )
        found: defaultdict[str, dict[PartRole, Media]] = defaultdict(dict)
        async with self._database.read() as connection:
            for whole, role, *values in await connection.execute(query):
                found[whole][PartRole(role)] = Media(*values)
        return found


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
