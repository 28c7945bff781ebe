"""Streams of live updates over a real database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from lms_core.errors import TooBusy, TooMany
from lms_core.people import Role
from lms_core.plans import Plan
from storage.accounts import AccountStore
from storage.database import Database
from storage.plans import PlanStore
from storage.updates import UpdateStore
from tutor.updates import LiveUpdates


class House:
    def __init__(self, database: Database, lena: str) -> None:
        self.plans, self.lena = PlanStore(database), lena
        self.store = UpdateStore(database)
        self.updates = LiveUpdates(self.store)
        database.on_publish = self.updates.wake

    async def change(self, plan: Plan) -> None:
        await self.plans.set_plan(self.lena, plan)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    yield House(database, (await AccountStore(database).add_person("Lena", Role.LEARNER)).id)
    await database.aclose()


async def test_a_stream_tells_what_happens_from_now_on_and_goes_on_where_it_was(house: House) -> None:
    await house.change(Plan.CORE)
    async with aclosing(house.updates.follow(house.lena, None)) as stream:
        ready = await anext(stream)
        assert ready is not None and ready.type == "ready"
        coming = asyncio.ensure_future(anext(stream))
        await house.change(Plan.PRO)
        pro = await coming
        assert pro is not None and (pro.type, pro.data) == ("plan.changed", {"plan": "pro"})
    assert house.updates.count == 0
    await house.change(Plan.FREE)
    async with aclosing(house.updates.follow(house.lena, ready.id)) as stream:
        told = [await anext(stream) for _ in range(3)]
    assert [one and one.data.get("plan") for one in told] == [None, "pro", "free"]


async def test_who_was_away_for_too_long_is_told_that_something_is_lost(house: House) -> None:
    await house.change(Plan.CORE)
    async with aclosing(house.updates.follow(house.lena, 999)) as stream:
        first = await anext(stream)
    assert first is not None and (first.type, first.id) == ("lost", 1)


async def test_silence_is_told_by_a_heartbeat(house: House) -> None:
    quick = LiveUpdates(house.store, heartbeat_seconds=0.01)
    async with aclosing(quick.follow(house.lena, None)) as stream:
        await anext(stream)
        assert await anext(stream) is None


async def test_nobody_watches_without_end_or_after_the_end(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(house.updates.run())
        streams = [house.updates.follow(house.lena, None) for _ in range(8)]
        for stream in streams:
            await anext(stream)
        with pytest.raises(TooMany):
            await anext(house.updates.follow(house.lena, None))
        waiting = asyncio.ensure_future(anext(streams[0], "ended"))
        await asyncio.sleep(0)
        house.updates.close()
        assert await waiting == "ended"
        await running
    with pytest.raises(TooBusy):
        await anext(house.updates.follow(house.lena, None))
    for stream in streams:
        await stream.aclose()
