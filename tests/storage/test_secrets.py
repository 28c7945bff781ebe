"""Keys that the server signs with."""

import asyncio

from storage.database import Database
from storage.secrets import secret


async def test_a_key_stays_and_each_name_has_its_own(database: Database) -> None:
    first = await secret(database, "links")
    assert len(first) == 32
    assert await secret(database, "links") == first
    assert await secret(database, "tokens") != first


async def test_servers_that_start_at_once_agree(database: Database) -> None:
    other = Database(database.url)
    found = await asyncio.gather(*(secret(one, "links") for one in (database, other) * 5))
    await other.aclose()
    assert len(set(found)) == 1
