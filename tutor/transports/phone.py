"""Phone-style clients: Twilio Media Streams over a WebSocket, at /phone/media."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import WSMsgType, web

from lms_core.errors import InvalidInput, TooBusy, VivaError
from lms_core.people import Permission, Principal
from tutor.conversation.session import Session
from tutor.transports import twilio
from tutor.transports.call_config import check_call, configure_call
from tutor.transports.limits import Bucket, Turn
from tutor.transports.links import Links
from tutor.transports.outbox import CLOSE_SECONDS, Outbox
from tutor.transports.phone_door import PhoneDoor
from tutor.transports.ports import SIGNED_OUT, AuthenticateToken, Held, LiveSessions

START_SECONDS = 10.0
"""A connection that does not say by then who calls is closed."""
MOST_MESSAGE_BYTES = 256 * 1024
MESSAGES_A_SECOND = 200.0
MESSAGES_AT_ONCE = 2000.0
_MOST_BEFORE_START = 10
_log = structlog.get_logger(__name__)


class PhoneEndpoint:
    """Route its `handle` at GET /phone/media. The token comes in `start`; nothing is done before."""

    def __init__(
        self,
        *,
        authenticate_token: AuthenticateToken,
        sessions: LiveSessions,
        links: Links,
        held: Held,
        start_seconds: float = START_SECONDS,
        new_outbox: Callable[[], Outbox] = Outbox,
    ) -> None:
        self._authenticate_token, self._sessions = authenticate_token, sessions
        self._links, self._held = links, held
        self._start_seconds = start_seconds
        self._new_outbox = new_outbox

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            compress=False, heartbeat=20.0, timeout=CLOSE_SECONDS, max_msg_size=MOST_MESSAGE_BYTES,
            decode_text=False, protocols=("audio.twilio.com",) if _offers_protocol(request) else (),
        )  # fmt: skip
        await socket.prepare(request)
        try:
            async with asyncio.timeout(self._start_seconds):
                call = await _wait_for_start(socket)
                opened = await self._open(call)
        except TimeoutError:
            await socket.close(code=1008, message=b"no start message in time")
        except TooBusy as error:
            await socket.close(code=1013, message=_reason(error))
        except VivaError as error:
            await socket.close(code=1008, message=_reason(error))
        else:
            if opened is not None:
                await self._talk(socket, request, *opened, call)
        return socket

    async def _open(self, call: twilio.CallStart | None) -> tuple[Session, Principal] | None:
        """The session, and who opened it; None if the caller hung up before the call began."""
        if call is None:
            return None
        parameters = call.custom_parameters
        principal = await self._authenticate_token(parameters.get("token", ""))
        config = principal.config or {}
        companion = parameters.get("companion") or str(config.get("model") or "")
        resume_id = parameters.get("session_id") or None
        if not companion and resume_id is None:
            raise InvalidInput("Name a companion in customParameters.companion.")
        check_call(config)  # before the secret is spent
        session = await self._sessions.open(companion, principal, resume_id=resume_id, door_kind="phone")
        if config and resume_id is None:
            configure_call(session, config)
        return session, principal

    async def _talk(
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        session: Session,
        principal: Principal,
        call: "twilio.CallStart | None",
    ) -> None:
        assert call is not None
        loop = asyncio.get_running_loop()
        outbox = self._new_outbox()
        door = PhoneDoor(
            session,
            call.stream_sid,
            send=outbox.put,
            close=outbox.close,
            now=loop.time,
            call_later=loop.call_later,
        )
        session.configure(companion_leads=True)
        _log.info("phone.call_begins", session_id=session.id, call_sid=call.call_sid)
        async with outbox.sending(socket, request.transport):
            try:
                self._links.attach(session, door)
                with self._held(principal, Permission.LEARN, lambda: door.leave(*SIGNED_OUT)):
                    await _listen(socket, door, loop.time)
            finally:
                door.close()
                self._links.detach(session, door)
        _log.info("phone.call_ended", session_id=session.id, code=int(socket.close_code or 1006))


async def _listen(socket: web.WebSocketResponse, door: PhoneDoor, now: Callable[[], float]) -> None:
    messages = Bucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE)
    turn = Turn(now)
    async for message in socket:  # inline: no task, queue or object of ours for a frame
        if turn.is_over():
            await asyncio.sleep(0)
        if not messages.take(now()):
            door.leave(1008, "too many messages a second")
        elif message.type is not WSMsgType.TEXT:
            continue
        elif not door.receive(message.data) and not door.over:
            return  # hung up


async def _wait_for_start(socket: web.WebSocketResponse) -> twilio.CallStart | None:
    """The call's `start`; None if the line was closed before. Raises InvalidInput."""
    for _ in range(_MOST_BEFORE_START):
        message = await socket.receive()
        if message.type is WSMsgType.BINARY:
            break
        if message.type is not WSMsgType.TEXT:
            return None
        event = _read(message.data)
        if event.get("event") == "start":
            return twilio.read_start(event)
        if event.get("event") == "stop":
            return None
    raise InvalidInput("The messages are not Twilio Media Streams: no 'start'.")


def _read(data: bytes | str) -> dict[str, Any]:
    try:
        return twilio.read(data)
    except ValueError as error:
        raise InvalidInput("The message is not a JSON object.") from error


def _offers_protocol(request: web.Request) -> bool:
    return "audio.twilio.com" in request.headers.get("Sec-WebSocket-Protocol", "")


def _reason(error: VivaError) -> bytes:
    return error.message.encode()[:123].decode(errors="ignore").encode()
