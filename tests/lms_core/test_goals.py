"""Goals move, end and are taken up again; completed lessons come back at growing gaps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.errors import Conflict
from lms_core.goals import MOST_ACTIVE, Goal, GoalStatus, check_room, moved, set_status
from lms_core.progress import NOT_STARTED, LessonProgress, Step, after

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOAL = Goal("goal_1", "Add fractions", NOW)


def test_all_the_way_is_completed_and_less_opens_it_again() -> None:
    done = moved(GOAL, 100, NOW)
    assert (done.status, done.progress, done.ended_at) == (GoalStatus.COMPLETED, 100, NOW)
    again = moved(done, 40, NOW)
    assert (again.status, again.progress, again.ended_at) == (GoalStatus.ACTIVE, 40, None)


def test_an_abandoned_goal_is_taken_up_before_it_moves() -> None:
    given_up = set_status(GOAL, GoalStatus.ABANDONED, NOW)
    assert given_up.ended_at == NOW
    with pytest.raises(Conflict, match="take it up again"):
        moved(given_up, 10, NOW)
    assert moved(set_status(given_up, GoalStatus.ACTIVE, NOW), 10, NOW).progress == 10


@given(st.lists(st.one_of(st.integers(-5, 120), st.sampled_from(GoalStatus))))
def test_a_goal_is_at_100_exactly_when_it_is_completed_and_over_exactly_when_it_ended(
    moves: list[object],
) -> None:
    goal = GOAL
    for move in moves:
        if isinstance(move, GoalStatus):
            goal = set_status(goal, move, NOW)
        elif isinstance(move, int) and goal.status is not GoalStatus.ABANDONED:
            goal = moved(goal, move, NOW)
        assert 0 <= goal.progress <= 100
        assert (goal.progress == 100) == (goal.status is GoalStatus.COMPLETED)
        assert (goal.ended_at is None) == (goal.status is GoalStatus.ACTIVE)


def test_there_are_not_too_many_goals() -> None:
    check_room(MOST_ACTIVE - 1)
    with pytest.raises(Conflict, match="complete or abandon"):
        check_room(MOST_ACTIVE)


def completed(at: datetime = NOW, score: int | None = None) -> LessonProgress:
    return after(NOT_STARTED, Step(at, completed=True, score=score))


def test_a_lesson_comes_back_only_when_it_is_completed() -> None:
    assert after(NOT_STARTED, Step(NOW, seconds=500)).review_at is None
    assert completed().review_at == NOW + timedelta(days=1)


def test_each_time_it_comes_back_later() -> None:
    progress, gaps = completed(), []
    for _ in range(7):
        due = progress.review_at
        assert due is not None
        progress = after(progress, Step(due, seconds=60))
        assert progress.review_at is not None
        gaps.append((progress.review_at - due).days)
    assert gaps == [3, 7, 16, 35, 90, 90, 90]


def test_a_glance_or_a_look_before_its_time_moves_nothing() -> None:
    before = completed()
    assert after(before, Step(NOW + timedelta(hours=3), seconds=600)).review_at == before.review_at
    assert after(before, Step(NOW + timedelta(days=2), seconds=3)).review_at == before.review_at


def test_what_went_badly_begins_anew() -> None:
    progress = completed()
    for _ in range(3):
        assert progress.review_at is not None
        progress = after(progress, Step(progress.review_at, seconds=60))
    assert progress.review_at is not None
    at = progress.review_at
    badly = after(progress, Step(at, score=30))
    assert (badly.reviews, badly.review_at) == (0, at + timedelta(days=1))
    well = after(progress, Step(at, score=90))
    assert (well.reviews, well.review_at) == (4, at + timedelta(days=35))
