"""Rewards as part of the transaction of what they are given for.

The learner's streak row is the lock: whatever may reward takes it before any other row of that learner, so that what
happens at once in several places is counted one by one, and none waits for the other in a circle.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_core.gamification.achievements import Achievement, Measure, earned
from lms_core.gamification.streaks import Streak, after, moment, offset_minutes
from lms_core.gamification.xp import XP, Period, Reason, level_of, period_key
from lms_core.notifications import Notification, NotificationKind, Urgency, remind_at
from storage.notifications import notify, withdraw
from storage.outbox import publish
from storage.preferences import preferences_of
from storage.tables import earned_achievements, streaks, xp_entries, xp_sums

_WORTH_REMINDING = 2
"""Days of a streak."""


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
    before = total_xp(connection, person_id)
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
    gained = Reward(amount, fresh)
    _tell(connection, person_id, before, gained, at)
    return gained


def total_xp(connection: Connection, person_id: str) -> int:
    mine = (xp_sums.c.person_id == person_id) & (xp_sums.c.scope == "") & (xp_sums.c.period == "all")
    return connection.scalar(select(xp_sums.c.xp).where(mine)) or 0


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
    local = at.astimezone(preferences_of(connection, person_id).zone)
    counted = after(streak, local)
    if counted is not streak:
        _remind(connection, person_id, counted, local)
        values = {
            "days": counted.days, "longest": counted.longest, "counted_at": counted.counted_at,
            "offset_minutes": offset_minutes(local),
        }  # fmt: skip
        connection.execute(update(streaks).where(streaks.c.person_id == person_id).values(values))
    return counted


def _remind(connection: Connection, person_id: str, streak: Streak, local: datetime) -> None:
    """Tomorrow evening, unless they learn before; the reminder for today is not needed any more."""
    withdraw(connection, person_id, NotificationKind.REMINDER, local)
    if streak.days >= _WORTH_REMINDING:
        reminder = Notification(
            person_id, NotificationKind.REMINDER, "Keep your streak",
            f"You learned on {streak.days} days in a row. A few minutes today keep it going.", remind_at(local),
            data={"days": streak.days},
        )  # fmt: skip
        notify(connection, reminder, now=local)


def _tell(connection: Connection, person_id: str, before: int, gained: Reward, at: datetime) -> None:
    """What they earned, and the level that they reached."""
    publish(connection, person_id, "xp.changed", {"xp": before + gained.xp})
    for one in gained.achievements:
        earned_it = Notification(
            person_id, NotificationKind.ACHIEVEMENT, f"{one.badge} {one.title}", f"You earned this: {one.description}", at,
            data={"achievement_id": one.id},
        )  # fmt: skip
        notify(connection, earned_it, now=at)
        publish(connection, person_id, "achievement.earned", {"id": one.id})
    level = level_of(before + gained.xp).number
    if level > level_of(before).number:
        reached = Notification(
            person_id, NotificationKind.MILESTONE, f"Level {level}", f"You have reached level {level}.", at,
            urgency=Urgency.LOW, data={"level": level},
        )  # fmt: skip
        notify(connection, reached, now=at)
