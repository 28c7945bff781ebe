"""Sessions with their transcripts: opening, reading, and what a restart needs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import NotFound
from lms_core.people import Role
from lms_core.plans import COUNTS_AT_MOST, Plan, Quota, Usage, check, month_of
from lms_core.ports import Sessions
from lms_core.sessions import StoredItem, StoredSession
from storage.database import Database
from storage.tables import items, people, sessions, turn_metrics


class SessionStore(Sessions):
    """Reads never cross people: every query that takes a person filters by that person's rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, session_id: str, companion_id: str, person_id: str, door: str, *, limited: bool = False
    ) -> None:
        """Raises NotFound if the companion or the person is gone by now.

        `limited`: raises QuotaReached unless the person's plan allows one more.
        """
        now = datetime.now(UTC)
        row = {
            "id": session_id, "companion_id": companion_id, "person_id": person_id, "door": door,
            "started_at": now, "snapshot": {},
        }  # fmt: skip
        try:
            async with self._database.write() as connection:
                if limited:
                    await _check_plan(connection, person_id, now)
                await connection.execute(insert(sessions).values(row))
        except IntegrityError as error:
            raise NotFound("The companion or the account is no longer there.") from error

    async def discard(self, session_id: str) -> None:
        """Forget a session that never started; it no longer counts against the plan."""
        async with self._database.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id == session_id))

    async def usage(self, person_id: str) -> Usage:
        """This month's, and now. Raises NotFound if the person is gone."""
        async with self._database.read() as connection:
            person = (
                await connection.execute(select(people.c.plan, people.c.role).where(people.c.id == person_id))
            ).one_or_none()
            if person is None:
                raise NotFound("The account is no longer there.")
            begun, active = await _used(connection, person_id, datetime.now(UTC))
        return Usage(Plan(person.plan), person.role == Role.ADMIN, begun, active)

    async def find(self, session_id: str, person_id: str | None) -> StoredSession | None:
        """`person_id` None sees everybody's (admins)."""
        query = select(sessions).where(sessions.c.id == session_id)
        if person_id is not None:
            query = query.where(sessions.c.person_id == person_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else StoredSession(**row._mapping)

    async def items(self, session_id: str) -> tuple[StoredItem, ...]:
        """In order of the conversation."""
        query = select(items).where(items.c.session_id == session_id).order_by(items.c.position, items.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
        return tuple(_item(row) for row in rows)

    async def metrics(self, session_id: str) -> Sequence[dict[str, Any]]:
        query = (
            select(turn_metrics).where(turn_metrics.c.session_id == session_id).order_by(turn_metrics.c.turn)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
        return [{key: value for key, value in row._mapping.items() if key != "session_id"} for row in rows]

    async def recent(
        self, person_id: str, *, companion_id: str | None = None, page: int = 1, limit: int = 20
    ) -> tuple[list[StoredSession], int]:
        """A person's sessions, newest first, and how many there are."""
        mine = sessions.c.person_id == person_id
        if companion_id is not None:
            mine &= sessions.c.companion_id == companion_id
        query = select(sessions).where(mine).order_by(sessions.c.started_at.desc(), sessions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(sessions).where(mine))
        return [StoredSession(**row._mapping) for row in rows], total or 0

    async def last_pauses(self, person_id: str) -> dict[str, Any]:
        """The learner's pause profile, as their latest session left it."""
        query = (
            select(sessions.c.snapshot)
            .where(sessions.c.person_id == person_id)
            .order_by(sessions.c.started_at.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            snapshot = await connection.scalar(query)
        return dict((snapshot or {}).get("pauses") or {})

    async def close_stale(self, before: datetime) -> int:
        """Mark sessions that began before `before` and never ended; returns how many."""
        stale = sessions.c.ended_at.is_(None) & (sessions.c.started_at < before)
        async with self._database.write() as connection:
            done = await connection.execute(
                update(sessions).where(stale).values(ended_at=datetime.now(UTC), ended_reason="abandoned")
            )
        return int(done.rowcount)


async def _check_plan(connection: AsyncConnection, person_id: str, now: datetime) -> None:
    """Raises QuotaReached. The person's row stays locked until the commit, so that two cannot take the last place."""
    plan = await connection.scalar(select(people.c.plan).where(people.c.id == person_id).with_for_update())
    if plan is None:
        raise NotFound("The account is no longer there.")
    begun, active = await _used(connection, person_id, now)
    check(Plan(plan), Quota.CONVERSATIONS, begun)
    check(Plan(plan), Quota.CONCURRENT_SESSIONS, active)


async def _used(connection: AsyncConnection, person_id: str, now: datetime) -> tuple[int, int]:
    """Conversations begun this month, and sessions that have not ended."""
    mine = select(func.count()).select_from(sessions).where(sessions.c.person_id == person_id)
    begun = await connection.scalar(mine.where(sessions.c.started_at >= month_of(now)))
    recent = sessions.c.ended_at.is_(None) & (sessions.c.started_at > now - COUNTS_AT_MOST)
    return begun or 0, await connection.scalar(mine.where(recent)) or 0


def _item(row: Row[Any]) -> StoredItem:
    values = {key: value for key, value in row._mapping.items() if key not in ("session_id", "created_at")}
    return StoredItem(**{**values, "content": tuple(values["content"])})
