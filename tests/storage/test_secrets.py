"""Keys that the server signs with."""

import asyncio

from sqlalchemy import func, select

from storage.database import Database
from storage.secrets import SigningKeys
from storage.tables import secrets

MASTER = "a long and random string of letters"


async def test_a_key_stays_and_each_name_has_its_own(database: Database) -> None:
    for master in ("", MASTER):
        first = await SigningKeys(database, master).key("links")
        assert len(first) == 32
        assert await SigningKeys(database, master).key("links") == first
        assert await SigningKeys(database, master).key("tokens") != first


async def test_servers_that_start_at_once_agree(database: Database) -> None:
    other = Database(database.url)
    found = await asyncio.gather(*(SigningKeys(one).key("links") for one in (database, other) * 5))
    await other.aclose()
    assert len(set(found)) == 1


async def test_with_a_master_none_is_in_the_database(database: Database) -> None:
    first = await SigningKeys(database, MASTER).key("links")
    assert await SigningKeys(database, MASTER + "!").key("links") != first
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(secrets)) == 0
