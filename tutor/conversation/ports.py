"""What a session needs from outside, as protocols; the composition root supplies them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from audio.end_of_turn import EndOfTurnModel
from audio.silero import SileroBatch
from audio.stt.base import SpeechToText
from audio.tts.base import TextToSpeech
from tutor.brain.base import Mind
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

    @property
    def shows(self) -> bool:
        """False for a telephone: that the talk is recorded or followed is said to it, for nobody sees it."""

    def emit(self, event: SessionEvent) -> None:
        """Take one event; never blocks. A client that does not read is closed by the door itself."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What all sessions of a process hear, think and speak with."""

    ears: SpeechToText
    mind: Mind
    mouth: TextToSpeech
    silero: SileroBatch
    hearing_seconds: float = 8.0
    """That the ears get for a turn, and some more for a long one."""
    end_of_turn: EndOfTurnModel | None = None


@dataclass(frozen=True, slots=True)
class ItemSaved:
    """Insert or replace the item at `position` (a float, so that items can be put between others)."""

    item: Item
    position: float


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
    shown: Mapping[str, Any] | None = None
    """What the page shows beside the talk, as `Shown.saved` takes it."""


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


class Recorder(Protocol):
    """Takes down what was said and heard; never raises, never blocks.

    `at` is a moment of the talk, in seconds: time stands still while no client is attached.
    """

    @property
    def running(self) -> bool:
        """False before it has begun and once it has stopped, which may be at any time."""

    def learner(self, at: float, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        """Little-endian PCM16 mono that came in until `at`."""

    def companion(self, at: float, pcm: NDArray[np.int16], rate: int) -> None:
        """Sound that the learner hears from `at` on, or right after what is still to be heard then."""

    def hush(self, at: float) -> None:
        """The companion fell silent: what would be heard from `at` on is not."""


class Observer(Protocol):
    """Where a session reports what it measures; never raises, never blocks."""

    def turn(self, metrics: TurnMetrics) -> None: ...
    def speculation(self, *, used: bool) -> None: ...
    def barge_in(self, *, real: bool) -> None: ...
    def engine_failed(self, part: str) -> None:
        """`part` is `ears`, `mind`, `mouth`, `end_of_turn` or `journal`."""
