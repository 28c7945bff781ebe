"""What guessers and pests would repeat, counted by account over all servers of a database, whether or not there is such an account."""

import hashlib
import math
import time

from sqlalchemy import case, delete, select

from lms_core.errors import TooMany
from storage.database import Database
from storage.tables import tries

_PASSWORD = ("password", 10, 30.0)
_LETTER = ("letter", 3, 600.0)
"""What is tried, how often at once, and after that once in how many seconds."""


class TryStore:
    """`now` in seconds since 1970. Accounts are kept as digests, and no longer than they count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def password(self, account: str, *, now: float | None = None) -> None:
        """A password is tried. Raises TooMany."""
        await self._count(*_PASSWORD, account, time.time() if now is None else now)

    async def letter(self, account: str, *, now: float | None = None) -> None:
        """A letter is asked for. Raises TooMany."""
        await self._count(*_LETTER, account, time.time() if now is None else now)

    async def _count(self, what: str, burst: int, seconds: float, account: str, now: float) -> None:
        """Each try moves the time when all are free again; it may not lie further ahead than the burst (GCRA)."""
        key = hashlib.sha256(f"{what} {account.strip().lower()}".encode()).hexdigest()
        begins = case((tries.c.free_at > now, tries.c.free_at), else_=now)
        latest = now + (burst - 1) * seconds
        add = (
            self._database.insert(tries).values(key=key, free_at=now + seconds)
            .on_conflict_do_update(index_elements=["key"], set_={"free_at": begins + seconds}, where=begins <= latest)
            .returning(tries.c.free_at)
        )  # fmt: skip
        async with self._database.write() as connection:
            if await connection.scalar(add) is None:
                free_at = await connection.scalar(select(tries.c.free_at).where(tries.c.key == key))
                wait = max(1, math.ceil((free_at or now) - latest))
                raise TooMany(
                    "You ask too often; wait a little.", reason="too_often", retry_after_seconds=wait
                )
            old = select(tries.c.key).where(tries.c.free_at < now).with_for_update(skip_locked=True)
            await connection.execute(delete(tries).where(tries.c.key.in_(old)))
