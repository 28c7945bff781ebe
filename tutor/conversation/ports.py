"""What a session needs from outside, as protocols; the composition root supplies them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutor.conversation.events import Item, SessionEvent, TurnMetrics


class Door(Protocol):
    """One attached client, seen from the session."""

    @property
    def input_rate(self) -> int:
        """Hz of the audio given to `Session.hear`: 8000, 16000, 24000 or 48000."""

    @property
    def output_rate(self) -> int:
        """Hz of `ReplyAudio.pcm` that the door wants."""

    @property
    def reports_playback(self) -> bool:
        """True if the door calls `Session.played` (phone marks, our own page); else the session estimates."""

    def emit(self, event: SessionEvent) -> None:
        """Take one event; never blocks. A client that does not read is closed by the door itself."""


@dataclass(frozen=True, slots=True)
class ItemSaved:
    """Insert or replace the item at `position` (a float, so that items can be put between others)."""

    item: Item
    position: float
    input_ms: int | None = None
    """Where in the session's audio it began, if it was spoken."""


@dataclass(frozen=True, slots=True)
class ItemRemoved:
    item_id: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All else that a session needs to go on after a crash; replaces the last one."""

    memory: Mapping[str, Any] = field(default_factory=dict)
    talked_seconds: float = 0.0
    """How much of the companion's duration is used up."""
    turns: int = 0
    pauses: Mapping[str, Any] = field(default_factory=dict)
    """The learner's pause profile, as plain JSON."""
    config: Mapping[str, Any] = field(default_factory=dict)
    ended: str | None = None
    """Why the session ended, once it has."""
    summary: str = ""
    """What was covered and how it went, once it ended for good."""


Change = ItemSaved | ItemRemoved | Snapshot | TurnMetrics


class Journal(Protocol):
    """The durable memory of sessions."""

    async def commit(self, session_id: str, changes: Sequence[Change]) -> None:
        """Make all changes durable, in order, in one transaction, or raise VivaError (nothing is written).

        Many sessions' commits that wait at the same time share one transaction.
        """


@dataclass(frozen=True, slots=True)
class Restored:
    """A session as the journal has it, to go on after a restart; items in order."""

    items: tuple[ItemSaved, ...]
    snapshot: Snapshot


class Observer(Protocol):
    """Where a session reports what it measures; never raises, never blocks."""

    def turn(self, metrics: TurnMetrics) -> None: ...
    def speculation(self, *, used: bool) -> None: ...
    def barge_in(self, *, real: bool) -> None: ...
    def engine_failed(self, part: str) -> None:
        """`part` is `ears`, `mind`, `mouth`, `end_of_turn` or `journal`."""
