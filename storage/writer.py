"""Group commit: all writes that wait at the same time share one transaction.

A session's turn is acknowledged only when its row is committed, so the commit is on the path to the reply. One
writer task per process; while it commits, the next group gathers.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import TooBusy
from lms_core.sessions import RemoveItem, SaveItem, SaveMetrics, SaveSnapshot, Write
from storage.database import Database
from storage.tables import items, sessions, turn_metrics

_LONGEST_LINE = 10_000

_Group = list[tuple[Sequence[Write], "asyncio.Future[None]"]]


class SessionWriter:
    """`commit` returns when the writes are durable. `run` is the writer task; its owner awaits or cancels it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: _Group = []
        self._wake = asyncio.Event()
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        self._save_item = _upsert(insert(items), items, ("session_id", "id"), keep=("created_at", "input_ms"))
        self._save_metrics = _upsert(insert(turn_metrics), turn_metrics, ("session_id", "turn"))
        self.commits = 0

    async def commit(self, writes: Sequence[Write]) -> None:
        """Raises TooBusy if the line is full or the database refuses; nothing of `writes` is stored then."""
        if len(self._waiting) >= _LONGEST_LINE:
            raise TooBusy("The database cannot keep up with the writes.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((writes, done))
        self._wake.set()
        await done

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            group, self._waiting = self._waiting, []
            if not await self._try(group) and len(group) > 1:
                for one in group:  # one bad write must not fail the others
                    await self._try([one])

    async def _try(self, group: _Group) -> bool:
        """Commit the group and tell its callers; a group of one is told also of failure."""
        try:
            async with self._database.write() as connection:
                await self._write(connection, [write for writes, _ in group for write in writes])
        except (SQLAlchemyError, OSError) as error:
            if len(group) == 1:
                _fail(group, error)
            return False
        self.commits += 1
        for _, done in group:
            if not done.done():
                done.set_result(None)
        return True

    async def _write(self, connection: AsyncConnection, writes: list[Write]) -> None:
        """Last writer wins within the group, so that each row is written once."""
        saved: dict[tuple[str, str], dict[str, Any]] = {}
        snapshots: dict[str, SaveSnapshot] = {}
        metrics: list[dict[str, Any]] = []
        for write in writes:
            match write:
                case SaveItem(session_id, item):
                    saved[session_id, item.id] = _item_row(session_id, write)
                case RemoveItem(session_id, item_id):
                    saved.pop((session_id, item_id), None)
                    await connection.execute(
                        delete(items).where(items.c.session_id == session_id, items.c.id == item_id)
                    )
                case SaveSnapshot(session_id):
                    snapshots[session_id] = write
                case SaveMetrics(session_id, values):
                    metrics.append({"session_id": session_id, **values})
        if saved:
            await connection.execute(self._save_item, list(saved.values()))
        for snapshot in snapshots.values():
            await connection.execute(_snapshot_statement(snapshot))
        if metrics:
            await connection.execute(self._save_metrics, metrics)


def _upsert(statement: Any, table: Any, keys: tuple[str, ...], keep: tuple[str, ...] = ()) -> Any:
    fresh = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and column.name not in keep
    }
    return statement.on_conflict_do_update(index_elements=list(keys), set_=fresh)


def _item_row(session_id: str, write: SaveItem) -> dict[str, Any]:
    item = write.item
    return {
        "session_id": session_id, "id": item.id, "position": item.position, "kind": item.kind, "role": item.role,
        "status": item.status, "content": list(item.content), "data": dict(item.data), "input_ms": item.input_ms,
        "heard_ms": item.heard_ms, "created_at": datetime.now(UTC),
    }  # fmt: skip


def _snapshot_statement(write: SaveSnapshot) -> Any:
    values: dict[str, Any] = {"snapshot": dict(write.snapshot)}
    if write.ended is not None:
        values |= {"ended_reason": write.ended, "ended_at": datetime.now(UTC)}
    return update(sessions).where(sessions.c.id == write.session_id).values(**values)


def _fail(group: _Group, error: Exception) -> None:
    for _, done in group:
        if not done.done():
            done.set_exception(TooBusy(f"The database refused a write: {error}"))
