"""Time limits, attempts, percents; what minds note of spoken answers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.quizzes import (
    GRACE,
    Attempt,
    Quiz,
    check_may_start,
    check_open,
    deadline,
    is_open,
    submitted_at,
    tally,
)
from lms_core.assessment.spoken_quiz import spoken_answers, with_answer
from lms_core.errors import Conflict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIMED = Quiz("q", "Q", time_limit_seconds=60, max_attempts=2)
ATTEMPT = Attempt("a", "q", "p", 1, NOW)


def test_a_timed_attempt_takes_answers_until_its_deadline_and_a_moment_more() -> None:
    assert deadline(TIMED, ATTEMPT) == NOW + timedelta(seconds=60)
    for seconds, open_still in ((0, True), (60, True), (60 + GRACE.seconds, True), (66, False)):
        assert is_open(TIMED, ATTEMPT, NOW + timedelta(seconds=seconds)) is open_still
    with pytest.raises(Conflict, match="time is up"):
        check_open(TIMED, ATTEMPT, NOW + timedelta(seconds=66))
    assert submitted_at(TIMED, ATTEMPT, NOW + timedelta(hours=9)) == NOW + timedelta(seconds=60)
    assert is_open(Quiz("q", "Q"), ATTEMPT, NOW + timedelta(days=900))


def test_a_submitted_attempt_takes_nothing_more() -> None:
    done = Attempt("a", "q", "p", 1, NOW, submitted_at=NOW)
    with pytest.raises(Conflict, match="submitted"):
        check_open(TIMED, done, NOW)


def test_attempts_are_limited() -> None:
    check_may_start(TIMED, 1)
    with pytest.raises(Conflict):
        check_may_start(TIMED, 2)
    check_may_start(Quiz("q", "Q"), 10_000)


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 1)), max_size=20))
def test_a_hundred_percent_is_everything_right_and_nothing_else(worth: list[tuple[int, float]]) -> None:
    assert 0 <= tally(worth).percent <= 100
    assert (tally(worth).percent == 100) is (bool(worth) and all(score == 1 for _, score in worth))


def test_points_weigh() -> None:
    assert tally([(3, 1.0), (1, 0.0)]).percent == 75 and tally([(1, 0.5), (1, 1.0)]).percent == 75


def test_the_first_thing_said_to_an_item_is_kept() -> None:
    memory = with_answer(with_answer({"other": 1}, "item_1", "seven"), "item_1", "eight")
    assert spoken_answers(memory) == {"item_1": "seven"} and memory["other"] == 1
    assert with_answer(memory, "", "made from the text") == memory


@pytest.mark.parametrize(
    "broken", [{}, {"quiz_answers": 5}, {"quiz_answers": {"a": 5}}, {"quiz_answers": []}]
)
def test_memory_of_another_version_is_ignored(broken: dict[str, object]) -> None:
    assert spoken_answers(broken) == {}


def test_a_tally_says_what_was_right_what_partly_and_for_how_many_points() -> None:
    result = tally([(1, 1.0), (2, 0.5), (1, 0.0)])
    assert (result.right, result.partly, result.all, result.earned, result.points) == (1, 1, 3, 2.0, 4)
    assert result.weighed and not tally([(2, 1.0), (2, 0.0)]).weighed
