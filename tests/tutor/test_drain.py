"""SIGTERM: no new sessions, running ones finish or are saved; a second signal ends at once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import NULL_ENGINES

COMPANION = "ada-fractions"


@asynccontextmanager
async def speaking(
    server: RunningServer,
) -> AsyncIterator[tuple[ClientSession, ClientWebSocketResponse, str]]:
    """A client, its session in the middle of a long reply, and the session's id."""
    async with ClientSession(server.url, headers={"Authorization": f"Bearer {server.api_key}"}) as http:
        async with http.ws_connect(f"/v1/realtime?model={COMPANION}") as socket:
            session_id = (await socket.receive_json(timeout=60))["session"]["id"]
            await socket.send_json({"type": "response.create"})
            while (await socket.receive_json(timeout=60))["type"] != "response.output_audio.delta":
                pass
            yield http, socket, session_id


async def until_draining(http: ClientSession) -> dict[str, str]:
    """The parts that /readyz tells once the signal has arrived."""
    async with asyncio.timeout(60):
        while True:
            async with http.get("/readyz") as answer:
                body = await answer.json()
                if answer.status == 503:
                    return dict(body["parts"])


@pytest.fixture
def talkative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    """Speaks for half a minute, and would be let finish."""
    monkeypatch.setenv("VIVA_DRAIN_SECONDS", "300")
    running = RunningServer(tmp_path / "data", *NULL_ENGINES, "--mind=tests.null_engines:talkative_mind")
    yield running
    running.stop()


async def test_while_it_drains_it_is_alive_but_not_ready_and_refuses_new_sessions(
    talkative: RunningServer,
) -> None:
    async with speaking(talkative) as (http, socket, session_id):
        talkative.process.send_signal(signal.SIGTERM)
        parts = {"database": "ok", "disk": "ok", "engines": "ok", "sessions": "draining"}
        assert await until_draining(http) == parts
        async with http.get("/healthz") as alive:
            assert alive.status == 200
        handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                     "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
        async with http.get(f"/v1/realtime?model={COMPANION}", headers=handshake) as refused:
            assert refused.status == 503
            assert int(refused.headers["Retry-After"]) > 0
            assert "too_busy" in await refused.text()
        await socket.send_json({"type": "response.cancel"})  # nothing is left to finish
        async with asyncio.timeout(60):
            async for _ in socket:
                pass
        assert socket.close_code == 1012
    assert await asyncio.to_thread(talkative.process.wait, 60) == 0
    talkative.start()
    async with ClientSession(talkative.url, headers={"Authorization": f"Bearer {talkative.api_key}"}) as http:
        async with http.ws_connect(f"/v1/realtime?model={COMPANION}&session_id={session_id}") as socket:
            created = await socket.receive_json(timeout=60)
            assert created["session"]["id"] == session_id


async def test_a_second_signal_ends_at_once(talkative: RunningServer) -> None:
    async with speaking(talkative) as (http, _socket, _):
        talkative.process.send_signal(signal.SIGTERM)
        await until_draining(http)
        talkative.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(talkative.process.wait, 60) == 1


async def test_an_idle_server_stops_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_DRAIN_SECONDS", "300")  # more than `stop` waits
    server = await asyncio.to_thread(RunningServer, tmp_path / "data", *NULL_ENGINES)
    async with ClientSession(server.url) as http, http.get("/readyz") as answer:
        assert answer.status == 200
        assert (await answer.json())["ready"]
    assert await asyncio.to_thread(server.stop) == 0


async def test_nothing_listens_any_more_after_it_has_stopped(quick_server: RunningServer) -> None:
    assert await asyncio.to_thread(quick_server.stop) == 0
    async with ClientSession(quick_server.url) as http:
        try:
            await http.get("/healthz")
        except aiohttp.ClientConnectorError:
            return
    raise AssertionError("somebody still answers")
