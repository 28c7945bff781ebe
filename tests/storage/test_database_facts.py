"""An operator learns of either database how large it is, how new, and how busy."""

import pytest

from storage.database import Database
from storage.database_facts import facts

pytestmark = pytest.mark.asyncio


async def test_facts_of_a_database(database: Database) -> None:
    found = await facts(database)
    assert found.size_bytes > 10_000 and found.revision and found.revision.isdigit()
    assert 0 <= found.connections_used <= found.connections_most
    async with database.read():
        assert database.connections[0] == 1
