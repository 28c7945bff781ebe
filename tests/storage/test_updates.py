"""Live updates: written with the act, read in order, heard by other processes."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.outbox import publish
from storage.tables import people
from storage.updates import UpdateStore
from tests.postgres import fresh_database


@pytest.fixture
def updates(database: Database) -> UpdateStore:
    return UpdateStore(database)


@pytest.fixture
async def lena(database: Database) -> str:
    return (await AccountStore(database).add_person("Lena", Role.LEARNER)).id


async def tell(database: Database, person_id: str, number: int) -> None:
    async with database.write() as connection:
        publish(connection, person_id, "thing.changed", {"number": number})


async def test_what_a_failed_transaction_published_is_never_told(
    database: Database, updates: UpdateStore, lena: str
) -> None:
    told: list[frozenset[str]] = []
    database.on_publish = told.append
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            publish(connection, lena, "thing.changed", {})
            raise RuntimeError
    await asyncio.gather(*(tell(database, lena, n) for n in range(3)))  # on every connection of the pool
    assert [one.type for one in await updates.after(lena, 0)] == ["thing.changed"] * 3
    assert told == [frozenset({lena})] * 3


async def test_who_reads_on_from_the_last_number_misses_nothing(
    database: Database, updates: UpdateStore, lena: str
) -> None:
    """Transactions that take longer must not come to light behind a higher number."""
    pauses = random.Random(1)

    async def slow(number: int) -> None:
        async with database.write() as connection:
            publish(connection, lena, "thing.changed", {"number": number})
            await asyncio.sleep(pauses.random() / 100)

    writing = asyncio.gather(*(slow(n) for n in range(40)))
    seen: list[int] = []
    last = 0
    while not writing.done() or await updates.after(lena, last):
        for one in await updates.after(lena, last):
            seen.append(one.data["number"])
            last = one.id
        await asyncio.sleep(0)
    assert sorted(seen) == list(range(40))
    assert await updates.latest(lena) == last


async def test_old_ones_are_forgotten_and_their_numbers_are_not_given_again(
    database: Database, updates: UpdateStore, lena: str
) -> None:
    await tell(database, lena, 1)
    last = await updates.latest(lena)
    assert await updates.kept(lena, last) and not await updates.kept("another", last)
    assert await updates.forget(datetime.now(UTC) - timedelta(minutes=1)) == 0
    assert await updates.forget(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert not await updates.kept(lena, last)
    await tell(database, lena, 2)
    assert [one.data for one in await updates.after(lena, last)] == [{"number": 2}]


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield from fresh_database("postgresql", request, tmp_path)


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Database, Database]]:
    first, second = Database(postgres_url), Database(postgres_url)
    yield first, second
    await first.aclose()
    await second.aclose()


@pytest.mark.postgres
async def test_another_process_hears_of_it(two: tuple[Database, Database]) -> None:
    here, there = two
    lena = (await AccountStore(here).add_person("Lena", Role.LEARNER)).id
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.create_task(UpdateStore(there).listen(heard.put_nowait))
    async with asyncio.timeout(60):
        while heard.empty():  # until it listens
            await tell(here, lena, 1)
            await asyncio.sleep(0.01)
    assert await heard.get() == lena
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_who_holds_a_person_and_who_only_tells_them_do_not_wait_in_a_circle(
    database: Database, updates: UpdateStore, lena: str
) -> None:
    held = asyncio.Event()

    async def holds() -> None:
        async with database.write() as connection:
            await connection.execute(select(people).where(people.c.id == lena).with_for_update())
            publish(connection, lena, "thing.changed", {})
            held.set()
            await asyncio.sleep(0.2)  # the other one is at its commit by then

    async def tells() -> None:
        await held.wait()
        await tell(database, lena, 1)

    await asyncio.gather(holds(), tells())
    assert len(await updates.after(lena, 0)) == 2
