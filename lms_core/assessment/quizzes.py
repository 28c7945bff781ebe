"""Quizzes: how often, how long, and what a result is worth."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms_core.errors import Conflict

MOST_ITEMS = 100
GRACE = timedelta(seconds=5)
"""An answer that was sent in time may arrive this much later."""


@dataclass(frozen=True, slots=True)
class Quiz:
    """Of a lesson (which has at most one) or of a whole course. Limits of None are none; `pass_percent` 0 to 100."""

    id: str
    title: str
    lesson_id: str | None = None
    course_id: str | None = None
    pass_percent: int = 60
    time_limit_seconds: int | None = None
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """`score` 0 to 100 once it is submitted; `session_id`: answered by voice, in that session."""

    id: str
    quiz_id: str
    person_id: str
    number: int
    started_at: datetime
    submitted_at: datetime | None = None
    score: int | None = None
    session_id: str | None = None


def deadline(quiz: Quiz, attempt: Attempt) -> datetime | None:
    if quiz.time_limit_seconds is None:
        return None
    return attempt.started_at + timedelta(seconds=quiz.time_limit_seconds)


def is_open(quiz: Quiz, attempt: Attempt, now: datetime) -> bool:
    """Whether it still takes answers."""
    ends = deadline(quiz, attempt)
    return attempt.submitted_at is None and (ends is None or now <= ends + GRACE)


def check_open(quiz: Quiz, attempt: Attempt, now: datetime) -> None:
    """Raises Conflict if the attempt takes no more answers."""
    if attempt.submitted_at is not None:
        raise Conflict("This attempt is submitted; start another one.", reason="handed_in")
    if not is_open(quiz, attempt, now):
        raise Conflict("The time is up; submit what you have answered.", reason="time_over")


def check_may_start(quiz: Quiz, taken: int) -> None:
    """`taken`: attempts of this learner so far; what was answered by voice does not count. Raises Conflict."""
    if quiz.max_attempts is not None and taken >= quiz.max_attempts:
        raise Conflict(
            "You have used all your attempts.", reason="no_attempts_left", max_attempts=quiz.max_attempts
        )


def submitted_at(quiz: Quiz, attempt: Attempt, now: datetime) -> datetime:
    """An attempt that is submitted late counts as submitted when its time was up."""
    ends = deadline(quiz, attempt)
    return now if ends is None else min(now, ends)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items are right and partly right, and what that is worth in points."""

    right: int
    partly: int
    all: int
    earned: float
    points: int
    weighed: bool
    """Whether some items are worth more than others."""

    @property
    def percent(self) -> int:
        """Of the points; 100 only if all items are right."""
        if not self.points:
            return 0
        return 100 if self.right == self.all else min(99, round(100 * self.earned / self.points))


def tally(worth: Iterable[tuple[int, float]]) -> Tally:
    """Of (points, score 0 to 1) of all items."""
    items = list(worth)
    return Tally(
        right=sum(score >= 1 for _, score in items), partly=sum(0 < score < 1 for _, score in items), all=len(items),
        earned=sum(points * score for points, score in items), points=sum(points for points, _ in items),
        weighed=len({points for points, _ in items}) > 1,
    )  # fmt: skip


def passed(quiz: Quiz, score: int) -> bool:
    return score >= quiz.pass_percent
