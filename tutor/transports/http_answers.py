"""HTTP answers of the OpenAI-compatible paths, before a WebSocket is there, as OpenAI SDKs read them."""

from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from lms_core.errors import NotPermitted, VivaError
from lms_core.people import Principal, TokenKind
from tutor.transports.wire_errors import WireError, error_body

_STATUS = {
    "invalid_input": 400,
    "not_authenticated": 401,
    "quota_reached": 402,
    "not_permitted": 403,
    "not_found": 404,
    "conflict": 409,
    "too_busy": 503,
}
_RETRY_SECONDS = "5"


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json", headers=headers
    )


def refusal(error: VivaError | WireError) -> web.Response:
    """The error with its HTTP status; 503 says when to come again."""
    if isinstance(error, WireError):
        return json_answer({"error": error_body(error.code, error.message, error.param)}, 400)
    status = _STATUS.get(error.code, 500)
    headers = {"Retry-After": _RETRY_SECONDS} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json_answer({"error": error_body(error.code, error.message)}, status, headers)


def check_origin(request: web.Request, principal: Principal, allowed: frozenset[str]) -> None:
    """Browsers send `Origin`: it must be ours, or one that the operator allowed. Raises NotPermitted.

    Without this any page on the web could talk through a learner's cookie. Client secrets are made for pages
    elsewhere, and are proof enough.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in allowed or principal.kind is TokenKind.CLIENT_SECRET:
        return
    if urlsplit(origin).netloc.lower() != request.host.lower():
        raise NotPermitted(f"Pages of {origin[:200]} may not connect; add it to VIVA_ALLOWED_ORIGINS.")
