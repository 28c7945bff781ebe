"""All doors of this package as routes, for the composition root."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from tutor.transports.client_secrets import ClientSecretsEndpoint
from tutor.transports.links import Links
from tutor.transports.outbox import Outbox
from tutor.transports.phone import START_SECONDS, PhoneEndpoint
from tutor.transports.ports import (
    AuthenticateRequest,
    AuthenticateToken,
    Held,
    LiveSessions,
    Supervising,
)
from tutor.transports.supervise import SuperviseEndpoint
from tutor.transports.websocket import RealtimeEndpoint


class Secrets(Protocol):
    async def issue_secret(
        self, person_id: str, *, lasts: timedelta, config: dict[str, Any]
    ) -> tuple[str, datetime]:
        """See `tutor.transports.ports.IssueSecret`."""


def routes(
    live: LiveSessions,
    supervising: Supervising,
    authenticate_request: AuthenticateRequest,
    authenticate_token: AuthenticateToken,
    secrets: Secrets,
    held: Held,
    allowed_origins: frozenset[str] = frozenset(),
    *,
    new_outbox: Callable[[], Outbox] = Outbox,
    start_seconds: float = START_SECONDS,
) -> list[web.RouteDef]:
    """The Realtime protocol over WebSocket, its client secrets, and phone calls; limits can be set for tests."""
    links = Links()
    realtime = RealtimeEndpoint(
        authenticate=authenticate_request,
        sessions=live,
        held=held,
        links=links,
        allowed_origins=allowed_origins,
        new_outbox=new_outbox,
    )
    client_secrets = ClientSecretsEndpoint(
        authenticate=authenticate_request, issue_secret=secrets.issue_secret
    )
    phone = PhoneEndpoint(
        authenticate_token=authenticate_token,
        sessions=live,
        held=held,
        links=links,
        start_seconds=start_seconds,
        new_outbox=new_outbox,
    )
    supervise = SuperviseEndpoint(
        authenticate=authenticate_request,
        supervising=supervising,
        held=held,
        allowed_origins=allowed_origins,
        new_outbox=new_outbox,
    )
    return [
        web.get("/v1/realtime", realtime.handle),
        web.post("/v1/realtime/client_secrets", client_secrets.handle),
        web.get("/v1/supervise/{id}", supervise.handle),
        web.get("/phone/media", phone.handle),
    ]
