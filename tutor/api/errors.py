"""Errors to wire form, in this one place: `{"error", "code", "details"}` and the status code."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from lms_core.errors import (
    Changed,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotConditional,
    NotFound,
    NotPermitted,
    QuotaReached,
    TooBusy,
    TooMany,
    Unavailable,
    VivaError,
)

STATUS: dict[type[VivaError], int] = {
    InvalidInput: 400,
    NotAuthenticated: 401,
    QuotaReached: 402,
    NotPermitted: 403,
    NotFound: 404,
    Conflict: 409,
    Changed: 412,
    NotConditional: 428,
    TooMany: 429,
    TooBusy: 503,
    Unavailable: 501,
}
_log = structlog.get_logger(__name__)


def status_of(error: VivaError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def error_response(error: VivaError) -> web.Response:
    status = status_of(error)
    headers = {"Retry-After": "5"} if status == 503 else {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.details["retry_after_seconds"])
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"error": error.message, "code": error.code, "details": error.details}
    return web.json_response(body, status=status, headers=headers)


@web.middleware
async def errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Every error as JSON; nothing of a stack trace goes out."""
    try:
        return await handler(request)
    except VivaError as error:
        return error_response(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        if error.status == 404:
            return error_response(
                NotFound("There is nothing at this address; /api/v1/docs lists what there is.")
            )
        body = {"error": error.reason, "code": f"http_{error.status}", "details": {}}
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return web.json_response(body, status=error.status, headers=allow)
    except Exception:
        _log.exception("request.failed", path=request.path)
        return error_response(
            VivaError("Something went wrong on the server; the operator finds it in the log.")
        )
