"""A page that cannot be shown says so in words, whatever happened."""

from collections.abc import Awaitable, Callable

import pytest

from lms_core.errors import TooBusy
from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


def failing(error: Exception) -> Callable[..., Awaitable[int]]:
    async def fail(_person_id: str) -> int:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (TooBusy("The database does not answer now."), 503, "The database does not answer now."),
        (ZeroDivisionError("secret"), 500, "Something went wrong on the server."),
    ],
)
async def test_a_page_that_fails_is_a_page_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, says: str
) -> None:
    monkeypatch.setattr(house.server.stores.notifications, "unread", failing(error))
    headers = {"Authorization": f"Bearer {house.keys[Role.LEARNER]}"}
    async with house.http.get("/home", headers=headers) as answer:
        text = await answer.text()
    assert (answer.status, answer.content_type) == (status, "text/html")
    assert says in text and "secret" not in text and "Traceback" not in text
