"""A page that cannot be shown says so in words, whatever happened; programs get JSON."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lms_core.errors import TooBusy, TooMany
from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


def failing(error: Exception) -> Callable[..., Awaitable[int]]:
    async def fail(_person_id: str) -> int:
        raise error

    return fail


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def opened(house: House, path: str, language: str = "en") -> tuple[int, str, str]:
    """By a learner's browser: status, kind and text."""
    headers = {
        **BROWSER,
        "Accept-Language": language,
        "Authorization": f"Bearer {house.keys[Role.LEARNER]}",
    }
    async with house.http.get(path, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.text()


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (TooBusy("The database does not answer now."), 503, "Viva is busy just now"),
        (TooMany("secret", reason="too_often", retry_after_seconds=9), 429, "A little too fast"),
        (ZeroDivisionError("secret"), 500, "Something broke on our side"),
    ],
)
async def test_a_page_that_fails_says_what_happened_and_where_to_try_again(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, says: str
) -> None:
    monkeypatch.setattr(house.server.stores.notifications, "unread", failing(error))
    got, kind, text = await opened(house, "/home")
    assert (got, kind) == (status, "text/html")
    assert says in text and "secret" not in text and "Traceback" not in text
    assert '<a class="button" href="/home">Try again</a>' in text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nothing/here", 404, "Hier ist nichts"),
        ("/courses/unknown", 404, "Hier ist nichts"),
        ("/language/xx", 404, "Hier ist nichts"),
        ("/companions/unknown", 404, "Diesen Begleiter gibt es nicht"),
        ("/admin", 403, "Diese Seite ist nicht für dich"),
        ("/sign-in?token=old", 401, "Bitte melde dich an"),
    ],
)
async def test_a_browser_gets_a_page_in_its_language(house: House, path: str, status: int, says: str) -> None:
    got, kind, text = await opened(house, path, "de")
    assert (got, kind) == (status, "text/html")
    assert says in text
    assert 'href="/companions"' in text  # the menu, for who is signed in


async def test_who_is_not_signed_in_gets_a_page_too(house: House) -> None:
    async with house.http.get("/nothing", headers=BROWSER) as answer:
        assert answer.status == 404 and "There is nothing here" in await answer.text()


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/nothing", "*/*"),
        ("POST", "/nothing", "text/html"),
        ("GET", "/api/v1/nothing", "text/html"),
        ("GET", "/v1/nothing", "text/html"),
        ("GET", "/media/nothing", "text/html"),
    ],
)
async def test_programs_get_json(house: House, method: str, path: str, accept: str) -> None:
    async with house.http.request(method, path, headers={"Accept": accept}) as answer:
        assert (answer.status, answer.content_type) == (404, "application/json")
        assert (await answer.json())["code"] == "not_found"


@pytest.mark.parametrize("asks", [b"GET /healthz HTTP/1.1", b"GET / HTTP/1.1", b"this is no HTTP"])
async def test_no_answer_tells_versions(house: House, asks: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.http.port)
    writer.write(asks + b"\r\nHost: viva.test\r\nConnection: close\r\n\r\n")
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    writer.close()
    await writer.wait_closed()
    assert "server: viva\r\n" in head and "python" not in head and "aiohttp" not in head
