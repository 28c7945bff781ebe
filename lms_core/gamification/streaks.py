"""Daily streaks, by the learner's own clock.

Two activities are compared by the clock of the earlier one's place and by that of the later one's, and the smaller
number of days counts. So a traveller's streak survives a skipped date, and nobody gains a day by changing the zone.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Streak:
    """`days` in a row up to `counted_at`: the activity that last added a day, or the last one that was a new day by one
    clock only; `longest` of all time."""

    days: int = 0
    longest: int = 0
    counted_at: datetime | None = None


def after(streak: Streak, at: datetime) -> Streak:
    """`at` is an activity, in the learner's own time zone."""
    apart = _days_apart(streak, at)
    if apart and min(apart) <= 0:
        return streak if max(apart) <= 0 else replace(streak, counted_at=at)
    days = streak.days + 1 if apart and min(apart) == 1 else 1
    return replace(streak, days=days, longest=max(streak.longest, days), counted_at=at)


def days_at(streak: Streak, now: datetime) -> int:
    """How long the streak is: 0 once a whole day went by without activity; `now` in the learner's time zone."""
    apart = _days_apart(streak, now)
    return streak.days if apart and min(apart) <= 1 else 0


def moment(at: datetime, offset_minutes: int) -> datetime:
    """`at` by a clock that far east of UTC, as a stored streak remembers it."""
    return at.astimezone(timezone(timedelta(minutes=offset_minutes)))


def offset_minutes(at: datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _days_apart(streak: Streak, at: datetime) -> tuple[int, ...]:
    """By either clock; empty if nothing was counted yet."""
    before = streak.counted_at
    if before is None:
        return ()
    clocks = (before.tzinfo, at.tzinfo)
    return tuple((at.astimezone(clock).date() - before.astimezone(clock).date()).days for clock in clocks)
