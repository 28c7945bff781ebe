"""The Realtime protocol over a WebSocket: `GET /v1/realtime?model=<companion id or slug>`."""

import asyncio
import time
from collections.abc import Callable

import structlog
from aiohttp import WSMsgType, web

from lms_core.errors import InvalidInput, VivaError
from lms_core.people import Permission, Principal
from tutor.conversation.session import Session
from tutor.transports.client_events import ClientEvents
from tutor.transports.http_answers import check_origin, refusal
from tutor.transports.limits import Turn
from tutor.transports.links import Links
from tutor.transports.outbox import CLOSE_SECONDS, Outbox
from tutor.transports.ports import SIGNED_OUT, AuthenticateRequest, Held, LiveSessions
from tutor.transports.realtime import RealtimeDoor
from tutor.transports.wire_errors import WireError

MOST_MESSAGE_BYTES = 2 * 1024 * 1024
"""Longer messages close the connection with 1009."""
HEARTBEAT_SECONDS = 20.0
PROTOCOLS = ("realtime", "viva", "openai-beta.realtime-v1")
"""What we select from, in the client's order. A browser's token is among the offers, and never selected."""
_log = structlog.get_logger(__name__)


class RealtimeEndpoint:
    """Route its `handle` at GET /v1/realtime."""

    def __init__(
        self,
        *,
        authenticate: AuthenticateRequest,
        sessions: LiveSessions,
        links: Links,
        held: Held,
        allowed_origins: frozenset[str] = frozenset(),
        new_outbox: Callable[[], Outbox] = Outbox,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`allowed_origins`: further origins of pages ("https://school.example")."""
        self._authenticate, self._sessions, self._links, self._held = authenticate, sessions, links, held
        self._allowed_origins = allowed_origins
        self._new_outbox = new_outbox
        self._wall_clock = wall_clock

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            _check_subprotocols(request)
            principal = await self._authenticate(request)
            check_origin(request, principal, self._allowed_origins)
            model, resume_id = _target(request, principal)
            viva = _asks_for_viva(request)
            if not web.WebSocketResponse(protocols=PROTOCOLS).can_prepare(request):
                raise InvalidInput("This is a WebSocket address; connect to it as ws:// or wss://.")
            session = await self._sessions.open(
                model, principal, resume_id=resume_id, door_kind="page" if viva else "realtime"
            )
        except (VivaError, WireError) as error:
            return refusal(error)
        socket = web.WebSocketResponse(
            protocols=PROTOCOLS, compress=False, heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS,
            max_msg_size=MOST_MESSAGE_BYTES, decode_text=False,
        )  # fmt: skip
        await socket.prepare(request)
        outbox = self._new_outbox()
        door = RealtimeDoor(
            session, model=model or session.companion.slug, send=outbox.put, close=outbox.close,
            wall_clock=self._wall_clock, viva_client=viva,
        )  # fmt: skip
        async with outbox.sending(socket, request.transport):
            try:
                with self._held(principal, Permission.LEARN, lambda: door.leave(*SIGNED_OUT)):
                    await self._serve(
                        socket, session, door, request, principal, resumed=resume_id is not None
                    )
            finally:
                door.over = True
                self._links.detach(session, door)
        return socket

    async def _serve(
        self,
        socket: web.WebSocketResponse,
        session: Session,
        door: RealtimeDoor,
        request: web.Request,
        principal: Principal,
        *,
        resumed: bool,
    ) -> None:
        loop = asyncio.get_running_loop()
        client = ClientEvents(door, now=loop.time, call_later=loop.call_later)
        session.configure(companion_leads=_companion_leads(request, door.viva_client))
        if principal.config and not resumed:
            client.update_settings(
                {name: value for name, value in principal.config.items() if name != "model"}
            )
        door.greet(resumed=resumed)
        self._links.attach(session, door)
        turn = Turn(loop.time)
        try:
            async for message in socket:  # inline: no task, queue or object of ours for a frame
                if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
                    client.receive(message.data)
                    if turn.is_over():
                        await asyncio.sleep(0)
        finally:
            client.close()
            _log.info("realtime.closed", session_id=session.id, code=int(socket.close_code or 1006))


def _target(request: web.Request, principal: Principal) -> tuple[str, str | None]:
    """The companion that is asked for, and the session to resume. Raises InvalidInput."""
    resume_id = request.query.get("session_id") or None
    model = request.query.get("model") or (principal.config or {}).get("model") or ""
    if not model and resume_id is None:
        raise InvalidInput("Name a companion: /v1/realtime?model=<id or slug>.")
    return str(model), resume_id


def _offered(request: web.Request) -> list[str]:
    header = request.headers.get("Sec-WebSocket-Protocol", "")
    return [name.strip() for name in header.split(",") if name.strip()]


def _check_subprotocols(request: web.Request) -> None:
    """Raises InvalidInput: a browser hangs up when the server selects nothing of what it offered."""
    offered = _offered(request)
    if offered and not any(name in PROTOCOLS for name in offered):
        raise InvalidInput("Offer the WebSocket subprotocol 'realtime' beside the one with the key.")


def _asks_for_viva(request: web.Request) -> bool:
    return request.query.get("viva") == "1" or "viva" in _offered(request)


def _companion_leads(request: web.Request, viva: bool) -> bool:
    """Strict clients are never spoken to unasked, our own page always; `greeting` overrules both."""
    wish = request.query.get("greeting")
    return viva if wish is None else wish == "1"
