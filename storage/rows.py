"""A group of sessions' writes as few statements, each run once for many rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from sqlalchemy import Connection, bindparam, delete, func, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_core.sessions import RemoveItem, SaveItem, SaveMetrics, SaveSnapshot, StoredItem, Write
from storage.session_end import ended, ending
from storage.tables import items, sessions, turn_metrics

_Row = dict[str, Any]


class RowWriter:
    """Statements are built once; each row is written once however often the group changed it."""

    def __init__(self, is_sqlite: bool) -> None:
        insert = sqlite.insert if is_sqlite else postgresql.insert
        self._save_items = _upsert(insert(items), items, ("session_id", "id"))
        self._save_metrics = _upsert(insert(turn_metrics), turn_metrics, ("session_id", "turn"))
        self._remove_items = delete(items).where(
            items.c.session_id == bindparam("of_session"), items.c.id == bindparam("of_item")
        )
        self._save_snapshots = (
            update(sessions)
            .where(sessions.c.id == bindparam("of_session"))
            .values(
                snapshot=bindparam("new_snapshot", type_=sessions.c.snapshot.type),
                ended_reason=_first(sessions.c.ended_reason, "new_reason"),
                ended_at=_first(sessions.c.ended_at, "new_end"),
            )
        )

    def write(self, connection: Connection, writes: Sequence[Write]) -> None:
        """The same outcome as writing one after the other."""
        group = _Group()
        for write in writes:
            group.add(write)
        over = {key: row for key, row in group.snapshots.items() if row["new_end"] is not None}
        sessions_over = ending(connection, list(over)) if over else []
        for statement, rows in (
            (self._remove_items, group.removed),
            (self._save_items, group.saved),
            (self._save_snapshots, group.snapshots),
            (self._save_metrics, group.metrics),
        ):
            if rows:
                connection.execute(statement, list(rows.values()))
        for session in sessions_over:
            ended(connection, session, over[session.id]["new_snapshot"], over[session.id]["new_end"])


class _Group:
    """What is left to do for each row. Removals go first: an item may be removed and then saved anew."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self.removed: dict[tuple[str, str], _Row] = {}
        self.saved: dict[tuple[str, str], _Row] = {}
        self.snapshots: dict[str, _Row] = {}
        self.metrics: dict[tuple[str, int], _Row] = {}

    def add(self, write: Write) -> None:
        match write:
            case SaveItem(session_id, item):
                row = self._item_row(session_id, item)
                earlier = self.saved.get((session_id, item.id))
                if earlier is not None and row["input_ms"] is None:
                    row["input_ms"] = earlier["input_ms"]
                self.saved[session_id, item.id] = row
            case RemoveItem(session_id, item_id):
                self.saved.pop((session_id, item_id), None)
                self.removed[session_id, item_id] = {"of_session": session_id, "of_item": item_id}
            case SaveSnapshot(session_id, snapshot, ended):
                earlier = self.snapshots.get(session_id, {"new_reason": None, "new_end": None})
                row = {**earlier, "of_session": session_id, "new_snapshot": dict(snapshot)}
                if ended is not None and row["new_reason"] is None:
                    row |= {"new_reason": ended, "new_end": self._now}
                self.snapshots[session_id] = row
            case SaveMetrics(session_id, metrics):
                self.metrics[session_id, metrics["turn"]] = {"session_id": session_id, **metrics}
            case _:
                assert_never(write)  # what is not stored must not be acknowledged

    def _item_row(self, session_id: str, item: StoredItem) -> _Row:
        return {
            "session_id": session_id, "id": item.id, "position": item.position, "kind": item.kind,
            "role": item.role, "status": item.status, "content": list(item.content), "data": dict(item.data),
            "input_ms": item.input_ms, "heard_ms": item.heard_ms, "created_at": self._now,
        }  # fmt: skip


def _upsert(statement: Any, table: Any, keys: tuple[str, ...]) -> Any:
    """A changed item keeps when it was made, and where in the audio it began unless it says so anew."""
    fresh: dict[str, Any] = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in (*keys, "created_at")
    }
    if "input_ms" in fresh:
        fresh["input_ms"] = func.coalesce(fresh["input_ms"], table.c.input_ms)
    return statement.on_conflict_do_update(index_elements=list(keys), set_=fresh)


def _first(column: Any, parameter: str) -> Any:
    """A session ends once: what is set stays."""
    return func.coalesce(column, bindparam(parameter, type_=column.type))
