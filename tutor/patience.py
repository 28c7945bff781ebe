"""How long a connection may take: one that does not say in time what it wants is cut, so that nobody holds
connections open with requests that never end."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

HEAD_SECONDS = 15.0
"""From the connection to the end of the first request's head."""
IDLE_SECONDS = 60.0
"""Between two requests of a connection."""


class Patience:
    """Give its `middleware` to the application first of all, and its `watched` server to the event loop."""

    def __init__(self, head_seconds: float = HEAD_SECONDS) -> None:
        self._head_seconds = head_seconds
        self._timers: dict[Any, asyncio.TimerHandle] = {}
        """By connection, until its first request is there."""

    @property
    def waiting(self) -> int:
        """Connections that have not asked for anything yet."""
        return len(self._timers)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        timer = self._timers.pop(request.protocol, None)
        if timer is not None:
            timer.cancel()
        return await handler(request)

    def watched(self, server: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """The same server, whose connections are cut in time."""

        def connection() -> asyncio.Protocol:
            protocol = server()
            loop = asyncio.get_running_loop()
            self._timers[protocol] = loop.call_later(self._head_seconds, self._cut, protocol)
            return protocol

        return connection

    def _cut(self, protocol: Any) -> None:
        del self._timers[protocol]
        if protocol.transport is not None:
            protocol.transport.abort()
