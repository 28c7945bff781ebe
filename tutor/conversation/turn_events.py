"""The words of turn-taking: what it is told (events), what it answers (effects), and the numbers it decides by.

Times are the caller's, in seconds. Replies and snapshots are known by numbers.
"""

from dataclasses import dataclass
from enum import StrEnum

from lms_core.companions import Patience
from tutor.brain.base import Purpose
from tutor.conversation.endpointing import PauseProfile


class Floor(StrEnum):
    IDLE = "idle"
    LEARNER = "learner"
    SETTLING = "settling"
    TUTOR = "tutor"


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of turn-taking, in seconds."""

    patience: Patience = Patience.NORMAL
    fixed_silence: float | None = None
    """The client's `silence_duration_ms`: replaces Viva's judgement."""
    create_reply: bool = True
    interrupt_reply: bool = True
    speculate: bool = True
    interrupt_after: float = 0.8
    """Speech that lasts this long interrupts even before any word is recognised."""
    judge_timeout: float = 1.5
    """After a short sound: how long to wait for its words before the reply resumes."""
    transcript_timeout: float = 240.0
    """A turn whose transcript does not come is given up (the engine's own time limit is shorter)."""
    echo_warmup: float = 1.0
    """From the first audio of the session: until the client's echo canceller has learnt, only words interrupt."""
    cut_off_window: float = 1.0
    """An interruption this soon after the reply began means that the reply cut the learner off."""
    max_turn: float = 90.0
    idle_ladder: tuple[tuple[float, Purpose], ...] = (
        (10.0, Purpose.BACK_CHANNEL),
        (15.0, Purpose.HINT),
        (25.0, Purpose.HINT),
        (40.0, Purpose.GOODBYE),
    )
    """Silence after the last word of either side, then after each step."""


# --- events ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    at: float
    since: float
    """When the speech really began, a little before it was noticed."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    at: float
    since: float
    """When the speech really ended."""


@dataclass(frozen=True, slots=True)
class WordsHeard:
    """A partial transcript of the utterance under way."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptReady:
    """The transcript asked for by `Transcribe(snapshot)`; `text` is None if the engine failed."""

    at: float
    snapshot: int
    text: str | None
    finished: float | None = None
    """The end-of-turn model's probability, if there is one."""


@dataclass(frozen=True, slots=True)
class ReplyAsked:
    """A reply was begun from outside: a client's request, a typed message. `whole`: nobody interrupts it."""

    at: float
    reply: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ReplyPlaying:
    at: float
    reply: int


@dataclass(frozen=True, slots=True)
class ReplyOver:
    """Played to its end, failed, or cancelled by the client; `said` is what the learner heard of it."""

    at: float
    reply: int
    said: str


@dataclass(frozen=True, slots=True)
class InputForgotten:
    """The client cleared the input, typed instead, or committed by itself."""

    at: float


@dataclass(frozen=True, slots=True)
class Whispered:
    """A teacher asked something of the companion: a reply that was made without knowing is not the one wanted."""

    at: float


@dataclass(frozen=True, slots=True)
class TeacherTook:
    """A teacher speaks instead of the companion, who falls silent and answers nothing until `TeacherGave`."""

    at: float


@dataclass(frozen=True, slots=True)
class TeacherGave:
    """The companion goes on; `bridge`: and says so, for the learner is there."""

    at: float
    bridge: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    at: float


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The session begins, or its policy changed; `pauses` is what is known of the learner so far."""

    at: float
    policy: Policy
    pauses: PauseProfile
    begins: bool = False
    """The session begins here, or goes on in another process: nothing else is known."""


Event = (
    PolicySet | SpeechBegan | SpeechPaused | WordsHeard | TranscriptReady | ReplyAsked | ReplyPlaying | ReplyOver
    | InputForgotten | Whispered | TeacherTook | TeacherGave | Tick
)  # fmt: skip

# --- effects --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenUtterance:
    """Begin to listen for words."""


@dataclass(frozen=True, slots=True)
class AnnounceSpeech:
    """Tell the client that the learner is speaking; it silences its output."""


@dataclass(frozen=True, slots=True)
class DropUtterance:
    """There was nothing in it."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    snapshot: int


@dataclass(frozen=True, slots=True)
class Speculate:
    """Prepare a reply to `text` in silence."""

    reply: int
    text: str


@dataclass(frozen=True, slots=True)
class DropSpeculation:
    reply: int


@dataclass(frozen=True, slots=True)
class CommitTurn:
    """The learner's turn is over. `reply` is None if none is wanted; it is `prepared` if speculation was right.

    `ended` is when the learner fell silent; `delay` the wait that was chosen.
    """

    text: str
    ended: float
    delay: float
    reply: int | None
    prepared: bool


@dataclass(frozen=True, slots=True)
class PauseReply:
    reply: int


@dataclass(frozen=True, slots=True)
class ResumeReply:
    reply: int


@dataclass(frozen=True, slots=True)
class InterruptReply:
    """`cut_off`: our reply came too early; for the mind it never happened and the learner's turn goes on."""

    reply: int
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Prompt:
    """The learner is quiet: speak without having been asked."""

    reply: int
    purpose: Purpose


Effect = (
    OpenUtterance | AnnounceSpeech | DropUtterance | Transcribe | Speculate | DropSpeculation | CommitTurn
    | PauseReply | ResumeReply | InterruptReply | Prompt
)  # fmt: skip
