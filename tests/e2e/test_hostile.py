"""Whatever one client does, another one's turn is answered, and the server's memory stays bounded."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import NULL_ENGINES

COMPANION = "ada-fractions"
TEXT = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is a half?"}]}
CREATE = json.dumps({"type": "conversation.item.create", "item": TEXT})
LAST = json.dumps({"type": "no.such.event", "event_id": "last"})
LOST = 1006
"""Who still sends while the server closes may not get to see why."""
_MOST_GROWTH = 200 << 20
_CONNECTIONS = 300


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("attacked") / "data", *NULL_ENGINES)
    yield running
    running.stop()


def memory(server: RunningServer) -> int:
    """Bytes that the server holds now."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Client:
    """One session over a bare WebSocket; `async with Client(server) as client`."""

    def __init__(self, server: RunningServer) -> None:
        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"})
        self._url = f"{server.url}/v1/realtime?model={COMPANION}"

    async def __aenter__(self) -> "Client":
        self.socket = await self._http.ws_connect(self._url, max_msg_size=0)
        await self.until("session.created")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self._http.close()

    async def until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                event: dict[str, Any] = await self.socket.receive_json()
                if event["type"] == kind:
                    return event

    async def answered(self) -> str:
        """Ask in text; the status of the answer."""
        await self.socket.send_str(CREATE)
        await self.socket.send_json({"type": "response.create", "response": {"output_modalities": ["text"]}})
        return str((await self.until("response.done"))["response"]["status"])

    async def drained(self) -> list[dict[str, Any]]:
        """All that comes until the connection is closed or the last was answered."""
        got: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            with suppress(ConnectionError, aiohttp.ClientError):
                await self.socket.send_str(LAST)
            while (message := await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                event = json.loads(message.data)
                if event["type"] == "error" and event["error"]["event_id"] == "last":
                    break
                got.append(event)
        return got


async def slow_heads(server: RunningServer) -> None:
    """Requests and handshakes whose heads never end."""
    port = int(server.port)
    links = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_CONNECTIONS)]
    for number, (_, writer) in enumerate(links):
        writer.write(
            b"GET /v1/realtime HTTP/1.1\r\nUpgrade: websocket\r\n" if number % 2 else b"POST /api/v1/x HT"
        )
    for _ in range(3):
        await asyncio.sleep(0.1)
        for _, writer in links:
            writer.write(b"X")
    for _, writer in links:
        writer.close()


async def many_connections(server: RunningServer) -> None:
    """Strangers at all doors at once."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS)) as http:

        async def knock(number: int) -> None:
            door = ("/v1/realtime?model=x", "/phone/media", "/api/v1/companions", "/healthz")[number % 4]
            with suppress(aiohttp.ClientError):
                if door == "/phone/media":
                    async with http.ws_connect(server.url + door) as socket:
                        await socket.send_str("{")
                        await socket.receive()
                else:
                    async with http.get(server.url + door) as answer:
                        await answer.read()

        await asyncio.gather(*(knock(number) for number in range(_CONNECTIONS)))


async def ten_thousand_items(server: RunningServer) -> None:
    async with Client(server) as client:
        for _ in range(10_000):
            with suppress(ConnectionError, aiohttp.ClientError):
                await client.socket.send_str(CREATE)
        got = await client.drained()
    assert 0 < sum(event["type"] == "conversation.item.done" for event in got) <= 2000
    codes = {event["error"]["code"] for event in got if event["type"] == "error"}
    assert codes <= {"conversation_full", "rate_limit_exceeded", "item_too_busy"} and codes


async def long_items(server: RunningServer) -> None:
    text = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x" * 90_000}]}
    async with Client(server) as client:
        for _ in range(100):
            await client.socket.send_json({"type": "conversation.item.create", "item": text})
        errors = [event["error"]["code"] for event in await client.drained() if event["type"] == "error"]
    assert len(errors) == 95 and set(errors) == {"conversation_full"}


async def nested(server: RunningServer) -> None:
    tool = {"type": "function", "name": "f", "parameters": None}
    update = json.dumps({"type": "session.update", "session": {"tools": [tool]}})
    async with Client(server) as client:
        for depth in (100, 900, 100_000):
            await client.socket.send_str(update.replace("null", '{"a":' * depth + "1" + "}" * depth))
        await client.socket.send_str("[" * 1_000_000)
        errors = [event["error"]["code"] for event in await client.drained() if event["type"] == "error"]
    assert errors == ["invalid_json"] * 4


async def binary(server: RunningServer) -> None:
    async with Client(server) as client:
        for _ in range(1000):
            await client.socket.send_bytes(os.urandom(200))
        await client.socket.send_bytes(CREATE.encode())
        errors = [event for event in await client.drained() if event["type"] == "error"]
    assert len(errors) == 1000, "a message is a message, whatever its frame is called"


async def too_long(server: RunningServer) -> None:
    async with Client(server) as client:
        await client.socket.send_str("x" * (3 << 20))
        await client.drained()
        assert client.socket.close_code in (1009, LOST)


async def audio_flood(server: RunningServer) -> None:
    second = json.dumps(
        {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(48_000)).decode()}
    )
    async with Client(server) as client:
        with suppress(ConnectionError, aiohttp.ClientError):
            for _ in range(1000):
                await client.socket.send_str(second)
        await client.drained()
        assert client.socket.close_code in (1008, LOST)


async def spoken_items(server: RunningServer) -> None:
    sound = base64.b64encode(bytes(960_000)).decode()
    item = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": sound}]}
    async with Client(server) as client:
        for _ in range(15):
            with suppress(ConnectionError, aiohttp.ClientError):
                await client.socket.send_json({"type": "conversation.item.create", "item": item})
        await client.drained()


async def deaf(server: RunningServer) -> None:
    """Asks for much and reads nothing."""
    clients = [await Client(server).__aenter__() for _ in range(5)]
    for client in clients:
        assert client.socket._response.connection is not None
        transport: Any = client.socket._response.connection.transport
        transport.pause_reading()
        for _ in range(200):
            await client.socket.send_str(
                json.dumps({"type": "session.update", "session": {"instructions": "x" * 5000}})
            )
    await asyncio.sleep(0.5)
    for client in clients:
        await client._http.close()


Attack = Callable[[RunningServer], Awaitable[None]]
ATTACKS: list[Attack] = [
    slow_heads, many_connections, ten_thousand_items, long_items, nested, binary, too_long, audio_flood,
    spoken_items, deaf,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_another_sessions_turns_are_answered_meanwhile(attacked: RunningServer, attack: Attack) -> None:
    before, told = memory(attacked), len(attacked.output())
    async with Client(attacked) as witness:
        assert await witness.answered() == "completed"
        attacking = asyncio.create_task(attack(attacked))  # type: ignore[arg-type]
        answers = 0
        while not attacking.done():
            assert await witness.answered() == "completed"
            answers += 1
            await asyncio.sleep(0.05)
        await attacking
        assert await witness.answered() == "completed"
        assert answers
    assert memory(attacked) - before < _MOST_GROWTH
    assert "Traceback" not in attacked.output()[told:]
