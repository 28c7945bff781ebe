"""Achievements: their requirements are data. Earned by themselves, then claimed for their points, each once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What a requirement counts. All but the last two: how often XP were given for it."""

    SESSIONS = "session"
    LESSONS = "lesson"
    COURSES = "course"
    QUIZZES = "quiz"
    PERFECT_QUIZZES = "perfect_quiz"
    EXERCISES = "exercise"
    STREAK = "streak"  # the longest, in days
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Achievement:
    """Earned when every measure of `requires` has reached its number; `badge` is one character to show."""

    id: str
    title: str
    description: str
    badge: str
    points: int
    requires: tuple[tuple[Measure, int], ...]


def _one(
    key: str, title: str, description: str, badge: str, points: int, *requires: tuple[Measure, int]
) -> Achievement:
    return Achievement(key, title, description, badge, points, requires)


ACHIEVEMENTS: tuple[Achievement, ...] = (
    _one("first-words", "First words", "Talk with a companion.", "💬", 10, (Measure.SESSIONS, 1)),
    _one("talker", "Good talker", "Have 10 sessions.", "🗣", 50, (Measure.SESSIONS, 10)),
    _one("old-friend", "Old friend", "Have 100 sessions.", "🦉", 200, (Measure.SESSIONS, 100)),
    _one("first-lesson", "First step", "Complete a lesson.", "👣", 10, (Measure.LESSONS, 1)),
    _one("bookworm", "Bookworm", "Complete 25 lessons.", "📚", 100, (Measure.LESSONS, 25)),
    _one("graduate", "Graduate", "Complete a course.", "🎓", 100, (Measure.COURSES, 1)),
    _one("quiz-taker", "Quick mind", "Pass a quiz.", "❓", 10, (Measure.QUIZZES, 1)),
    _one("flawless", "Flawless", "Get everything right in a quiz.", "💎", 30, (Measure.PERFECT_QUIZZES, 1)),
    _one("coder", "It runs", "Pass a code exercise.", "💻", 20, (Measure.EXERCISES, 1)),
    _one("week", "A whole week", "Learn on 7 days in a row.", "🔥", 70, (Measure.STREAK, 7)),
    _one("month", "A whole month", "Learn on 30 days in a row.", "🌋", 300, (Measure.STREAK, 30)),
    _one("level-five", "Level five", "Reach level 5.", "⭐", 50, (Measure.LEVEL, 5)),
    _one(
        "all-rounder", "All-rounder", "Talk, read and pass: 5 sessions, 5 lessons, 5 quizzes.", "🎯", 100,
        (Measure.SESSIONS, 5), (Measure.LESSONS, 5), (Measure.QUIZZES, 5),
    ),
)  # fmt: skip
BY_ID: Mapping[str, Achievement] = {one.id: one for one in ACHIEVEMENTS}


def progress(achievement: Achievement, measures: Mapping[Measure, int]) -> float:
    """0 to 1; 1 is earned. The mean of how far each measure is."""
    shares = [min(1.0, measures.get(measure, 0) / wanted) for measure, wanted in achievement.requires]
    return 1.0 if all(share >= 1 for share in shares) else min(sum(shares) / len(shares), 0.99)


def earned(measures: Mapping[Measure, int]) -> tuple[Achievement, ...]:
    return tuple(one for one in ACHIEVEMENTS if progress(one, measures) == 1.0)
