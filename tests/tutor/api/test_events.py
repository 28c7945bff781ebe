"""Server-sent events of a real server."""

import asyncio
import contextlib

import aiohttp
import pytest

from tests.e2e.conftest import RunningServer
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.conftest import quick_server as quick_server


async def next_event(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """The fields of the next event that is not just a comment."""
    fields: dict[str, str] = {}
    async with asyncio.timeout(60):
        async for line in answer.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name and name != "retry":
                fields[name] = value
            elif "event" in fields:
                return fields
    raise AssertionError("the stream ended")


async def test_a_page_sees_what_happens_and_what_happened_while_it_was_away(ask: Asking) -> None:
    lena = await ask.add("lena")
    await ask.add("leo")
    keys = {"Authorization": f"Bearer {ask.keys['lena']}"}
    async with aiohttp.ClientSession(f"{ask.server.url}/api/v1/", headers=keys) as http:
        async with http.get("events") as stream:
            assert stream.content_type == "text/event-stream"
            assert (await next_event(stream))["event"] == "ready"
            await ask("admin", "PUT", f"/admin/users/{ask.ids['leo']}/plan", {"plan": "pro"})  # not Lena's
            await ask("admin", "PUT", f"/admin/users/{lena}/plan", {"plan": "core"})
            first = await next_event(stream)
        assert (first["event"], first["data"]) == ("plan.changed", '{"plan":"core"}')
        await ask("admin", "PUT", f"/admin/users/{lena}/plan", {"plan": "pro"})
        async with http.get("events", headers={"Last-Event-ID": first["id"]}) as stream:
            assert (await next_event(stream))["event"] == "ready"
            assert (await next_event(stream))["data"] == '{"plan":"pro"}'


async def test_pages_that_are_gone_take_no_place(ask: Asking) -> None:
    await ask.add("mia")
    keys = {"Authorization": f"Bearer {ask.keys['mia']}"}
    async with aiohttp.ClientSession(f"{ask.server.url}/api/v1/", headers=keys) as http:
        for _ in range(30):  # from page to page, quicker than a heartbeat
            async with http.get("events") as stream:
                assert (await next_event(stream))["event"] == "ready"
        async with contextlib.AsyncExitStack() as pages:
            for _ in range(8):
                assert (await pages.enter_async_context(http.get("events"))).status == 200
            assert (await pages.enter_async_context(http.get("events"))).status == 429


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "0" * 20 + "9" * 5000])
async def test_a_number_that_is_none_is_refused(ask: Asking, number: str) -> None:
    assert (await ask("admin", "GET", "/events", Last_Event_ID=number)).status == 400


async def test_streams_end_when_the_server_goes_down(quick_server: RunningServer) -> None:
    keys = {"Authorization": f"Bearer {quick_server.api_key}"}
    async with aiohttp.ClientSession(headers=keys) as http:
        async with http.get(f"{quick_server.url}/api/v1/events") as stream:
            assert (await next_event(stream))["event"] == "ready"
            assert await asyncio.to_thread(quick_server.stop) == 0
            await stream.content.read()  # to its end
