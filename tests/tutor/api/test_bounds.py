"""What one person sends keeps nobody else waiting."""

import asyncio

import pytest
from yarl import URL

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house
from tutor.api import billing

_SLOW = "[" * 60_000
"""Markdown that takes seconds to read."""


async def lesson_of(house: House, content: str) -> str:
    made = await house.ask("POST", "/courses", {"title": "Long"}, by=Role.TEACHER)
    course = made[1]["data"]["id"]
    made = await house.ask("POST", f"/courses/{course}/modules", {"title": "One"}, by=Role.TEACHER)
    told = {"title": "Brackets", "content": content}
    made = await house.ask("POST", f"/modules/{made[1]['data']['id']}/lessons", told, by=Role.TEACHER)
    return str(made[1]["data"]["id"])


async def test_others_are_answered_while_a_long_lesson_becomes_a_page(house: House) -> None:
    lesson = await lesson_of(house, _SLOW)
    head = {"Authorization": f"Bearer {house.keys[Role.TEACHER]}"}
    page = asyncio.create_task(house.http.get(f"/lessons/{lesson}", headers=head))
    answered = 0
    while not page.done():
        assert (await house.http.get("/healthz")).status == 200
        answered += 1
    assert (await page).status == 200
    assert answered > 10


async def test_what_a_companion_shows_is_short(house: House) -> None:
    text = {"text": "x" * 20_001}
    status, refusal = await house.ask("POST", "/sessions/sess_1/rendered", text, by=Role.LEARNER)
    assert (status, refusal["details"]["fields"][0]["field"]) == (400, "text")


async def test_a_stranger_who_sends_news_of_stripe_very_slowly_is_sent_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "BODY_SECONDS", 0.2)
    where: URL = house.http.make_url("/")
    reader, writer = await asyncio.open_connection(where.host, where.port)
    head = (
        f"POST /api/v1/billing/stripe/webhook HTTP/1.1\r\nHost: {where.host}\r\nContent-Length: 100\r\n\r\n"
    )
    writer.write(head.encode() + b"{")
    async with asyncio.timeout(60):
        assert b" 400 " in await reader.readline()
    writer.close()
