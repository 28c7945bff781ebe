"""Connections that never say what they want are cut; all others are let be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tutor.patience import Patience


async def _hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


@asynccontextmanager
async def serving(head_seconds: float) -> AsyncIterator[tuple[Patience, int]]:
    patience = Patience(head_seconds)
    app = web.Application(middlewares=[patience.middleware])
    app.add_routes([web.get("/", _hello)])
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server is not None
    server = await asyncio.get_running_loop().create_server(patience.watched(runner.server), "127.0.0.1", 0)
    yield patience, server.sockets[0].getsockname()[1]
    server.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-Slow: "]
)
async def test_a_connection_without_a_whole_request_is_cut_in_time(sent: bytes) -> None:
    async with serving(0.05) as (patience, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(60):
            with pytest.raises(ConnectionError):
                assert not await reader.read()
                raise ConnectionResetError  # closed in good order is as well
        assert not patience.waiting
        writer.close()


async def test_a_connection_that_has_asked_is_not_cut() -> None:
    async with serving(0.5) as (patience, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            assert not patience.waiting
            await reader.readuntil(b"hello")
            await asyncio.sleep(0.6)
        writer.close()
