"""What was said and what was heard: the conversation's items in order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lms_core.errors import Conflict, NotFound
from tutor.brain.base import Message
from tutor.conversation.events import Item, Role


@dataclass(slots=True, eq=False)
class Entry:
    """An item, its place, and whether the mind should know of it. Compared by identity: lists of them are searched."""

    item: Item
    position: float
    unheard: bool = False
    """A reply that cut the learner off: the learner went on speaking, so for the mind it never happened."""


class History:
    """Ordered items with the rules of the Realtime protocol for ids and places."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._by_id: dict[str, Entry] = {}
        self.characters = 0
        """Length of all texts."""

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._by_id

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(entry.item for entry in self._entries)

    @property
    def last_id(self) -> str | None:
        return self._entries[-1].item.id if self._entries else None

    def get(self, item_id: str) -> Item:
        return self._entry(item_id).item

    def position(self, item_id: str) -> float:
        return self._entry(item_id).position

    def previous_id(self, item_id: str) -> str | None:
        place = self._entries.index(self._entry(item_id))
        return self._entries[place - 1].item.id if place else None

    def restore(self, item: Item, position: float) -> None:
        """Put back an item from the journal; called in order."""
        self._insert(len(self._entries), Entry(item, position))

    def add(self, item: Item, after: str | None = None) -> None:
        """Append, or insert after the item `after` ("root" puts it first).

        Raises Conflict for an id that exists, NotFound for an unknown `after`.
        """
        if item.id in self._by_id:
            raise Conflict(f"There is already an item '{item.id}'; leave the id out or choose another.")
        place = len(self._entries)
        if after == "root":
            place = 0
        elif after is not None:
            place = self._entries.index(self._entry(after)) + 1
        before = self._entries[place - 1].position if place else None
        behind = self._entries[place].position if place < len(self._entries) else None
        if behind is None:
            position = 1.0 if before is None else float(int(before) + 1)
        else:
            position = behind - 1.0 if before is None else (before + behind) / 2
        self._insert(place, Entry(item, position))

    def replace(self, item: Item) -> None:
        self._change(self._entry(item.id), item)

    def remove(self, item_id: str) -> None:
        entry = self._entry(item_id)
        self._entries.remove(entry)
        del self._by_id[item_id]
        self.characters -= entry.item.characters

    def cut(self, item_id: str, text: str, heard_ms: int) -> Item:
        """Keep only `text` of a reply, which is what was heard until `heard_ms`; returns the new item."""
        entry = self._entry(item_id)
        parts = (replace(entry.item.parts[0], text=text),) if entry.item.parts else ()
        self._change(entry, replace(entry.item, parts=parts, status="incomplete", heard_ms=heard_ms))
        return entry.item

    def forget_for_mind(self, item_id: str) -> None:
        """The reply cut the learner off; for the mind the learner's words go on as one turn."""
        if item_id in self._by_id:  # else the client deleted it meanwhile
            self._by_id[item_id].unheard = True

    def messages(self) -> tuple[Message, ...]:
        """The conversation as a mind should see it."""
        messages = messages_of(entry.item for entry in self._entries if not entry.unheard)
        return tuple(
            message for message in messages if message.text or message.tool_name or message.role == "tool"
        )

    def _insert(self, place: int, entry: Entry) -> None:
        self._entries.insert(place, entry)
        self._by_id[entry.item.id] = entry
        self.characters += entry.item.characters

    def _change(self, entry: Entry, item: Item) -> None:
        self.characters += item.characters - entry.item.characters
        entry.item = item

    def _entry(self, item_id: str) -> Entry:
        entry = self._by_id.get(item_id)
        if entry is None:
            raise NotFound(f"There is no item '{item_id}' in this conversation.")
        return entry


def messages_of(items: Iterable[Item]) -> tuple[Message, ...]:
    """For a mind, which announcements are nothing to."""
    return tuple(_message_of(item) for item in items if item.role is not Role.ANNOUNCEMENT)


def _message_of(item: Item) -> Message:
    if item.kind == "function_call":
        return Message("tutor", item.arguments, call_id=item.call_id, tool_name=item.name)
    if item.kind == "function_call_output":
        return Message("tool", item.output, call_id=item.call_id)
    interrupted = item.role is Role.TUTOR and item.status == "incomplete"
    role = (item.role or Role.SYSTEM).value
    return Message(role, item.text, interrupted=interrupted)  # type: ignore[arg-type]
