"""What learners see of their rewards, and of each other's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import Conflict, NotFound
from lms_core.gamification.achievements import ACHIEVEMENTS, BY_ID, Achievement, progress
from lms_core.gamification.streaks import Streak, days_at
from lms_core.gamification.xp import Level, Period, Reason, first_name, level_of, period_key
from lms_core.people import Principal, Role
from storage.database import Database
from storage.preferences import preferences_of
from storage.rewards import locked_streak, measures, reward, streak_of, total_xp
from storage.tables import (
    courses,
    earned_achievements,
    enrollments,
    people,
    preferences,
    streaks,
    xp_entries,
    xp_sums,
)


@dataclass(frozen=True, slots=True)
class Standing:
    xp: int
    level: Level
    streak_days: int
    longest_streak: int


@dataclass(frozen=True, slots=True)
class AchievementState:
    achievement: Achievement
    progress: float
    earned_at: datetime | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    reason: Reason
    source: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """`name` is the first name; those with equal XP share a rank."""

    rank: int
    name: str
    xp: int
    is_me: bool


class GamificationStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, person_id: str) -> Standing:
        def read(connection: Connection) -> Standing:
            xp = total_xp(connection, person_id)
            streak = _streak(connection, person_id)
            now = datetime.now(UTC).astimezone(preferences_of(connection, person_id).zone)
            return Standing(xp, level_of(xp), days_at(streak, now), streak.longest)

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def ledger(self, person_id: str, *, page: int, limit: int) -> tuple[list[Entry], int]:
        """What one was given XP for, the newest first."""
        mine = xp_entries.c.person_id == person_id
        query = select(xp_entries).where(mine).order_by(xp_entries.c.at.desc(), xp_entries.c.source)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(xp_entries).where(mine))
        return [Entry(Reason(row.reason), row.source, row.amount, row.at) for row in rows], total or 0

    async def achievements(self, person_id: str) -> list[AchievementState]:
        """All there are, with how far the learner is."""

        def read(connection: Connection) -> list[AchievementState]:
            known = measures(connection, person_id, _streak(connection, person_id))
            mine = select(earned_achievements).where(earned_achievements.c.person_id == person_id)
            rows = {row.achievement_id: row for row in connection.execute(mine)}
            return [_state(one, progress(one, known), rows.get(one.id)) for one in ACHIEVEMENTS]

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def claim(self, person_id: str, achievement_id: str) -> AchievementState:
        """The points of an earned achievement, once. Raises NotFound, Conflict if not earned or claimed already."""
        achievement = BY_ID.get(achievement_id)
        if achievement is None:
            raise NotFound(
                f"There is no achievement '{achievement_id}'; GET /api/v1/achievements lists them."
            )
        now = datetime.now(UTC)

        def write(connection: Connection) -> AchievementState:
            locked_streak(connection, person_id)
            this = (earned_achievements.c.person_id == person_id) & (
                earned_achievements.c.achievement_id == achievement_id
            )
            row = connection.execute(select(earned_achievements).where(this)).one_or_none()
            if row is None:
                raise Conflict(f"Not earned yet: {achievement.description}")
            if row.claimed_at is not None:
                raise Conflict("You have its points already.", reason="points_taken")
            connection.execute(update(earned_achievements).where(this).values(claimed_at=now))
            reward(connection, person_id, Reason.ACHIEVEMENT, achievement_id, now, amount=achievement.points)
            return AchievementState(achievement, 1.0, row.earned_at, now)

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def leaderboard(
        self, viewer: Principal, period: Period, *, course_id: str | None, page: int, limit: int
    ) -> tuple[list[Ranked], int]:
        """Those with most XP first; who left the leaderboard is not on it.

        Raises NotFound for a course that the viewer neither takes nor teaches.
        """
        shown = _shown(course_id or "", period_key(period, datetime.now(UTC)))
        listed = xp_sums.join(people).outerjoin(preferences, preferences.c.person_id == xp_sums.c.person_id)
        query = (
            select(xp_sums.c.person_id, xp_sums.c.xp, people.c.name)
            .select_from(listed)
            .where(shown)
            .order_by(xp_sums.c.xp.desc(), xp_sums.c.person_id)
        )
        async with self._database.read() as connection:
            if course_id is not None:
                await _check_course(connection, viewer, course_id)
            rows = (await connection.execute(query.limit(limit).offset((page - 1) * limit))).all()
            count = select(func.count()).select_from(listed)
            total = await connection.scalar(count.where(shown)) or 0
            ahead = 0
            if rows:
                ahead = await connection.scalar(count.where(shown, xp_sums.c.xp > rows[0].xp)) or 0
        return _ranked(
            [(row.person_id, row.xp, row.name) for row in rows], ahead, page, limit, viewer.person_id
        ), total


def _streak(connection: Connection, person_id: str) -> Streak:
    row = connection.execute(select(streaks).where(streaks.c.person_id == person_id)).one_or_none()
    return Streak() if row is None else streak_of(row)


def _state(achievement: Achievement, share: float, row: Row[Any] | None) -> AchievementState:
    """What was earned stays so, whatever is required today."""
    if row is None:
        return AchievementState(achievement, share)
    return AchievementState(achievement, 1.0, row.earned_at, row.claimed_at)


async def _check_course(connection: AsyncConnection, viewer: Principal, course_id: str) -> None:
    takes = exists().where(enrollments.c.course_id == course_id, enrollments.c.person_id == viewer.person_id)
    mine = or_(takes, courses.c.author_id == viewer.person_id)
    this = courses.c.id == course_id
    if viewer.role is not Role.ADMIN:
        this &= mine
    if await connection.scalar(select(courses.c.id).where(this)) is None:
        raise NotFound(f"There is no course '{course_id}', or you are not in it.")


def _shown(scope: str, key: str) -> ColumnElement[bool]:
    there = or_(preferences.c.on_leaderboard.is_(None), preferences.c.on_leaderboard)
    return and_(xp_sums.c.scope == scope, xp_sums.c.period == key, there)


def _ranked(
    rows: Sequence[tuple[str, int, str]], ahead: int, page: int, limit: int, viewer_id: str
) -> list[Ranked]:
    """`ahead` have more XP than the first of the rows."""
    found: list[Ranked] = []
    for place, (person_id, xp, name) in enumerate(rows):
        tied = bool(found) and found[-1].xp == xp
        rank = found[-1].rank if tied else ahead + 1 if not place else (page - 1) * limit + place + 1
        found.append(Ranked(rank, first_name(name), xp, person_id == viewer_id))
    return found
