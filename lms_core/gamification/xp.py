"""Experience points (XP): what they are given for, the levels that they reach, the periods that they are summed over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import isqrt


class Reason(StrEnum):
    """Each is given at most once for the same source: a session, a lesson, a quiz..."""

    SESSION = "session"  # with at least SESSION_TURNS turns
    LESSON = "lesson"  # completed
    COURSE = "course"  # completed
    QUIZ = "quiz"  # passed
    PERFECT_QUIZ = "perfect_quiz"  # every item right
    EXERCISE = "exercise"  # every test case passed
    ACHIEVEMENT = "achievement"  # claimed; worth its points


XP: dict[Reason, int] = {
    Reason.SESSION: 20,
    Reason.LESSON: 30,
    Reason.COURSE: 200,
    Reason.QUIZ: 40,
    Reason.PERFECT_QUIZ: 20,
    Reason.EXERCISE: 40,
}
SESSION_TURNS = 3
"""How often the learner has to speak or type before a session counts."""
_STEP = 50


@dataclass(frozen=True, slots=True)
class Level:
    """`into` of the `span` XP between this level and the next are there."""

    number: int
    into: int
    span: int


def xp_for(level: int) -> int:
    """XP from which on one has this level: 0, 100, 300, 600, 1000... each step is 100 longer than the one before."""
    return _STEP * level * (level - 1)


def level_of(xp: int) -> Level:
    number = (1 + isqrt(1 + 4 * max(xp, 0) // _STEP)) // 2
    return Level(number, max(xp, 0) - xp_for(number), xp_for(number + 1) - xp_for(number))


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def period_key(period: Period, at: datetime) -> str:
    """The calendar week or month of `at`, the same for everybody (UTC): "2026-W47", "2026-11"."""
    day = at.astimezone(UTC)
    match period:
        case Period.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Period.MONTH:
            return f"{day.year}-{day.month:02}"
        case Period.ALL:
            return "all"


def first_name(name: str) -> str:
    """What others see of a name."""
    return (name.split() or ["?"])[0]
