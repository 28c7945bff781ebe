"""What the lesson tutor knows between replies; plain JSON in the session's memory."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lms_core.assessment.spoken_quiz import with_answer

_KEY = "lesson_tutor"
_PROGRESS = (
    "chunk", "span", "since", "question", "outcomes", "again", "returns", "guessed", "through", "extra", "reviewing",
)  # fmt: skip
_SPOKEN_SENTENCES = 24
_SPOKEN_CHARS = 4000


class Pending(StrEnum):
    """What the companion's last words wait for."""

    NOTHING = ""
    START = "start"  # shall we start?
    PACE = "pace"  # shall I go on?
    GUESS = "guess"  # what do you expect, before it is explained?
    QUESTION = "question"
    CLEARER = "clearer"  # did that help?
    MORE = "more"  # the lesson is through: a few more questions?
    FREE = "free"  # anything else?
    STOPPED = "stopped"


class Outcome(StrEnum):
    RIGHT = "right"  # at once
    HELPED = "helped"  # after a hint or a second try
    LEARNED = "learned"  # not at first, but when it came again
    REVEALED = "revealed"
    SKIPPED = "skipped"


class LessonState(BaseModel):
    """Numbers of chunks and questions are places in the lesson's plan."""

    model_config = ConfigDict(extra="ignore")

    lesson: str = ""
    greeted: bool = False
    chunk: int = Field(0, ge=0)
    """The next chunk to teach."""
    span: int = Field(0, ge=0)
    """How many chunks were taught in one go last time."""
    since: int = Field(0, ge=0)
    """Chunks taught since the last question."""
    pending: Pending = Pending.NOTHING
    question: int | None = Field(None, ge=0)
    tries: int = 0
    hints: int = Field(0, ge=0)
    asked: int = 0
    """Questions asked so far, counting repetitions; the clock of what comes again."""
    outcomes: dict[int, Outcome] = {}
    again: list[tuple[int, int]] = []
    """(question, the value of `asked` from which on it may come again)"""
    answers: dict[str, str] = Field({}, exclude=True)
    """What was answered in this reply, by item; the session's memory keeps it for the quiz."""
    returns: dict[int, int] = {}
    """How often each question was put off until later."""
    streak: int = 0
    guessed: list[int] = []
    """Sections whose heading was asked as a puzzle."""
    rephrased: int = Field(0, ge=0)
    unclear: int = 0
    """Replies in a row in which nothing was understood."""
    strayed: int = 0
    """Replies in a row in which the learner talked of other things."""
    quiet: int = 0
    slow: bool = False
    fast: bool = False
    through: bool = False
    extra: bool = False
    """The lesson is through, and the learner wants more questions."""
    reviewing: bool = False
    went_back: bool = False
    spoken: list[str] = []
    """The sentences of the last reply."""
    core: int = Field(0, ge=0)
    """Where in `spoken` the part begins that is worth repeating."""
    noted: list[str] = []
    """Without a lesson: what the learner mentioned."""
    used: dict[str, int] = {}
    """How often each phrase key was used: whose turn it is."""

    @staticmethod
    def stored(memory: Mapping[str, Any]) -> "LessonState":
        """As it is; what comes from another version starts anew."""
        try:
            return LessonState.model_validate(memory.get(_KEY) or {})
        except ValidationError:
            return LessonState()

    @staticmethod
    def of(memory: Mapping[str, Any], lesson: str, chunks: int, questions: int) -> "LessonState":
        """From the session's memory; what comes from another lesson, version or mind starts anew."""
        state = LessonState.stored(memory)
        if state.lesson != lesson:
            state = LessonState(lesson=lesson, greeted=state.greeted, used=state.used)
        state.chunk = min(state.chunk, chunks)
        state.span = min(state.span, state.chunk)
        state.again = [(number, when) for number, when in state.again if 0 <= number < questions]
        state.outcomes = {number: how for number, how in state.outcomes.items() if 0 <= number < questions}
        if state.pending is Pending.QUESTION and (state.question is None or state.question >= questions):
            state.pending = Pending.NOTHING
        return state

    def step_back(self) -> None:
        """The last step is taught again; asked for twice in a row, the one before it too."""
        self.chunk = max(0, self.chunk - self.span - (1 if self.went_back else 0))
        self.went_back = True

    def restart(self) -> None:
        """The lesson from its beginning, with all its questions."""
        fresh = LessonState()
        for name in _PROGRESS:
            setattr(self, name, getattr(fresh, name))

    def within(self, memory: Mapping[str, Any]) -> dict[str, Any]:
        """The session's memory with this state in it; bounded."""
        self.spoken = [sentence[: _SPOKEN_CHARS // 8] for sentence in self.spoken[-_SPOKEN_SENTENCES:]]
        while len(self.spoken) > 1 and sum(map(len, self.spoken)) > _SPOKEN_CHARS:
            self.spoken.pop(0)
        self.core = min(self.core, max(0, len(self.spoken) - 1))
        for item_id, said in self.answers.items():
            memory = with_answer(memory, item_id, said)
        stored = self.model_dump(mode="json", exclude_defaults=True)
        return {**memory, _KEY: stored}
