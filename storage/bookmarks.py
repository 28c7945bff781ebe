"""Companions that people want to find again."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from lms_core.companions import Companion
from lms_core.errors import NotFound
from lms_core.people import Principal
from storage.companions import companion_of, named, seen_by
from storage.database import Database
from storage.tables import bookmarks, companions


class BookmarkStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, viewer: Principal, reference: str) -> None:
        """Twice is one. Raises NotFound unless the viewer may see the companion."""
        async with self._database.write() as connection:
            seen = named(reference).where(seen_by(viewer)).with_for_update(read=True)  # nobody deletes it now
            row = (await connection.execute(seen)).first()
            if row is None:
                raise NotFound(f"There is no companion '{reference}'.")
            values = {"person_id": viewer.person_id, "companion_id": row.id, "created_at": datetime.now(UTC)}
            insert = self._database.insert(bookmarks)
            await connection.execute(insert.values(values).on_conflict_do_nothing())

    async def remove(self, viewer: Principal, reference: str) -> None:
        """What is not there is removed already."""
        this = named(reference).with_only_columns(companions.c.id).scalar_subquery()
        mine = bookmarks.c.person_id == viewer.person_id
        async with self._database.write() as connection:
            await connection.execute(delete(bookmarks).where(mine, bookmarks.c.companion_id == this))

    async def listed(
        self, viewer: Principal, *, page: int = 1, limit: int = 20
    ) -> tuple[list[Companion], int]:
        """The viewer's, the latest first; those that they may see no longer are left out."""
        joined = companions.join(bookmarks)
        those = (bookmarks.c.person_id == viewer.person_id) & seen_by(viewer)
        query = select(companions).select_from(joined).where(those)
        latest = query.order_by(bookmarks.c.created_at.desc(), companions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(latest.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(joined).where(those))
        return [companion_of(row) for row in rows], total or 0
