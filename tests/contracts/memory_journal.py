"""The journal as plain dictionaries: what the database's must be indistinguishable from."""

from collections.abc import Sequence
from dataclasses import replace

from tutor.conversation.events import TurnMetrics
from tutor.conversation.ports import Change, ItemRemoved, ItemSaved, Restored, Snapshot


class MemoryJournal:
    def __init__(self) -> None:
        self._items: dict[str, dict[str, ItemSaved]] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._metrics: dict[str, dict[int, TurnMetrics]] = {}

    async def commit(self, session_id: str, changes: Sequence[Change]) -> None:
        items = self._items.setdefault(session_id, {})
        for change in changes:
            match change:
                case ItemSaved(item):
                    earlier = items.get(item.id)
                    if item.began_ms is None and earlier is not None:
                        item = replace(item, began_ms=earlier.item.began_ms)
                    items[item.id] = replace(change, item=item)
                case ItemRemoved(item_id):
                    items.pop(item_id, None)
                case Snapshot():
                    self._snapshots[session_id] = replace(change, ended=None)
                case TurnMetrics():
                    self._metrics.setdefault(session_id, {})[change.turn] = change

    async def restored(self, session_id: str) -> Restored:
        items = sorted(
            self._items.get(session_id, {}).values(), key=lambda saved: (saved.position, saved.item.id)
        )
        return Restored(tuple(items), self._snapshots.get(session_id, Snapshot()))

    async def metrics(self, session_id: str) -> list[TurnMetrics]:
        return [metrics for _, metrics in sorted(self._metrics.get(session_id, {}).items())]
