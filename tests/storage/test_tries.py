"""Counting tries, on both databases and by several servers."""

import asyncio

import pytest
from sqlalchemy import select

from lms_core.errors import TooMany
from storage.database import Database
from storage.tables import tries
from storage.tries import TryStore

NOW = 1_795_000_000.0


async def admitted(store: TryStore, account: str, after: float = 0) -> bool:
    try:
        await store.password(account, now=NOW + after)
    except TooMany:
        return False
    return True


async def test_of_many_at_once_over_several_servers_ten_are_admitted(
    database: Database, database_url: str
) -> None:
    other = Database(database_url)
    stores = [TryStore(one) for one in (database, other)]
    found = await asyncio.gather(*(admitted(stores[number % 2], "lena@example.org") for number in range(40)))
    await other.aclose()
    assert found.count(True) == 10


async def test_after_that_one_may_try_as_often_as_the_answer_says(database: Database) -> None:
    store = TryStore(database)
    for _ in range(3):
        await store.letter("lena@example.org", now=NOW)
    with pytest.raises(TooMany) as refused:
        await store.letter(" Lena@Example.org", now=NOW + 1)
    wait = refused.value.details["retry_after_seconds"]
    assert wait == 599
    await store.letter("lena@example.org", now=NOW + 1 + wait)
    with pytest.raises(TooMany):
        await store.letter("lena@example.org", now=NOW + 2 + wait)


async def test_tries_at_one_account_or_thing_leave_others_alone(database: Database) -> None:
    store = TryStore(database)
    assert [await admitted(store, "lena") for _ in range(11)] == [True] * 10 + [False]
    assert await admitted(store, "omar")
    await store.letter("lena", now=NOW)


async def test_what_is_kept_names_nobody_and_goes_when_it_counts_no_more(database: Database) -> None:
    store = TryStore(database)
    await admitted(store, "lena@example.org")
    await admitted(store, "omar@example.org", after=20)
    async with database.read() as connection:
        keys = list(await connection.scalars(select(tries.c.key)))
    assert len(keys) == 2 and not any("@" in key for key in keys)
    await admitted(store, "mia@example.org", after=40)
    async with database.read() as connection:
        assert len(list(await connection.scalars(select(tries.c.key)))) == 2
