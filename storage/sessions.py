"""Sessions with their transcripts: opening, reading, and what a restart needs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import NotFound
from lms_core.plans import Quota
from lms_core.ports import Sessions
from lms_core.sessions import OpenSession, StoredItem, StoredSession
from storage.database import Database
from storage.plans import check_quotas
from storage.session_end import ended, ending
from storage.tables import companions, items, people, session_leases, sessions, turn_metrics

_COLUMNS = tuple(StoredSession.__dataclass_fields__)
_STALE = 100  # ended in one transaction


class SessionStore(Sessions):
    """Reads never cross people: every query that takes a person filters by that person's rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any_yet(self) -> bool:
        """Whether anybody has ever talked here."""
        async with self._database.read() as connection:
            return await connection.scalar(select(sessions.c.id).limit(1)) is not None

    async def open(
        self,
        session_id: str,
        companion_id: str,
        person_id: str,
        door: str,
        *,
        lesson_id: str | None = None,
        limited: bool = False,
    ) -> None:
        """Raises NotFound if the companion, the lesson or the person is gone by now.

        `limited`: raises QuotaReached unless the person's plan allows one more.
        """
        row = {
            "id": session_id, "companion_id": companion_id, "person_id": person_id, "door": door,
            "started_at": datetime.now(UTC), "snapshot": {}, "lesson_id": lesson_id,
        }  # fmt: skip
        try:
            async with self._database.write() as connection:
                if limited:
                    await check_quotas(
                        connection,
                        person_id,
                        Quota.CONVERSATIONS,
                        Quota.VOICE_MINUTES,
                        Quota.CONCURRENT_SESSIONS,
                    )
                await connection.execute(insert(sessions).values(row))
                await self._hold(connection, session_id)
        except IntegrityError as error:
            raise NotFound("The companion, its lesson or the account is no longer there.") from error

    async def reopen(self, session_id: str, person_id: str, *, limited: bool = False) -> None:
        """Its own lease, which may still run, is not counted twice."""
        async with self._database.write() as connection:
            await connection.execute(delete(session_leases).where(session_leases.c.session_id == session_id))
            if limited:
                await check_quotas(connection, person_id, Quota.VOICE_MINUTES, Quota.CONCURRENT_SESSIONS)
            await self._hold(connection, session_id)

    async def _hold(self, connection: AsyncConnection, session_id: str) -> None:
        lease = {"session_id": session_id, "alive_at": datetime.now(UTC)}
        await connection.execute(insert(session_leases).values(lease))

    async def discard(self, session_id: str) -> None:
        """Forget a session that never started; it no longer counts against the plan."""
        async with self._database.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id == session_id))

    async def still_open(self, person_id: str) -> list[OpenSession]:
        """What this person has not ended."""
        held = func.coalesce(session_leases.c.alive_at, sessions.c.started_at)
        mine = (sessions.c.person_id == person_id) & sessions.c.ended_at.is_(None)
        query = select(sessions.c.id, held).select_from(sessions.outerjoin(session_leases)).where(mine)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
        return [OpenSession(*row) for row in rows]

    async def end(self, session_id: str, reason: str) -> None:
        """End a session that no client has; one that has ended stays as it is."""
        now = datetime.now(UTC)
        await self._database.transact(lambda connection: _end(connection, {session_id: now}, reason))

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

    async def taught(
        self, author_id: str, *, companion_id: str | None = None, page: int = 1, limit: int = 20
    ) -> tuple[list[tuple[StoredSession, str]], int]:
        """Others' sessions with companions of this author, newest first, each with its learner's name."""
        those = (companions.c.author_id == author_id) & (sessions.c.person_id != author_id)
        if companion_id is not None:
            those &= companions.c.id == companion_id
        joined = sessions.join(companions).join(people, people.c.id == sessions.c.person_id)
        query = select(sessions, people.c.name.label("learner")).select_from(joined).where(those)
        newest = query.order_by(sessions.c.started_at.desc(), sessions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(newest.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(joined).where(those))
        return [
            (StoredSession(**{name: row._mapping[name] for name in _COLUMNS}), row.learner) for row in rows
        ], total or 0

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
        """End the oldest of the sessions that began before `before` and never ended, as their server died and nobody
        came back; what follows from an end follows. Returns how many it were."""
        async with self._database.write() as connection:
            return await connection.run_sync(_close_stale, before)


def _close_stale(connection: Connection, before: datetime) -> int:
    """Each ends when its last word was said."""
    said = select(func.max(items.c.created_at)).where(items.c.session_id == sessions.c.id).scalar_subquery()
    stale = connection.execute(
        select(sessions.c.id, func.coalesce(said, sessions.c.started_at).label("at"))
        .where(sessions.c.ended_at.is_(None), sessions.c.started_at < before)
        .order_by(sessions.c.started_at).limit(_STALE)
    )  # fmt: skip
    left = {row.id: row.at for row in stale}
    _end(connection, left, "abandoned")
    return len(left)


def _end(connection: Connection, when: Mapping[str, datetime], reason: str) -> None:
    """Those of the sessions that have not ended, each at its moment, with what follows."""
    for session in ending(connection, list(when)):
        this, at = sessions.c.id == session.id, when[session.id]
        connection.execute(update(sessions).where(this).values(ended_at=at, ended_reason=reason))
        snapshot = connection.scalar(select(sessions.c.snapshot).where(this))
        ended(connection, session, snapshot or {}, at)


def _item(row: Row[Any]) -> StoredItem:
    values = {key: value for key, value in row._mapping.items() if key not in ("session_id", "created_at")}
    return StoredItem(**{**values, "content": tuple(values["content"])})
