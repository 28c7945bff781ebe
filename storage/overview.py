"""Sums for admins."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.overview import Belongings, School, Taken
from lms_core.people import Role
from lms_core.plans import LEASE, month_name, month_of
from storage.database import Database
from storage.tables import (
    companions,
    courses,
    enrollments,
    people,
    session_leases,
    sessions,
    voice_minutes,
)

_LATELY = timedelta(days=30)
_MOST_TAKEN = 50


class OverviewStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def school(self, now: datetime) -> School:
        """Talks and minutes are those of the calendar month (UTC)."""
        begun = sessions.c.started_at
        alive = sessions.c.ended_at.is_(None) & (session_leases.c.alive_at > now - LEASE)
        seconds = func.coalesce(func.sum(voice_minutes.c.seconds), 0)
        roles = select(people.c.role, func.count()).where(people.c.deactivated_at.is_(None))
        async with self._database.read() as connection:
            by_role = {row.role: row[1] for row in await connection.execute(roles.group_by(people.c.role))}
            return School(
                people={role: by_role.get(role.value, 0) for role in Role},
                active=await _number(
                    connection,
                    select(func.count(sessions.c.person_id.distinct())).where(begun > now - _LATELY),
                ),
                running=await _number(
                    connection,
                    select(func.count()).select_from(sessions.join(session_leases)).where(alive),
                ),
                minutes=await _number(
                    connection, select(seconds).where(voice_minutes.c.month == month_name(now))
                )
                // 60,
                talks=await _number(connection, select(func.count()).where(begun >= month_of(now))),
                companions=await _number(connection, select(func.count()).select_from(companions)),
                courses=await _number(connection, select(func.count()).select_from(courses)),
            )

    async def of_person(self, person_id: str) -> Belongings:
        taken = select(
            courses.c.slug, courses.c.title, enrollments.c.last_accessed_at, enrollments.c.completed_at
        ).select_from(enrollments.join(courses))
        latest = taken.where(enrollments.c.person_id == person_id).order_by(
            enrollments.c.last_accessed_at.desc()
        )
        async with self._database.read() as connection:
            talks, made, written = [
                await _number(connection, select(func.count()).where(owner == person_id))
                for owner in (sessions.c.person_id, companions.c.author_id, courses.c.author_id)
            ]
            rows = await connection.execute(latest.limit(_MOST_TAKEN))
            return Belongings(talks, made, written, tuple(Taken(*row) for row in rows))


async def _number(connection: AsyncConnection, query: Select[int]) -> int:
    return await connection.scalar(query) or 0
