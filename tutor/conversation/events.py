"""What a session tells its door. Dependency-neutral words: plain data, in the order in which things happen.

Times named `audio_ms` are ms of input audio since the session began; `start_ms` counts from the first sample
of the reply item's audio. All `pcm` is mono int16 at the door's own `output_rate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from tutor.brain.base import Mark, Phase


class Role(StrEnum):
    LEARNER = "learner"
    TUTOR = "tutor"
    TEACHER = "teacher"
    """A person who had taken over from the companion."""
    ANNOUNCEMENT = "announcement"
    """What a caller who sees no page is told about the talk; the companion's voice, but no word of its own."""
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of an item's content; for audio kinds `text` is the transcript."""

    kind: Literal["input_text", "input_audio", "output_text", "output_audio"]
    text: str


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """A word of a caption, `text[start:end]` of the item's transcript, heard from `start_ms` to `end_ms`."""

    start: int
    end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the conversation, as the Realtime protocol counts them.

    `arguments`, `name` and `call_id` are for function calls; `output` for their results. `heard_ms` is set on
    an interrupted reply: how much of it was played. `began_ms`: where in the talk it began to be said, which is
    where it is in a recording; None for what nobody said.
    """

    id: str
    kind: Literal["message", "function_call", "function_call_output"]
    role: Role | None = None
    status: Literal["in_progress", "completed", "incomplete"] = "completed"
    parts: tuple[Part, ...] = ()
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    heard_ms: int | None = None
    began_ms: int | None = None

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts if part.text)

    @property
    def said_by(self) -> Role | None:
        """None for what nobody said: instructions, calls of tools and their results, a message without words."""
        said = self.kind == "message" and self.role is not Role.SYSTEM and self.text.strip()
        return self.role if said else None

    @property
    def characters(self) -> int:
        return len(self.arguments) + len(self.output) + sum(len(part.text) for part in self.parts)


# --- the learner's side -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The learner began to speak; whatever the door still plays must fall silent at once."""

    item_id: str
    audio_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    item_id: str
    audio_ms: int


@dataclass(frozen=True, slots=True)
class SpeechDropped:
    """What had started was a cough or an "mm-hm": no item comes of it."""

    item_id: str


@dataclass(frozen=True, slots=True)
class InputCommitted:
    item_id: str
    previous_item_id: str | None


@dataclass(frozen=True, slots=True)
class InputCleared:
    """The client's `clear` was carried out."""


@dataclass(frozen=True, slots=True)
class InputTimedOut:
    """Nobody spoke for the `idle_timeout_ms` that the client asked for; a reply follows."""

    item_id: str
    audio_start_ms: int
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class TranscriptDelta:
    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptCompleted:
    item_id: str
    text: str
    words: tuple[CaptionWord, ...]
    seconds: float
    """Length of the audio that was transcribed."""


@dataclass(frozen=True, slots=True)
class TranscriptFailed:
    item_id: str
    message: str


# --- items ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemAdded:
    item: Item
    previous_item_id: str | None


@dataclass(frozen=True, slots=True)
class ItemDone:
    """The item's row is committed: it survives `kill -9`."""

    item: Item
    previous_item_id: str | None


@dataclass(frozen=True, slots=True)
class ItemTruncated:
    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    item_id: str


@dataclass(frozen=True, slots=True)
class ItemRetrieved:
    item: Item


# --- the companion's side --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyOptions:
    """What a client may ask of one reply; None means "as the session has it"."""

    instructions: str | None = None
    modalities: tuple[str, ...] | None = None
    tools: tuple[Any, ...] | None = None
    tool_choice: Any = None
    max_output_tokens: int | None = None
    metadata: dict[str, str] | None = None
    out_of_band: bool = False
    """True: the reply does not enter the conversation and may run beside another (`conversation: "none"`)."""
    input: tuple[Item, ...] | None = None
    """Replaces the history for this reply; items given by reference are already resolved."""
    event_id: str | None = None
    asked: bool = False
    """A client waits for it, and hears of its end also if it never began."""


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    reply_id: str
    options: ReplyOptions


