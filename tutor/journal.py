"""The sessions' journal over the database: the conversation's words become rows, and come back."""

from collections.abc import Sequence
from dataclasses import asdict

from lms_core.sessions import (
    RemoveItem,
    SaveItem,
    SaveMetrics,
    SaveSnapshot,
    StoredItem,
    StoredSession,
    Write,
)
from storage.sessions import SessionStore
from storage.writer import SessionWriter
from tutor.brain.lesson_results import results
from tutor.conversation.events import Item, Part, Role, TurnMetrics
from tutor.conversation.ports import Change, ItemRemoved, ItemSaved, Restored, Snapshot

_SNAPSHOT = ("memory", "talked_seconds", "turns", "pauses", "config", "summary", "shown")


class DatabaseJournal:
    """Implements `tutor.conversation.ports.Journal`."""

    def __init__(self, writer: SessionWriter) -> None:
        self._writer = writer

    async def commit(self, session_id: str, changes: Sequence[Change]) -> None:
        await self._writer.commit([_write(session_id, change) for change in changes])


async def restore(store: SessionStore, session: StoredSession) -> Restored:
    """All that a stored session needs to go on."""
    items = tuple(ItemSaved(item_of(row), row.position) for row in await store.items(session.id))
    known = {name: session.snapshot[name] for name in _SNAPSHOT if name in session.snapshot}
    return Restored(items, Snapshot(**known))


def item_of(row: StoredItem) -> Item:
    parts = tuple(Part(part["kind"], part["text"]) for part in row.content)
    role = Role(row.role) if row.role else None
    times = {"heard_ms": row.heard_ms, "began_ms": row.input_ms}
    return Item(row.id, row.kind, role, row.status, parts, **times, **row.data)  # type: ignore[arg-type]


def _write(session_id: str, change: Change) -> Write:
    match change:
        case ItemSaved(item, position):
            return SaveItem(session_id, _row(item, position))
        case ItemRemoved(item_id):
            return RemoveItem(session_id, item_id)
        case Snapshot():
            values = asdict(change)
            snapshot = {name: values[name] for name in _SNAPSHOT} | {"results": results(change.memory)}
            return SaveSnapshot(session_id, snapshot, change.ended)
        case TurnMetrics():
            return SaveMetrics(session_id, asdict(change))


def _row(item: Item, position: float) -> StoredItem:
    data = {
        name: value for name in ("name", "call_id", "arguments", "output") if (value := getattr(item, name))
    }
    content = tuple(asdict(part) for part in item.parts)
    role = item.role.value if item.role is not None else None
    return StoredItem(
        item.id, position, item.kind, role, item.status, content, data, item.began_ms, item.heard_ms
    )
