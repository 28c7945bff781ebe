"""Who wants to be recorded, and what was recorded. A row is there before its file and goes before it."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.recordings import Recording
from storage.audit import note
from storage.database import Database
from storage.tables import recording_consents, recordings, sessions


class RecordingStore:
    """Reads and deletions never cross people: every query that takes a person filters by that person's rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- consent ----------------------------------------------------------------------------------------------

    async def consented_at(self, person_id: str) -> datetime | None:
        mine = recording_consents.c.person_id == person_id
        async with self._database.read() as connection:
            return await connection.scalar(select(recording_consents.c.given_at).where(mine))

    async def consent(self, person_id: str) -> None:
        """For a person by themself; given twice, the first time counts."""
        row = {"person_id": person_id, "given_at": datetime.now(UTC)}
        statement = self._database.insert(recording_consents).values(row).on_conflict_do_nothing()
        async with self._database.write() as connection:
            if (await connection.execute(statement)).rowcount:
                await note(connection, Act.RECORDING_ALLOWED, whom=person_id)

    async def withdraw(self, person_id: str) -> None:
        mine = recording_consents.c.person_id == person_id
        async with self._database.write() as connection:
            if (await connection.execute(delete(recording_consents).where(mine))).rowcount:
                await note(connection, Act.RECORDING_FORBIDDEN, whom=person_id)

    # --- recordings -------------------------------------------------------------------------------------------

    async def begin(self, session_id: str, begins_ms: int, now: datetime, expires_at: datetime) -> Recording:
        """A new one, or that of the same session which is gone on with. Raises IntegrityError if the session is gone."""
        row = {
            "session_id": session_id, "begins_ms": begins_ms, "duration_ms": 0, "size": 0, "started_at": now,
            "ended_at": None, "expires_at": expires_at,
        }  # fmt: skip
        statement = self._database.insert(recordings).values(row)
        upsert = statement.on_conflict_do_update(index_elements=["session_id"], set_={"ended_at": None})
        async with self._database.write() as connection:
            await connection.execute(upsert)
            this = recordings.c.session_id == session_id
            return Recording(**(await connection.execute(select(recordings).where(this))).one()._mapping)

    async def grown(self, sizes: Iterable[tuple[str, int, int]], ended_at: datetime | None = None) -> None:
        """`sizes`: session, milliseconds, bytes."""
        rows = [{"of": one, "ms": ms, "bytes": size} for one, ms, size in sizes]
        this = recordings.c.session_id == bindparam("of")
        new: dict[str, Any] = {
            "duration_ms": bindparam("ms"),
            "size": bindparam("bytes"),
            "ended_at": ended_at,
        }
        async with self._database.write() as connection:
            await connection.execute(update(recordings).where(this).values(new), rows)

    async def wanted(self, session_ids: Collection[str]) -> set[str]:
        """Those that may go on: they were not deleted, and their learner has not changed their mind."""
        joined = recordings.join(sessions).join(
            recording_consents, recording_consents.c.person_id == sessions.c.person_id
        )
        query = select(recordings.c.session_id).select_from(joined)
        async with self._database.read() as connection:
            return set(await connection.scalars(query.where(recordings.c.session_id.in_(session_ids))))

    async def known(self, session_ids: Collection[str]) -> set[str]:
        """Those that have a row."""
        query = select(recordings.c.session_id).where(recordings.c.session_id.in_(session_ids))
        async with self._database.read() as connection:
            return set(await connection.scalars(query))

    async def find(self, session_id: str, person_id: str | None) -> Recording | None:
        """`person_id` None finds everybody's (admins)."""
        query = select(recordings).where(recordings.c.session_id == session_id)
        if person_id is not None:
            query = query.where(recordings.c.session_id.in_(_of(person_id)))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Recording(**row._mapping)

    async def heard(self, session_id: str) -> None:
        """Somebody else than the learner listens to it: for the audit log."""
        async with self._database.write() as connection:
            whose = select(sessions.c.person_id).where(sessions.c.id == session_id)
            person_id = await connection.scalar(whose)
            await note(connection, Act.RECORDING_HEARD, whom=person_id, session_id=session_id)

    async def count(self, person_id: str) -> int:
        query = (
            select(func.count()).select_from(recordings).where(recordings.c.session_id.in_(_of(person_id)))
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def delete(self, person_id: str, session_id: str | None = None) -> list[str]:
        """A person's recording of one session, or all of theirs; returns of which sessions there were any."""
        those: ColumnElement[bool] = recordings.c.session_id.in_(_of(person_id))
        if session_id is not None:
            those &= recordings.c.session_id == session_id
        async with self._database.write() as connection:
            deleted = await _delete(connection, those)
            if deleted:
                await note(connection, Act.RECORDINGS_DELETED, whom=person_id, count=len(deleted))
        return deleted

    async def drop(self, session_id: str) -> None:
        """There is nothing in it."""
        async with self._database.write() as connection:
            await _delete(connection, recordings.c.session_id == session_id)

    async def expire(self, now: datetime, started_before: datetime) -> list[str]:
        """Delete what has expired, or would have under the retention period of today; returns the sessions."""
        overdue = (recordings.c.expires_at <= now) | (recordings.c.started_at < started_before)
        async with self._database.write() as connection:
            return await _delete(connection, overdue)


async def _delete(connection: AsyncConnection, those: ColumnElement[bool]) -> list[str]:
    deleted = await connection.scalars(delete(recordings).where(those).returning(recordings.c.session_id))
    return list(deleted)


def _of(person_id: str) -> Select[tuple[str]]:
    """The ids of a person's sessions."""
    return select(sessions.c.id).where(sessions.c.person_id == person_id)
