"""`POST /v1/realtime/client_secrets`: a short-lived token that opens one session, for browsers and apps."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from lms_core.errors import InvalidInput, NotPermitted, VivaError
from lms_core.people import Permission
from tutor.transports.http_answers import json_answer, refusal
from tutor.transports.ports import AuthenticateRequest, IssueSecret
from tutor.transports.session_update import parse_session
from tutor.transports.wire_errors import WireError, validate
from tutor.transports.wire_json import read_object

DEFAULT_SECONDS = 600
_MOST_BYTES = 256 * 1024
_BODY_SECONDS = 15.0


class _ExpiresAfter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    anchor: Literal["created_at"] = "created_at"
    seconds: Annotated[int, Field(ge=10, le=7200)] = DEFAULT_SECONDS


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    expires_after: _ExpiresAfter | None = None
    session: dict[str, Any] | None = None


class ClientSecretsEndpoint:
    """Route its `handle` at POST /v1/realtime/client_secrets."""

    def __init__(self, *, authenticate: AuthenticateRequest, issue_secret: IssueSecret) -> None:
        self._authenticate, self._issue_secret = authenticate, issue_secret

    async def handle(self, request: web.Request) -> web.Response:
        try:
            principal = await self._authenticate(request)
            if not principal.may(Permission.LEARN):
                raise NotPermitted(
                    "This token cannot make a client secret; use an API key with the scope learn."
                )
            wanted = validate(_Request, await _body(request), "")
            config: dict[str, Any] = {}
            if wanted.session is not None:
                config = parse_session(wanted.session).present()
            lasts = timedelta(seconds=(wanted.expires_after or _ExpiresAfter()).seconds)
            value, expires = await self._issue_secret(principal.person_id, lasts=lasts, config=config)
        except (VivaError, WireError) as error:
            return refusal(error)
        expires_at = int(expires.timestamp())
        session = {"type": "realtime", "object": "realtime.session", "id": "", "expires_at": 0} | config
        return json_answer({"value": value, "expires_at": expires_at, "session": session})


async def _body(request: web.Request) -> Any:
    """The JSON body; none at all counts as {}. Raises WireError."""
    if (request.content_length or 0) > _MOST_BYTES:
        raise WireError("invalid_value", f"The body may have {_MOST_BYTES} bytes.")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.read()
    except TimeoutError:
        raise InvalidInput(f"The body did not come within {_BODY_SECONDS:.0f} s.") from None
    return read_object(body) if body.strip() else {}
