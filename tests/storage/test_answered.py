"""Requests with an idempotency key, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_core.errors import Conflict
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.answered import AnsweredStore
from storage.database import Database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANSWER = {"id": "1", "text": "ä"}


@pytest.fixture
def answered(database: Database) -> AnsweredStore:
    return AnsweredStore(database)


@pytest.fixture
async def person(accounts: AccountStore) -> str:
    return (await accounts.add_person("Lena", Role.LEARNER)).id


def request(person: str, key: str = "k", digest: str = "d", after: timedelta = timedelta()) -> dict[str, Any]:
    return {"person_id": person, "route": "POST /notes", "key": key, "digest": digest, "now": NOW + after}


async def test_the_second_gets_what_the_first_was_answered(answered: AnsweredStore, person: str) -> None:
    assert await answered.begin(**request(person)) is None
    await answered.finish(person, "POST /notes", "k", ANSWER)
    assert await answered.begin(**request(person)) == ANSWER
    with pytest.raises(Conflict, match="another request"):
        await answered.begin(**request(person, digest="other"))


async def test_keys_are_of_one_person_and_one_route(
    answered: AnsweredStore, accounts: AccountStore, person: str
) -> None:
    other = (await accounts.add_person("Omar", Role.LEARNER)).id
    assert await answered.begin(**request(person)) is None
    assert await answered.begin(**request(other)) is None
    assert await answered.begin(**(request(person) | {"route": "POST /others"})) is None


async def test_of_many_at_once_one_is_new(answered: AnsweredStore, person: str) -> None:
    asked = [answered.begin(**request(person)) for _ in range(8)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert results.count(None) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


async def test_what_was_forgotten_given_up_or_is_a_day_old_is_new_again(
    answered: AnsweredStore, person: str
) -> None:
    assert await answered.begin(**request(person)) is None
    await answered.forget(person, "POST /notes", "k")
    assert await answered.begin(**request(person)) is None
    with pytest.raises(Conflict, match="not answered yet"):
        await answered.begin(**request(person, after=timedelta(minutes=4)))
    assert await answered.begin(**request(person, after=timedelta(minutes=6))) is None
    await answered.finish(person, "POST /notes", "k", ANSWER)
    assert await answered.begin(**request(person, after=timedelta(hours=23))) == ANSWER
    assert await answered.begin(**request(person, after=timedelta(hours=25))) is None
