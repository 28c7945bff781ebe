"""Progress, enrollment, order and slugs as rules without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.courses import Course
from lms_core.enrollment import check_may_enroll, check_prerequisites
from lms_core.errors import Conflict, InvalidInput, NotPermitted
from lms_core.ordering import check_same
from lms_core.progress import (
    MOST_SECONDS,
    NOT_STARTED,
    CourseProgress,
    LessonProgress,
    LessonStatus,
    Step,
    after,
    locked,
    next_lesson,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DONE = LessonProgress(LessonStatus.COMPLETED, completed_at=NOW)
steps = st.builds(
    Step,
    at=st.integers(0, 10_000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    seconds=st.integers(-10, 2 * MOST_SECONDS),
    score=st.none() | st.integers(0, 100),
    completed=st.booleans(),
)


@given(st.lists(steps, min_size=1))
def test_progress_only_grows(taken: list[Step]) -> None:
    progress = NOT_STARTED
    for step in taken:
        before, progress = progress, after(progress, step)
        assert progress.status is not LessonStatus.NOT_STARTED
        assert before.completed_at in (None, progress.completed_at)
        assert before.time_spent <= progress.time_spent <= before.time_spent + MOST_SECONDS
        assert (progress.score or 0) >= (before.score or 0)
    scores = [step.score for step in taken if step.score is not None]
    assert (progress.attempts, progress.score) == (len(scores), max(scores, default=None))
    assert (progress.status is LessonStatus.COMPLETED) == any(step.completed for step in taken)


def test_a_course_is_complete_with_its_last_lesson_and_shows_100_percent_only_then() -> None:
    assert CourseProgress(3, 1).percent == 33 and CourseProgress(200, 199).percent == 99
    assert CourseProgress(2, 2).is_complete and CourseProgress(2, 2).percent == 100
    assert not CourseProgress().is_complete and CourseProgress().percent == 0


def test_the_next_lesson_is_the_first_unfinished_one_and_locks_those_behind_it() -> None:
    lessons = ["a", "b", "c"]
    assert next_lesson(lessons, {}) == "a" and locked(lessons, {}) == {"b", "c"}
    assert not locked(lessons, {"a": DONE, "c": DONE})  # what was completed stays open
    assert next_lesson(lessons, {"a": DONE, "c": DONE}) == "b" and locked(lessons, {"a": DONE}) == {"c"}
    assert next_lesson(lessons, dict.fromkeys(lessons, DONE)) is None
    assert not locked(lessons, dict.fromkeys(lessons, DONE))


def test_only_who_completed_the_prerequisites_of_an_open_course_enrolls() -> None:
    course = Course("c", "c", "C", NOW, NOW, prerequisites=("a", "b"))
    check_may_enroll(course, {"a", "b"})
    with pytest.raises(Conflict) as refused:
        check_may_enroll(course, {"a"})
    assert refused.value.details["missing"] == ["b"]
    with pytest.raises(NotPermitted):
        check_may_enroll(Course("c", "c", "C", NOW, NOW, open_enrollment=False), ())


def test_a_course_never_comes_before_itself() -> None:
    check_prerequisites("c", ["a"], {"a": ["b"], "b": []})
    with pytest.raises(InvalidInput):
        check_prerequisites("c", ["c"], {})
    with pytest.raises(InvalidInput):
        check_prerequisites("c", ["a"], {"a": ["b"], "b": ["a", "c"]})


def test_a_new_order_has_the_same_modules_and_lessons() -> None:
    present = {"m": ["1", "2"], "n": ["3"]}
    check_same(present, {"n": ["2", "3", "1"], "m": []})
    for wrong in ({"m": ["1", "2", "3"]}, {"m": ["1"], "n": ["3"]}, {"m": ["1", "2", "2"], "n": ["3"]}):
        with pytest.raises(InvalidInput):
            check_same(present, wrong)