@dataclass(frozen=True, slots=True)
class ReplyItemStarted:
    """A new output item of the reply. `index` is its place among the reply's items."""

    reply_id: str
    item: Item
    index: int
    previous_item_id: str | None
    in_conversation: bool


@dataclass(frozen=True, slots=True)
class ReplyText:
    """More of the text; the transcript of the audio in audio replies."""

    reply_id: str
    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyAudio:
    """More of the sound. `words` are indices into the item's whole transcript."""

    reply_id: str
    item_id: str
    pcm: NDArray[np.int16]
    start_ms: int
    words: tuple[CaptionWord, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyItemDone:
    """All deltas of the item are out; `item` is final (cut to what was heard if interrupted). For items in
    the conversation `ItemDone` follows when the row is committed."""

    reply_id: str
    item: Item
    index: int


@dataclass(frozen=True, slots=True)
class ReplyDone:
    """`reason` is `turn_detected` or `client_cancelled` when cancelled, a message when failed,
    `max_output_tokens` when incomplete."""

    reply_id: str
    options: ReplyOptions
    status: Literal["completed", "cancelled", "failed", "incomplete"]
    reason: str | None
    items: tuple[Item, ...]
    input_tokens: int = 0
    output_tokens: int = 0


# --- about the session -------------------------------------------------------------------------------------------


class State(StrEnum):
    """What the page shows."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: State
    phase: Phase
    remaining_seconds: float
    recorded: bool = False
    """What is said now is kept as sound."""


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """One turn's latencies in ms; None where it did not happen. All count from the end of the learner's speech."""

    turn: int
    item_id: str
    reply_id: str
    endpoint_ms: float | None = None
    endpoint_delay_ms: float | None = None
    """The delay that turn-taking chose; `first_sent_ms - endpoint_delay_ms` is Viva's own overhead."""
    transcript_ms: float | None = None
    first_token_ms: float | None = None
    first_audio_ms: float | None = None
    first_sent_ms: float | None = None
    speculations: int = 0
    speculations_lost: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """Something for the page to show beside the talk; the fields of `Show`."""

    kind: Literal["lesson", "formula", "picture", "quiz"]
    title: str
    body: str
    choices: tuple[str, ...] = ()
    choose: Literal["one", "several", "order"] | None = None
    mark: Mark | None = None

    @staticmethod
    def saved(data: Mapping[str, Any] | None) -> "Shown | None":
        """From plain JSON; what another version left that does not fit is not shown again."""
        try:
            return TypeAdapter(Shown).validate_python(data) if data else None
        except ValidationError:
            return None


@dataclass(frozen=True, slots=True)
class Supervised:
    """Which teachers follow the session as it happens. `speaking`: one of them has taken over from the companion."""

    mode: Literal["nobody", "listening", "speaking"]
    teachers: tuple[str, ...]
    """Their names; while one is speaking, theirs alone."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request of the client could not be carried out. `code` is of the wire protocol; the session goes on."""

    code: str
    message: str
    event_id: str | None = None
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over: `finished` (time was up), `out_of_minutes` (the plan's were used up), `learner_left`, `quiet`, `closed` by the client or
    `draining` (the server goes down; the session can be resumed). `summary`: what was covered and how it went;
    empty where nobody said anything."""

    reason: str
    summary: str = ""


SessionEvent = (
    SpeechStarted | SpeechStopped | SpeechDropped | InputCommitted | InputCleared | InputTimedOut
    | TranscriptDelta | TranscriptCompleted | TranscriptFailed
    | ItemAdded | ItemDone | ItemTruncated | ItemDeleted | ItemRetrieved
    | ReplyStarted | ReplyItemStarted | ReplyText | ReplyAudio | ReplyItemDone | ReplyDone
    | StateChanged | TurnMetrics | Shown | Supervised | Trouble | Ended
)  # fmt: skip
