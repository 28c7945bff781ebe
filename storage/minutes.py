"""The ledger of voice minutes, and the leases of the sessions that run.

A lease is a row beside the session's own: that one is written with every turn, and two writers that take many such
rows in different order would wait for each other.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.people import Role
from lms_core.plans import Plan, Talked, month_name, seconds_left
from lms_core.ports import Minutes
from storage.database import Database
from storage.tables import people, session_leases, voice_minutes


class MinuteStore(Minutes):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def meter(self, talked: Sequence[Talked]) -> dict[str, float | None]:
        """Who is erased meanwhile is left out."""
        now = datetime.now(UTC)
        async with self._database.write() as connection:
            left = await _left(connection, {one.person_id for one in talked}, now, lock=True)
            rows = [
                {"session_id": one.session_id, "month": month_name(now), "person_id": one.person_id, "seconds": one.seconds}
                for one in talked if one.person_id in left and one.seconds
            ]  # fmt: skip
            if rows:
                insert = self._database.insert(voice_minutes)
                seconds = voice_minutes.c.seconds + insert.excluded.seconds
                keys = [voice_minutes.c.session_id, voice_minutes.c.month]
                more = insert.on_conflict_do_update(index_elements=keys, set_={"seconds": seconds})
                await connection.execute(more, rows)
            held = session_leases.c.session_id.in_([one.session_id for one in talked])
            await connection.execute(update(session_leases).where(held).values(alive_at=now))
            return await _left(connection, left, now)

    async def left(self, person_id: str) -> float | None:
        async with self._database.read() as connection:
            return (await _left(connection, {person_id}, datetime.now(UTC))).get(person_id, 0)


async def _left(
    connection: AsyncConnection, ids: Collection[str], now: datetime, *, lock: bool = False
) -> dict[str, float | None]:
    """`lock`: these people are not erased until the commit."""
    month = (voice_minutes.c.person_id == people.c.id) & (voice_minutes.c.month == month_name(now))
    used = select(func.coalesce(func.sum(voice_minutes.c.seconds), 0)).where(month).scalar_subquery()
    query = select(people.c.id, people.c.plan, people.c.role, used).where(people.c.id.in_(ids))
    if lock:
        query = query.order_by(people.c.id).with_for_update(read=True, key_share=True, of=people)
    rows = await connection.execute(query)
    return {row.id: None if row.role == Role.ADMIN else seconds_left(Plan(row.plan), row[3]) for row in rows}
