"""What every mind promises: a request in, a stream of thoughts out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from lms_core.companions import Companion
from lms_core.courses import Lesson


class Purpose(StrEnum):
    """Why the companion speaks."""

    GREETING = "greeting"  # the session opens: greet on the topic, end with a question
    ANSWER = "answer"  # the learner's turn is over
    BACK_CHANNEL = "back_channel"  # the learner is quiet: "take your time"; a few words
    HINT = "hint"  # still quiet: rephrase the question or give a small hint
    HAND_BACK = "hand_back"  # a teacher had taken over, and has handed back: go on from there
    WRAP_UP = "wrap_up"  # a few minutes are left: say so in passing, while answering
    SUMMARY = "summary"  # time is up: sum up what was learned and say goodbye
    NOTES = "notes"  # the session is over: what was covered and how it went, in writing
    GOODBYE = "goodbye"  # the learner has gone quiet for good: say goodbye kindly


LAST_WORDS = (Purpose.SUMMARY, Purpose.GOODBYE)
"""After these the session ends."""


class Phase(StrEnum):
    """Where in its duration the session is."""

    OPENING = "opening"
    BODY = "body"
    WRAP_UP = "wrap_up"
    SUMMARY = "summary"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history as the learner heard it (an interrupted reply is already cut).

    role `tool` carries the output of call `call_id`; a `tutor` message with `tool_name` is a tool call whose
    JSON arguments are in `text`. `teacher`: a person who had taken over from the companion.
    """

    role: Literal["learner", "tutor", "teacher", "system", "tool"]
    text: str
    call_id: str = ""
    tool_name: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function that the mind may call; `parameters` is a JSON schema. Client tools are answered by the client."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MindRequest:
    """Everything that one reply is made from. A mind keeps nothing between requests: what it wants to know
    next time, it yields as `Remember`, and gets it back as `memory` if that reply was really used."""

    purpose: Purpose
    companion: Companion
    lesson: Lesson | None = None
    messages: tuple[Message, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    phase: Phase = Phase.BODY
    remaining_minutes: float = 15.0
    instructions: str | None = None
    """None: the companion's own prompt. A client's text is added to it ("" adds nothing)."""
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str | Mapping[str, Any] = "auto"
    teacher_called: bool = False
    """The learner has just asked for their teacher, who is told while this reply is heard."""
    whispers: tuple[str, ...] = ()
    """What the learner's teacher, who follows the talk, asks of the companion now, unheard by the learner."""
    temperature: float | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call; `arguments` is JSON text."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How a quiz card was answered: `chosen` of its choices; `right` once the question is closed, in the right order,
    or the whole answer where nothing is to be chosen. `told`: the companion gave the answer."""

    verdict: Literal["right", "close", "wrong", "told"]
    chosen: tuple[str, ...] = ()
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """Something for the page: a lesson passage (`kind="lesson"`), a formula, a picture, a quiz card.

    `body` is Markdown; of a formula, LaTeX or plain signs. `choices` may be clicked instead of said: one of them,
    several, or all in their right order, as `choose` says. A card that is answered is shown again with its `mark`.
    """

    kind: Literal["lesson", "formula", "picture", "quiz"]
    title: str
    body: str
    choices: tuple[str, ...] = ()
    choose: Literal["one", "several", "order"] | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    """The mind's memory after this reply; plain JSON."""

    memory: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int
    output_tokens: int


MindEvent = TextDelta | ToolCall | Show | Remember | Usage


class Mind(Protocol):
    """One instance serves all sessions."""

    name: str

    def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        """Stream one reply. Closing the iterator (`aclose`) cancels it through to the model's server.

        Raises MindError (`tutor.errors`) before the first token or in mid-stream.
        """

    async def start(self) -> None:
        """Check what can be checked. Raises MindError with what to do."""

    async def warm_up(self) -> None:
        """Called once after `start`, in the background: do what would make the first learner wait. Raises nothing."""

    async def aclose(self) -> None:
        """Close connections."""
