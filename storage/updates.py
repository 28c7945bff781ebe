"""Live updates as they are read: by person, after a number, for a few days."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from lms_core.errors import TooBusy
from lms_core.ports import Updates
from lms_core.updates import Update
from storage.database import Database
from storage.outbox import CHANNEL
from storage.tables import live_updates

_RETRY_SECONDS = 2.0
_AT_ONCE = 100


class UpdateStore(Updates):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, person_id: str, last: int) -> list[Update]:
        mine = (live_updates.c.person_id == person_id) & (live_updates.c.id > last)
        columns = (live_updates.c.id, live_updates.c.type, live_updates.c.data)
        query = select(*columns).where(mine).order_by(live_updates.c.id).limit(_AT_ONCE)
        async with self._database.read() as connection:
            return [Update(*row) for row in await connection.execute(query)]

    async def latest(self, person_id: str) -> int:
        query = select(func.max(live_updates.c.id)).where(live_updates.c.person_id == person_id)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def kept(self, person_id: str, number: int) -> bool:
        this = (live_updates.c.person_id == person_id) & (live_updates.c.id == number)
        async with self._database.read() as connection:
            return await connection.scalar(select(live_updates.c.id).where(this)) is not None

    async def forget(self, before: datetime) -> int:
        async with self._database.write() as connection:
            done = await connection.execute(delete(live_updates).where(live_updates.c.created_at < before))
        return int(done.rowcount)

    async def listen(self, wake: Callable[[str], None]) -> None:
        """Until cancelled: `wake` with each person of whom another process of this database has published.

        While PostgreSQL cannot be reached nothing is heard. On SQLite there is nothing to hear.
        """
        while not self._database.is_sqlite:
            with contextlib.suppress(TooBusy, SQLAlchemyError, OSError):  # streams look with every heartbeat
                await self._listen(wake)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self, wake: Callable[[str], None]) -> None:
        """Returns when the connection is lost."""
        async with self._database.read() as connection:
            link = (await connection.get_raw_connection()).driver_connection
            assert link is not None
            lost = asyncio.Event()
            link.add_termination_listener(lambda _link: lost.set())
            await link.add_listener(CHANNEL, lambda _link, _pid, _channel, person: wake(person))
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # it must not go back to the pool with a listener
