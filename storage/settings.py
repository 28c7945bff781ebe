"""Settings that admins changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select

from lms_core.audit import Act
from storage.audit import acting, note
from storage.database import Database
from storage.tables import settings


@dataclass(frozen=True, slots=True)
class StoredSetting:
    """`changed_by` None: the command line, or somebody who is gone."""

    value: Any
    changed_at: datetime
    changed_by: str | None


class SettingStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[str, StoredSetting]:
        """By name."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(settings).order_by(settings.c.name))
        return {row.name: StoredSetting(row.value, row.changed_at, row.changed_by) for row in rows}

    async def put(self, name: str, value: str | int | float | bool | None) -> None:
        """Plain values that are no secret."""
        row = {"value": value, "changed_at": datetime.now(UTC), "changed_by": acting.get().person_id}
        insert = self._database.insert(settings).values(name=name, **row)
        async with self._database.write() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=row))
            await note(connection, Act.SETTING_CHANGED, whom=None, setting=name, value=value)

    async def forget(self, name: str) -> None:
        async with self._database.write() as connection:
            done = await connection.execute(delete(settings).where(settings.c.name == name))
            if done.rowcount:
                await note(connection, Act.SETTING_CHANGED, whom=None, setting=name)
