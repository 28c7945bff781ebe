"""Keys that the server signs with: the same for every server process of a database."""

import hmac
import secrets as random
from datetime import UTC, datetime

from sqlalchemy import insert, select

from storage.database import Database
from storage.tables import secrets


class SigningKeys:
    """With a `master` they are made of it and kept nowhere; without one they are made once and kept in the database."""

    def __init__(self, database: Database, master: str = "") -> None:
        self._database, self._master = database, master.encode()
        self._known: dict[str, bytes] = {}

    async def key(self, name: str) -> bytes:
        """32 bytes; for each `name` its own."""
        if name not in self._known:
            made = hmac.digest(self._master, name.encode(), "sha256") if self._master else None
            self._known[name] = made or await self._stored(name)
        return self._known[name]

    async def _stored(self, name: str) -> bytes:
        query = select(secrets.c.value).where(secrets.c.name == name)
        async with self._database.read() as connection:
            found = await connection.scalar(query)
        if found is None:
            async with self._database.write() as connection:
                await self._database.lock(connection)  # two servers that start at once agree
                found = await connection.scalar(query)
                if found is None:
                    found = random.token_hex(32)
                    await connection.execute(
                        insert(secrets).values(name=name, value=found, created_at=datetime.now(UTC))
                    )
        return bytes.fromhex(found)
