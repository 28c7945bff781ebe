"""Live updates as server-sent events."""

import asyncio
import contextlib
import json

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from lms_core.errors import InvalidInput, TooBusy
from lms_core.people import Permission
from lms_core.updates import Update
from tutor.api.routing import Call, Route, Stream
from tutor.open_links import OpenLinks
from tutor.updates import LiveUpdates

_STREAM = "text/event-stream"
_HEADERS = {"Content-Type": _STREAM, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_BEGIN = b"retry: 2000\n\n"
_LARGEST_ID = 2**63 - 1
_SLOWEST_SECONDS = 30
_log = structlog.get_logger(__name__)


def routes(updates: LiveUpdates, links: OpenLinks) -> list[Route]:
    async def events(call: Call[None, None]) -> web.StreamResponse:
        last = _last_id(call.request.headers.get("Last-Event-ID"))

        def gone() -> bool:  # found out by writing only with the next heartbeat
            return call.request.transport is None or call.request.transport.is_closing()

        def cut() -> None:
            if call.request.transport is not None:
                call.request.transport.abort()

        async with contextlib.aclosing(updates.follow(call.principal.person_id, last, gone)) as stream:
            first = await anext(stream)  # what is refused is refused before the stream begins
            response = web.StreamResponse(headers=_HEADERS)
            try:
                await response.prepare(call.request)
                await response.write(_BEGIN + _event(first))
                with links.held(call.principal, Permission.BROWSE, cut):
                    async for update in stream:
                        async with asyncio.timeout(_SLOWEST_SECONDS):
                            await response.write(_event(update))
            except (ConnectionError, TimeoutError):
                pass  # the page is gone or reads no more; it comes back with Last-Event-ID
            except (TooBusy, SQLAlchemyError) as error:
                _log.warning("events.interrupted", cause=type(error).__name__)
        return response

    return [
        Route(
            method="GET", path="/events",
            summary="My live updates as server-sent events; Last-Event-ID goes on where a stream was lost.",
            permission=Permission.BROWSE, handle=events, answers=Stream(_STREAM),
        ),
    ]  # fmt: skip


def _last_id(header: str | None) -> int | None:
    if not header:
        return None
    if not (header.isascii() and header.isdigit() and len(header) < 20) or int(header) > _LARGEST_ID:
        raise InvalidInput("Last-Event-ID is the id of an event that you got from here.")
    return int(header)


def _event(update: Update | None) -> bytes:
    if update is None:
        return b": still here\n\n"
    data = json.dumps(dict(update.data), separators=(",", ":"))
    return f"id: {update.id}\nevent: {update.type}\ndata: {data}\n\n".encode()
