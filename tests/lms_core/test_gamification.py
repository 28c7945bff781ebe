"""Levels, streaks of travellers, achievements as data."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.gamification.achievements import ACHIEVEMENTS, Measure, earned, progress
from lms_core.gamification.streaks import Streak, after, days_at
from lms_core.gamification.xp import Period, first_name, level_of, period_key, xp_for

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
BERLIN, HONOLULU, AUCKLAND = (
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("Pacific/Honolulu"),
    ZoneInfo("Pacific/Auckland"),
)


@given(st.integers(0, 10_000_000))
def test_a_level_is_what_its_xp_say(xp: int) -> None:
    level = level_of(xp)
    assert xp_for(level.number) <= xp < xp_for(level.number + 1)
    assert 0 <= level.into < level.span and xp_for(level.number) + level.into == xp


def test_the_first_levels() -> None:
    assert [level_of(xp).number for xp in (0, 99, 100, 299, 300, 600, 1000)] == [1, 1, 2, 2, 3, 4, 5]


def test_weeks_and_months_are_of_utc() -> None:
    new_year = datetime(2027, 1, 1, 0, 30, tzinfo=AUCKLAND)
    assert period_key(Period.WEEK, new_year) == "2026-W53"
    assert period_key(Period.MONTH, new_year) == "2026-12"
    assert period_key(Period.ALL, new_year) == "all"


def test_others_see_the_first_name() -> None:
    assert (first_name("Lena Marie Maier"), first_name("Lena"), first_name(" ")) == ("Lena", "Lena", "?")


# --- streaks -------------------------------------------------------------------------------------


def _days(*moments: datetime) -> int:
    streak = Streak()
    for at in moments:
        streak = after(streak, at)
    return days_at(streak, moments[-1])


def test_a_day_counts_once_and_a_missed_day_ends_the_streak() -> None:
    day = timedelta(days=1)
    assert _days(NOON, NOON + timedelta(hours=3)) == 1
    assert _days(NOON, NOON + day, NOON + 2 * day) == 3
    assert _days(NOON, NOON + day, NOON + 3 * day) == 1
    streak = after(after(Streak(), NOON), NOON + day)
    assert [days_at(streak, NOON + n * day) for n in (1, 2, 3)] == [2, 2, 0]
    assert after(streak, NOON + 9 * day).longest == 2


def test_the_learners_own_midnight_counts() -> None:
    before = datetime(2026, 11, 2, 23, 50, tzinfo=BERLIN)
    assert _days(before, before + timedelta(minutes=20)) == 2
    assert _days(before.astimezone(UTC), (before + timedelta(minutes=20)).astimezone(UTC)) == 1


def test_the_night_when_clocks_change_is_one_night() -> None:
    assert _days(*(datetime(2026, 10, day, 23, 30, tzinfo=BERLIN) for day in (23, 24, 25, 26))) == 4


def test_flying_over_the_date_line_keeps_the_streak() -> None:
    evening = datetime(2026, 11, 2, 23, tzinfo=HONOLULU)
    landed = (evening + timedelta(hours=20)).astimezone(AUCKLAND)
    assert (landed.date() - evening.date()).days == 2
    assert _days(evening, landed) == 2
    back = datetime(2026, 11, 2, 9, tzinfo=AUCKLAND)
    there = (back + timedelta(hours=26)).astimezone(HONOLULU)
    assert days_at(after(after(Streak(), back), there), there + timedelta(hours=20)) >= 1


def test_a_day_that_only_one_clock_saw_does_not_break_the_streak() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    west = (noon + timedelta(hours=13)).astimezone(timezone(timedelta(hours=-12)))
    assert _days(noon, west, noon + timedelta(hours=36)) == 2


_ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.lists(st.tuples(st.integers(0, 48 * 60), _ZONES), min_size=1, max_size=30))
def test_nobody_gains_days_by_changing_the_zone(steps: list[tuple[int, timezone]]) -> None:
    at, streak = NOON, Streak()
    for minutes, zone in steps:
        at += timedelta(minutes=minutes)
        streak = after(streak, at.astimezone(zone))
        assert 1 <= streak.days <= streak.longest <= (at - NOON) / timedelta(days=1) + 2


@given(st.lists(st.tuples(st.integers(1, 23 * 60), _ZONES), min_size=1, max_size=30))
def test_whoever_learns_within_every_23_hours_keeps_the_streak_wherever_they_are(
    steps: list[tuple[int, timezone]],
) -> None:
    at, streak = NOON, after(Streak(), NOON)
    for minutes, zone in steps:
        at += timedelta(minutes=minutes)
        before, streak = streak.days, after(streak, at.astimezone(zone))
        assert streak.days >= before


# --- achievements --------------------------------------------------------------------------------


def test_achievements_are_earned_when_all_their_measures_are_reached() -> None:
    names = {one.id for one in earned({Measure.SESSIONS: 5, Measure.LESSONS: 5, Measure.QUIZZES: 4})}
    assert {"first-words", "first-lesson", "quiz-taker"} <= names and "all-rounder" not in names
    assert "all-rounder" in {one.id for one in earned(dict.fromkeys(Measure, 5))}
    assert earned({}) == ()


@pytest.mark.parametrize("one", ACHIEVEMENTS, ids=lambda one: one.id)
def test_every_achievement_can_be_earned_and_nothing_less_earns_it(one: object) -> None:
    achievement = next(other for other in ACHIEVEMENTS if other is one)
    enough = dict(achievement.requires)
    assert progress(achievement, enough) == 1.0
    for measure in enough:
        assert progress(achievement, enough | {measure: enough[measure] - 1}) < 1.0


def test_ids_are_unique_and_fit_their_column() -> None:
    assert len({one.id for one in ACHIEVEMENTS}) == len(ACHIEVEMENTS)
    assert max(len(one.id) for one in ACHIEVEMENTS) <= 40
