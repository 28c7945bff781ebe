"""A real HTTP server that speaks the streaming chat-completions protocol, well or badly, as its script says.

Each request is answered by the next script of `answers`, an async function that writes to the wire.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.served import served

Script = Callable[["Wire"], Awaitable[None]]


class Wire:
    """One answer on its way to the client."""

    def __init__(self, request: web.Request, server: "ChatServer") -> None:
        self.request, self.server = request, server
        self._response: web.StreamResponse | None = None

    async def refuse(self, status: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
        self._response = web.json_response(
            body or {"error": {"message": "no"}}, status=status, headers=headers
        )
        await self._response.prepare(self.request)
        await self._response.write_eof()

    async def raw(self, data: bytes) -> None:
        if self._response is None:
            self._response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await self._response.prepare(self.request)
        await self._response.write(data)

    async def chunk(self, **fields: Any) -> None:
        frame = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", **fields}
        await self.raw(b"data: " + json.dumps(frame).encode() + b"\n\n")

    async def delta(self, finish_reason: str | None = None, **delta: Any) -> None:
        await self.chunk(choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])

    async def end(self, reason: str = "stop", usage: tuple[int, int] | None = (11, 7)) -> None:
        await self.delta(finish_reason=reason)
        if usage:
            await self.chunk(
                choices=[],
                usage={"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": 0},
            )
        await self.raw(b"data: [DONE]\n\n")

    async def stall(self) -> None:
        """Send nothing more until the client goes away."""
        await asyncio.Event().wait()

    def break_off(self) -> None:
        """Close the connection in the middle of the answer."""
        assert self.request.transport is not None
        self.request.transport.abort()

    async def close(self) -> None:
        if self._response is not None and not self.request.transport.is_closing():
            await self._response.write_eof()


class ChatServer:
    """`bodies` are the requests as they came; `dropped` is set when a client leaves in mid-answer."""

    def __init__(self) -> None:
        self.answers: list[Script] = []
        self.bodies: list[dict[str, Any]] = []
        self.connections: set[Any] = set()
        self.dropped = asyncio.Event()
        self.arrived = asyncio.Event()
        self.models: tuple[int, Any] = (200, {"object": "list", "data": [{"id": "m", "object": "model"}]})
        self.url = ""

    def answer(self, *scripts: Script) -> None:
        self.answers.extend(scripts)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.connections.add(request.transport)
        self.arrived.set()
        wire = Wire(request, self)
        try:
            await self.answers.pop(0)(wire)
            await wire.close()
        except (asyncio.CancelledError, ConnectionError):
            self.dropped.set()
            raise
        assert wire._response is not None
        return wire._response

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response(self.models[1], status=self.models[0])

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ChatServer"]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        async with served(app) as address:
            self.url = f"{address}/v1"
            yield self


def says(*pieces: str, reason: str = "stop", usage: tuple[int, int] | None = (11, 7)) -> Script:
    async def script(wire: Wire) -> None:
        await wire.delta(role="assistant", content="")
        for piece in pieces:
            await wire.delta(content=piece)
        await wire.end(reason, usage)

    return script


def refuses(status: int, body: Any = None, **headers: str) -> Script:
    async def script(wire: Wire) -> None:
        await wire.refuse(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return script


def calls(*fragments: dict[str, Any], text: str = "") -> Script:
    """Tool calls; each fragment is one chunk: {"index", "id", "name", "arguments"}, any of them missing."""

    async def script(wire: Wire) -> None:
        if text:
            await wire.delta(content=text)
        for fragment in fragments:
            function = {name: fragment[name] for name in ("name", "arguments") if name in fragment}
            rest = {name: fragment[name] for name in ("index", "id") if name in fragment}
            await wire.delta(tool_calls=[{**rest, "function": function}])
        await wire.end("tool_calls")

    return script
