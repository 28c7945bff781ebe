"""A teacher follows a running session over a WebSocket: `GET /v1/supervise/{id}`."""

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import WSMsgType, web

from lms_core.errors import InvalidInput, VivaError
from lms_core.people import Permission, Principal
from tutor.transports.http_answers import check_origin, refusal
from tutor.transports.outbox import CLOSE_SECONDS, Outbox
from tutor.transports.ports import SIGNED_OUT, AuthenticateRequest, Followed, Held, Supervising
from tutor.transports.supervise_door import SuperviseDoor
from tutor.transports.websocket import HEARTBEAT_SECONDS, PROTOCOLS

MOST_WAITING_SOUND = 128 * 1024
"""Bytes that may wait for a slow teacher before sound is left out; some 2 s of it."""
_MOST_MESSAGE_BYTES = 64 * 1024
_log = structlog.get_logger(__name__)


class SuperviseEndpoint:
    def __init__(
        self,
        *,
        authenticate: AuthenticateRequest,
        supervising: Supervising,
        held: Held,
        allowed_origins: frozenset[str],
        new_outbox: Callable[[], Outbox] = Outbox,
    ) -> None:
        self._authenticate, self._supervising, self._held = authenticate, supervising, held
        self._allowed_origins, self._new_outbox = allowed_origins, new_outbox

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            principal = await self._authenticate(request)
            check_origin(request, principal, self._allowed_origins)
            if not web.WebSocketResponse(protocols=PROTOCOLS).can_prepare(request):
                raise InvalidInput("This is a WebSocket address; connect to it as ws:// or wss://.")
            followed = await self._supervising.begin(principal, request.match_info["id"])
        except VivaError as error:
            return refusal(error)
        socket = web.WebSocketResponse(
            protocols=PROTOCOLS, compress=False, heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS,
            max_msg_size=_MOST_MESSAGE_BYTES, decode_text=False,
        )  # fmt: skip
        await socket.prepare(request)
        await self._follow(socket, followed, request, principal)
        return socket

    async def _follow(
        self, socket: web.WebSocketResponse, followed: Followed, request: web.Request, principal: Principal
    ) -> None:
        outbox, session = self._new_outbox(), followed.session
        door = SuperviseDoor(
            session, teacher=followed.teacher_name, learner=followed.learner_name, send=outbox.put,
            send_sound=lambda message: _put_sound(outbox, message), close=outbox.close,
            now=asyncio.get_running_loop().time,
        )  # fmt: skip
        async with outbox.sending(socket, request.transport):
            try:
                door.greet()
                session.join(door)
                with self._held(principal, Permission.SUPERVISE, lambda: door.leave(*SIGNED_OUT)):
                    await self._listen(socket, door, session.id, principal)
            except VivaError as error:
                outbox.close(1013, error.message)
            finally:
                door.over = True
                session.leave(door)
        _log.info("supervise.closed", session_id=session.id, code=int(socket.close_code or 1006))

    async def _listen(
        self, socket: web.WebSocketResponse, door: SuperviseDoor, session_id: str, principal: Principal
    ) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
                door.receive(message.data)
                if door.took_over:
                    door.took_over = False
                    await self._supervising.took_over(principal, session_id)


def _put_sound(outbox: Outbox, message: bytes) -> None:
    """Text is never left out, sound is: who cannot take it all still reads."""
    if outbox.waiting_bytes + len(message) <= MOST_WAITING_SOUND:
        outbox.put(message)
