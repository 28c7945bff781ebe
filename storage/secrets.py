"""Keys that the server signs with: made once, the same for every server process of a database."""

import secrets as random
from datetime import UTC, datetime

from sqlalchemy import insert, select

from storage.database import Database
from storage.tables import secrets


async def secret(database: Database, name: str) -> bytes:
    """32 bytes, made at the first call; for each `name` its own."""
    query = select(secrets.c.value).where(secrets.c.name == name)
    async with database.read() as connection:
        found = await connection.scalar(query)
    if found is None:
        async with database.write() as connection:
            await database.lock(connection)  # two servers that start at once agree
            found = await connection.scalar(query)
            if found is None:
                found = random.token_hex(32)
                await connection.execute(
                    insert(secrets).values(name=name, value=found, created_at=datetime.now(UTC))
                )
    return bytes.fromhex(found)
