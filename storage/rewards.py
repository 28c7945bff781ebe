"""Rewards as part of the transaction of what they are given for.

The learner's streak row is the lock: whatever may reward takes it before any other row of that learner, so that what
happens at once in several places is counted one by one, and none waits for the other in a circle.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_core.gamification.achievements import Achievement, Measure, earned
from lms_core.gamification.streaks import Streak, after, moment, offset_minutes
from lms_core.gamification.xp import XP, Period, Reason, level_of, period_key
from storage.tables import earned_achievements, preferences, streaks, xp_entries, xp_sums


@dataclass(frozen=True, slots=True)
class Reward:
    """What a learner gained: `xp`, and what they earned by it."""

    xp: int = 0
    achievements: tuple[Achievement, ...] = ()


def reward(
    connection: Connection,
    person_id: str,
    reason: Reason,
    source: str,
    at: datetime,
    *,
    course_id: str | None = None,
    amount: int | None = None,
) -> Reward:
    """Give XP once for a reason and source; a second time gives nothing. The person must be there."""
    streak = locked_streak(connection, person_id)
    amount = XP[reason] if amount is None else amount
    entry = {"person_id": person_id, "reason": reason.value, "source": source, "amount": amount, "at": at}
    if not insert_new(connection, xp_entries, entry):
        return Reward()
    for scope in ("", course_id) if course_id else ("",):
        for period in Period:
            _add(connection, person_id, scope, period_key(period, at), amount)
    if reason is not Reason.ACHIEVEMENT:  # clicking on a badge is no learning
        streak = _count_day(connection, person_id, streak, at)
    fresh = tuple(
        one
        for one in earned(measures(connection, person_id, streak))
        if insert_new(
            connection, earned_achievements,
            {"person_id": person_id, "achievement_id": one.id, "earned_at": at},
        )
    )  # fmt: skip
    return Reward(amount, fresh)


def locked_streak(connection: Connection, person_id: str) -> Streak:
    """The learner's, whose rewards nobody else changes until the commit."""
    insert_new(connection, streaks, {"person_id": person_id, "days": 0, "longest": 0, "offset_minutes": 0})
    row = connection.execute(select(streaks).where(streaks.c.person_id == person_id).with_for_update()).one()
    return streak_of(row)


def streak_of(row: Any) -> Streak:
    counted_at = None if row.counted_at is None else moment(row.counted_at, row.offset_minutes)
    return Streak(row.days, row.longest, counted_at)


def measures(connection: Connection, person_id: str, streak: Streak) -> dict[Measure, int]:
    """What the requirements of achievements count."""
    rows = connection.execute(
        select(xp_entries.c.reason, func.count(), func.sum(xp_entries.c.amount))
        .where(xp_entries.c.person_id == person_id)
        .group_by(xp_entries.c.reason)
    ).all()
    counts = Counter({reason: count for reason, count, _ in rows})
    xp = sum(amount for _, _, amount in rows)
    found = {measure: counts[measure.value] for measure in Measure}
    return found | {Measure.STREAK: streak.longest, Measure.LEVEL: level_of(xp).number}


def time_zone(connection: Connection, person_id: str) -> ZoneInfo:
    """The learner's own, UTC until they set one."""
    query = select(preferences.c.time_zone).where(preferences.c.person_id == person_id)
    return ZoneInfo(connection.scalar(query) or "UTC")


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """False if a row with this key is there already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return bool(connection.execute(insert(table).values(row).on_conflict_do_nothing()).rowcount)


def _add(connection: Connection, person_id: str, scope: str, period: str, amount: int) -> None:
    row = {"person_id": person_id, "scope": scope, "period": period, "xp": amount}
    if not insert_new(connection, xp_sums, row):
        this = (xp_sums.c.person_id == person_id) & (xp_sums.c.scope == scope) & (xp_sums.c.period == period)
        connection.execute(update(xp_sums).where(this).values(xp=xp_sums.c.xp + amount))


def _count_day(connection: Connection, person_id: str, streak: Streak, at: datetime) -> Streak:
    local = at.astimezone(time_zone(connection, person_id))
    counted = after(streak, local)
    if counted is not streak:
        values = {
            "days": counted.days, "longest": counted.longest, "counted_at": counted.counted_at,
            "offset_minutes": offset_minutes(local),
        }  # fmt: skip
        connection.execute(update(streaks).where(streaks.c.person_id == person_id).values(values))
    return counted
