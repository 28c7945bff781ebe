"""A real HTTP server that speaks the speech protocol of OpenAI, well or badly, as its script says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.served import served

Script = Callable[["Wire"], Awaitable[None]]


class Wire:
    """One answer on its way to the client."""

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.response: web.StreamResponse | None = None

    async def send(self, data: bytes, content_type: str = "audio/pcm") -> None:
        if self.response is None:
            self.response = web.StreamResponse(headers={"Content-Type": content_type})
            await self.response.prepare(self.request)
        await self.response.write(data)

    async def refuse(self, status: int, message: str) -> None:
        self.response = web.json_response({"error": {"message": message}}, status=status)
        await self.response.prepare(self.request)
        await self.response.write_eof()

    async def stall(self) -> None:
        await asyncio.Event().wait()

    def break_off(self) -> None:
        assert self.request.transport is not None
        self.request.transport.abort()


class SpeechServer:
    """`bodies` are the requests as they came; `dropped` is set when a client leaves in mid-answer."""

    def __init__(self) -> None:
        self.script: Script | None = None
        self.bodies: list[dict[str, Any]] = []
        self.dropped = asyncio.Event()
        self.voices: Any = None
        self.url = ""

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        wire = Wire(request)
        assert self.script is not None, "give the server a script"
        try:
            await self.script(wire)
            assert wire.response is not None
            if not request.transport.is_closing():
                await wire.response.write_eof()
        except (asyncio.CancelledError, ConnectionError):
            self.dropped.set()
            raise
        return wire.response

    async def _voices(self, _request: web.Request) -> web.Response:
        if self.voices is None:
            return web.json_response({"detail": "Not Found"}, status=404)
        return web.json_response(self.voices)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SpeechServer"]:
        app = web.Application()
        app.router.add_post("/v1/audio/speech", self._speak)
        app.router.add_get("/v1/audio/voices", self._voices)
        async with served(app) as address:
            self.url = f"{address}/v1"
            yield self


def sends(*chunks: bytes) -> Script:
    """Chunks of sound, each flushed on its own."""

    async def script(wire: Wire) -> None:
        for chunk in chunks:
            await wire.send(chunk)
            await asyncio.sleep(0)

    return script
