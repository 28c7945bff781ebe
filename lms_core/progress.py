"""How far a learner is: what they do in a lesson moves that lesson, and a course's progress follows from its lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MOST_SECONDS = 4 * 3600
"""Of time spent, that one report may add."""
_GAPS = (1, 3, 7, 16, 35, 90)  # days until a completed lesson comes back, by how often it did
_PASSED = 60  # a score; who has less of a lesson has forgotten it
_LOOK = 20  # seconds that are more than a glance


class LessonStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """`time_spent` in seconds; `attempts` are graded ones, `score` (0 to 100) is the best of them.

    A completed lesson is to be looked at again at `review_at`, as it was `reviews` times so far.
    """

    status: LessonStatus = LessonStatus.NOT_STARTED
    last_accessed_at: datetime | None = None
    completed_at: datetime | None = None
    time_spent: int = 0
    attempts: int = 0
    score: int | None = None
    review_at: datetime | None = None
    reviews: int = 0


NOT_STARTED = LessonProgress()


@dataclass(frozen=True, slots=True)
class Step:
    """What a learner did in a lesson at `at`. A `score` makes it a graded attempt."""

    at: datetime
    seconds: int = 0
    score: int | None = None
    completed: bool = False


def after(before: LessonProgress, step: Step) -> LessonProgress:
    """A completed lesson stays completed, the best score stands, and time only grows."""
    graded = step.score is not None
    done = step.completed or before.status is LessonStatus.COMPLETED
    moved = replace(
        before,
        status=LessonStatus.COMPLETED if done else LessonStatus.IN_PROGRESS,
        last_accessed_at=step.at,
        completed_at=before.completed_at or (step.at if done else None),
        time_spent=before.time_spent + min(max(step.seconds, 0), MOST_SECONDS),
        attempts=before.attempts + graded,
        score=max((score for score in (before.score, step.score) if score is not None), default=None),
    )
    return reviewed(before, moved, step) if done else moved


def reviewed(before: LessonProgress, moved: LessonProgress, step: Step) -> LessonProgress:
    """When a completed lesson comes back: the better it went, and the more often it came back, the later.

    Spaced repetition with growing gaps, as in Leitner's boxes; one that went badly begins anew. A glance, or a look
    before it is due, moves nothing.
    """
    due = before.review_at is not None and step.at >= before.review_at
    if before.review_at is not None and not (due and _worked(step)) and step.score is None:
        return moved
    badly = step.score is not None and step.score < _PASSED
    reviews = 0 if badly else before.reviews + due
    return replace(
        moved, reviews=reviews, review_at=step.at + timedelta(days=_GAPS[min(reviews, len(_GAPS) - 1)])
    )


def _worked(step: Step) -> bool:
    return step.completed or step.seconds >= _LOOK


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """Counts of lessons; `time_spent` in seconds; `score` is the mean of the graded lessons' best."""

    lessons: int = 0
    completed: int = 0
    time_spent: int = 0
    score: int | None = None

    @property
    def percent(self) -> int:
        """100 only when every lesson is completed."""
        return self.completed * 100 // self.lessons if self.lessons else 0

    @property
    def is_complete(self) -> bool:
        return self.lessons > 0 and self.completed == self.lessons


def need_of_help(progress: CourseProgress) -> tuple[int, int]:
    """Sorts who needs help most first: the lowest score; without one, after those, the least progress."""
    return (101 if progress.score is None else progress.score, progress.percent)


def next_lesson(lesson_ids: Sequence[str], progress: Mapping[str, LessonProgress]) -> str | None:
    """The first, in order, that is not completed; None when all are."""
    return next((one for one in lesson_ids if not _completed(progress, one)), None)


def lesson_to_teach(lesson_ids: Sequence[str], progress: Mapping[str, LessonProgress]) -> str | None:
    """The next lesson; when all are completed, the one that was longest not looked at. None if there are none."""
    never = datetime.min.replace(tzinfo=UTC)
    oldest = min(
        lesson_ids, key=lambda one: progress.get(one, NOT_STARTED).last_accessed_at or never, default=None
    )
    return next_lesson(lesson_ids, progress) or oldest


def talk_step(
    at: datetime, seconds: float, graded: Mapping[str, float], questions: int, taught: bool
) -> Step:
    """What a voice session did in its lesson, which has this many questions; `graded` are shares (0 to 1) by question.

    It completed the lesson if it `taught` all of it, or if all questions were answered.
    """
    score = round(100 * sum(graded.values()) / len(graded)) if graded else None
    return Step(at, round(seconds), score, completed=taught or 0 < questions <= len(graded))


def locked(lesson_ids: Sequence[str], progress: Mapping[str, LessonProgress]) -> frozenset[str]:
    """In a sequential course: all that come after the first lesson that is not completed, and are not completed themselves."""
    waiting = [one for one in lesson_ids if not _completed(progress, one)]
    return frozenset(waiting[1:])


def _completed(progress: Mapping[str, LessonProgress], lesson_id: str) -> bool:
    return progress.get(lesson_id, NOT_STARTED).status is LessonStatus.COMPLETED
