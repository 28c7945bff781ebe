"""What waits to be sent to one client: bounded, and drained by one task."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import WSMsgType, web

MOST_BYTES = 4 * 1024 * 1024
MOST_MESSAGES = 4096
STALL_SECONDS = 30.0
"""How long one message may take to go out until the client counts as dead."""
CLOSE_SECONDS = 5.0
"""How long a client may take to close when it was asked to."""
_GOODBYE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class Outbox:
    """`put` never blocks. A client that does not read is closed with 1013; nothing more is kept for it."""

    def __init__(
        self,
        *,
        most_bytes: int = MOST_BYTES,
        most_messages: int = MOST_MESSAGES,
        stall: float = STALL_SECONDS,
    ) -> None:
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._most_bytes, self._most_messages, self._stall = most_bytes, most_messages, stall
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self._sending: asyncio.Timeout | None = None
        self.overflowed = False

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def put(self, message: bytes) -> None:
        """Queue one text message (UTF-8)."""
        if self.overflowed or self._closing is not None:
            return
        if self._bytes + len(message) > self._most_bytes or len(self._waiting) >= self._most_messages:
            self._overflow()
            return
        self._waiting.append(message)
        self._bytes += len(message)
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then close. Idempotent; the first reason counts."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wake.set()

    @asynccontextmanager
    async def sending(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None
    ) -> AsyncIterator[None]:
        """What is put goes out meanwhile; then the socket is closed, when all that waits was sent."""
        writer = asyncio.create_task(self.run(socket, transport))
        try:
            yield
        finally:
            self.close(1000, "")
            done, _ = await asyncio.wait((writer,), timeout=CLOSE_SECONDS)
            if not done:
                writer.cancel()
                await asyncio.wait((writer,))

    async def run(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        """The writer task: until the socket is closed, from either side."""
        try:
            while not self.overflowed:
                while self._waiting and not self.overflowed:
                    message = self._waiting.popleft()
                    async with asyncio.timeout(self._stall) as self._sending:
                        await socket.send_frame(message, WSMsgType.TEXT)
                    self._sending = None
                    self._bytes -= len(message)
                if self._closing is not None:
                    code, reason = self._closing
                    await socket.close(code=code, message=_close_reason(reason))
                    return
                await self._wake.wait()
                self._wake.clear()
        except TimeoutError:
            self._overflow()
        except (ConnectionError, RuntimeError):
            return  # the client is gone; the reading side notices by itself
        finally:
            self._sending = None
        await self._give_up(socket, transport)

    def _overflow(self) -> None:
        if not self.overflowed:
            self.overflowed = True
            self._waiting.clear()
            self._bytes = 0
            self._wake.set()
            if self._sending is not None and not self._sending.expired():
                self._sending.reschedule(asyncio.get_running_loop().time())

    async def _give_up(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        """Say why, if the client takes even that; then cut the line."""
        _log.warning("client.does_not_read")
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await socket.close(code=1013, message=b"the client does not read what it is sent")
        except (TimeoutError, ConnectionError, RuntimeError):
            pass
        if transport is not None:
            transport.abort()


def _close_reason(reason: str) -> bytes:
    """At most 123 bytes, as RFC 6455 has it, without a torn character."""
    return reason.encode()[:123].decode(errors="ignore").encode()
