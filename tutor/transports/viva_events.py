"""What Viva says beyond the Realtime protocol, to clients that ask for it (`?viva=1` or subprotocol `viva`).

One class an event; its fields are the event's fields on the wire. `docs/realtime.md` lists them all.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from lms_core.companions import Companion
from tutor.brain.base import Mark
from tutor.conversation.events import CaptionWord

# --- server to client -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the session does now, where in its duration it is, and with whom. `recorded`: what is said now is kept as
    sound, which a page must show."""

    TYPE: ClassVar = "viva.session.state"
    state: str
    phase: str
    remaining_seconds: float
    session_id: str
    companion: dict[str, Any]
    recorded: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """The item's text so far and the words that became known with this event, timed from the item's first
    sample of audio."""

    TYPE: ClassVar = "viva.caption"
    item_id: str
    role: Literal["learner", "tutor", "teacher"]
    text: str
    words: list[dict[str, int]]
    final: bool


@dataclass(frozen=True, slots=True)
class Metrics:
    """One turn's latencies; the fields of `TurnMetrics`."""

    TYPE: ClassVar = "viva.turn.metrics"
    turn: int
    item_id: str
    reply_id: str
    endpoint_ms: float | None
    endpoint_delay_ms: float | None
    transcript_ms: float | None
    first_token_ms: float | None
    first_audio_ms: float | None
    first_sent_ms: float | None
    speculations: int
    speculations_lost: int


@dataclass(frozen=True, slots=True)
class ShownBeside:
    """Something to show beside the talk. `mathml`: a formula's `body`, drawn; null where it is better shown as it is.

    `choices` may be typed as they are instead of said: `choose` one, several or all in their right order; null: none.
    `mark`: the same question as before is answered, `right`, `close` or `wrong` (`chosen` of the choices), or its answer
    was `told`; `right` is given once the question is closed.
    """

    TYPE: ClassVar = "viva.shown"
    kind: str
    title: str
    body: str
    mathml: str | None
    choices: list[str]
    choose: str | None
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The session goes on; `items` are the latest of the conversation, as in `conversation.item.added`; `teachers` are
    the ids of those that a teacher said, who is an assistant among the items."""

    TYPE: ClassVar = "viva.session.resumed"
    items: list[dict[str, Any]]
    teachers: list[str]


@dataclass(frozen=True, slots=True)
class Dropped:
    """What had begun as speech was a cough or an "mm-hm"; a new response resumes what was interrupted."""

    TYPE: ClassVar = "viva.speech.dropped"
    item_id: str


@dataclass(frozen=True, slots=True)
class TeacherThere:
    """Which teachers follow the talk now, also at the beginning if any do; `speaking`: one has taken over."""

    TYPE: ClassVar = "viva.supervised"
    mode: Literal["nobody", "listening", "speaking"]
    teachers: list[str]


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The last event. `summary`: what was covered and how it went; null where the learner said nothing."""

    TYPE: ClassVar = "viva.session.ended"
    reason: str
    summary: str | None


VivaServerEvent = (
    SessionState | Caption | Metrics | ShownBeside | Resumed | Dropped | TeacherThere | SessionEnded
)  # fmt: skip


def to_wire(event: VivaServerEvent) -> dict[str, Any]:
    return {"type": event.TYPE, **asdict(event)}


def word_to_wire(word: CaptionWord) -> dict[str, int]:
    return {"start": word.start, "end": word.end, "start_ms": word.start_ms, "end_ms": word.end_ms}


def companion_to_wire(companion: Companion) -> dict[str, Any]:
    return {
        "id": companion.id,
        "slug": companion.slug,
        "name": companion.name,
        "subject": companion.subject.value,
        "topic": companion.topic,
        "language": companion.language,
        "duration_minutes": companion.duration_minutes,
    }


# --- client to server -----------------------------------------------------------------------------


class _FromClient(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    event_id: str | None = None


class PlaybackReport(_FromClient):
    """How much of an item's audio was played; every 250 ms or so while playing."""

    type: Literal["viva.playback"]
    item_id: Annotated[str, Field(max_length=64)]
    ms: Annotated[float, Field(ge=0, le=86_400_000)]


class EndSession(_FromClient):
    """End the session for good; it cannot be resumed."""

    type: Literal["viva.session.end"]


class SetPatience(_FromClient):
    """How long the companion waits in pauses."""

    type: Literal["viva.patience"]
    patience: Literal["low", "normal", "high"]


VivaClientEvent = PlaybackReport | EndSession | SetPatience
