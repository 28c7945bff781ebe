"""The words between a teacher's client and a talk that they follow; `docs/supervise.md` lists them all.

One class an event; its fields are the event's fields on the wire.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_WHISPER = 500

# --- server to teacher ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The first event. `said`: the talk so far, each with `item_id`, `role` and `text`."""

    TYPE: ClassVar = "supervise.started"
    session_id: str
    learner: str
    companion: dict[str, Any]
    attached: bool
    said: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """The item's text so far; `final` when nothing more comes, cut to what was heard if it was interrupted."""

    TYPE: ClassVar = "supervise.said"
    item_id: str
    role: Literal["learner", "tutor", "teacher", "announcement"]
    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The item is gone."""

    TYPE: ClassVar = "supervise.unsaid"
    item_id: str


@dataclass(frozen=True, slots=True)
class State:
    """What the companion does: `listening`, `thinking` or `speaking`."""

    TYPE: ClassVar = "supervise.state"
    state: str
    phase: str
    remaining_seconds: float


@dataclass(frozen=True, slots=True)
class Learner:
    """The learner's client has come, or is away."""

    TYPE: ClassVar = "supervise.learner"
    attached: bool


@dataclass(frozen=True, slots=True)
class Teachers:
    """Which teachers follow it; what the learner is told too."""

    TYPE: ClassVar = "supervise.teachers"
    mode: Literal["nobody", "listening", "speaking"]
    teachers: list[str]


@dataclass(frozen=True, slots=True)
class Followed:
    """What the companion begins to say now was shaped by this whisper."""

    TYPE: ClassVar = "whisper.followed"
    text: str


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM16 at 24 kHz, base64. The learner's as it comes; the companion's ahead of time, to be played in order."""

    TYPE: ClassVar = "audio"
    of: Literal["learner", "tutor", "teacher"]
    item_id: str
    audio: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The companion was interrupted: what is still to be played of it was not heard."""

    TYPE: ClassVar = "audio.silence"


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event."""

    TYPE: ClassVar = "supervise.ended"
    reason: str
    summary: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was asked for could not be done."""

    TYPE: ClassVar = "error"
    code: str
    message: str


ToTeacher = (
    Started | Said | Unsaid | State | Learner | Teachers | Followed | Audio | Silence | Ended | Refused
)  # fmt: skip


def to_wire(event: ToTeacher) -> dict[str, Any]:
    return {"type": event.TYPE, **asdict(event)}


# --- teacher to server ----------------------------------------------------------------------------


class _FromTeacher(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_WHISPER)]


class Listen(_FromTeacher):
    """Whether the sound is wanted; without it there is only text."""

    type: Literal["listen"]
    on: bool


class Whisper(_FromTeacher):
    """What the companion should do, unheard by the learner; it follows with what it says next."""

    type: Literal["whisper"]
    text: Text


class Say(_FromTeacher):
    """What the companion should say as soon as nobody speaks, word by word."""

    type: Literal["say"]
    text: Text


class TakeOver(_FromTeacher):
    """Speak instead of the companion, who falls silent at once."""

    type: Literal["take_over"]


class HandBack(_FromTeacher):
    """Let the companion go on."""

    type: Literal["hand_back"]


class Voice(_FromTeacher):
    """The voice of who has taken over: PCM16 at 24 kHz, base64, in real time."""

    type: Literal["audio"]
    audio: Annotated[str, Field(max_length=48_000)]


FromTeacher = Listen | Whisper | Say | TakeOver | HandBack | Voice
