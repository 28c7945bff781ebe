"""Requests with an idempotency key, on both databases."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_core.errors import Conflict, VivaError
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.answered import AnsweredStore
from storage.database import Database
from storage.goals import GoalStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CRASH = """
import asyncio, os, sys
from storage.answered import AnsweredStore
from storage.database import Database
from storage.goals import GoalStore

async def main(url, person):
    database = Database(url)
    async def make():
        await GoalStore(database).add(person, title="Fractions")
        print("made", flush=True)
        os._exit(9)
    await AnsweredStore(database).once(person, "POST /goals", "k", "d", make)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def answered(database: Database) -> AnsweredStore:
    return AnsweredStore(database)


@pytest.fixture
def goals(database: Database) -> GoalStore:
    return GoalStore(database)


@pytest.fixture
async def person(accounts: AccountStore) -> str:
    return (await accounts.add_person("Lena", Role.LEARNER)).id


@pytest.fixture
def ask(answered: AnsweredStore, goals: GoalStore, person: str) -> Callable[..., Awaitable[tuple[Any, bool]]]:
    """To set a goal, with a key."""

    async def make() -> Any:
        goal = await goals.add(person, title="Fractions")
        found, _ = await goals.listed(person, None, page=1, limit=100)
        assert goal.id in {one.id for one in found}, "what is stored so far can be read"
        return {"id": goal.id, "text": "ä"}

    async def ask(
        whose: str = person, route: str = "POST /goals", key: str = "k", digest: str = "d", make: Any = make,
        after: timedelta = timedelta(),
    ) -> tuple[Any, bool]:  # fmt: skip
        return await answered.once(whose, route, key, digest, make, now=NOW + after)

    return ask


async def count(goals: GoalStore, person: str) -> int:
    return (await goals.listed(person, None, page=1, limit=1))[1]


async def test_the_second_gets_what_the_first_was_answered(ask, goals, person) -> None:
    first, replayed = await ask()
    assert not replayed and await ask() == (first, True)
    with pytest.raises(Conflict, match="another request"):
        await ask(digest="other")
    assert await count(goals, person) == 1


async def test_keys_are_of_one_person_and_one_route(ask, accounts, goals, person) -> None:
    other = (await accounts.add_person("Omar", Role.LEARNER)).id
    asked = [await ask(), await ask(whose=other), await ask(route="POST /others"), await ask(key="l")]
    assert [replayed for _, replayed in asked] == [False] * 4
    assert await count(goals, person) == 4


async def test_of_many_at_once_one_is_carried_out(ask, goals, person) -> None:
    answers = await asyncio.gather(*(ask() for _ in range(30)))
    assert sum(not replayed for _, replayed in answers) == 1
    assert len({answer["id"] for answer, _ in answers}) == await count(goals, person) == 1


async def test_what_fails_leaves_neither_the_act_nor_its_key(ask, goals, person) -> None:
    async def make() -> Any:
        await goals.add(person, title="Fractions")
        raise VivaError("No.")

    with pytest.raises(VivaError):
        await ask(make=make)
    assert await count(goals, person) == 0
    assert (await ask())[1] is False


async def test_a_crash_between_the_act_and_its_answer_leaves_neither(
    database_url: str, database: Database, ask, goals, person
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CRASH, database_url, person, stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate())[0] == b"made\n"
    assert process.returncode == 9
    assert await count(goals, person) == 0
    assert (await ask())[1] is False
    assert await count(goals, person) == 1


async def test_after_a_day_a_key_is_new(ask) -> None:
    assert (await ask())[1] is False
    assert (await ask(after=timedelta(hours=23)))[1] is True
    assert (await ask(after=timedelta(hours=25)))[1] is False
