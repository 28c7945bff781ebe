"""Errors to wire form, in this one place: `{"error", "code", "details"}` and the status code; pages for browsers."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

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
_FOR_PROGRAMS = ("/api/", "/v1/", "/media/", "/static/")
_log = structlog.get_logger(__name__)


def status_of(error: VivaError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def error_response(error: VivaError) -> web.Response:
    """As programs read it."""
    body = {"error": error.message, "code": error.code, "details": error.details}
    return web.json_response(body, status=status_of(error), headers=headers_of(error))


def headers_of(error: VivaError) -> dict[str, str]:
    """What belongs to an answer with this error, however it is written."""
    match error:
        case TooMany():
            return {"Retry-After": str(error.details["retry_after_seconds"])}
        case TooBusy():
            return {"Retry-After": "5"}
        case NotAuthenticated():
            return {"WWW-Authenticate": "Bearer"}
    return {}


ErrorPage = Callable[[web.Request, VivaError], Awaitable[web.StreamResponse]]


def errors(page: ErrorPage | None = None) -> Middleware:
    """Every error as JSON, or as the `page` where a browser opened an address; nothing of a stack trace goes out."""

    async def say(request: web.Request, error: VivaError) -> web.StreamResponse:
        if page is not None and _opened_by_browser(request):
            return await page(request, error)
        return error_response(error)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except VivaError as error:
            return await say(request, error)
        except web.HTTPNotFound:
            missing = NotFound("There is nothing at this address; /api/v1/docs lists what there is.")
            return await say(request, missing)
        except web.HTTPMethodNotAllowed as error:
            allowed = error.headers["Allow"]
            said = f"Nothing is done with {request.method} at this address, but with {allowed.replace(',', ', ')}."
            return _plain(error, said, {"Allow": allowed})
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _plain(error, error.reason, {})
        except Exception:
            _log.exception("request.failed", path=request.path)
            failed = VivaError("Something went wrong on the server; the operator finds it in the log.")
            return await say(request, failed)

    return answer


def _plain(error: web.HTTPException, said: str, headers: dict[str, str]) -> web.Response:
    body = {"error": said, "code": f"http_{error.status}", "details": {}}
    return web.json_response(body, status=error.status, headers=headers)


def _opened_by_browser(request: web.Request) -> bool:
    """As browsers ask for a page; what programs ask for has an address of theirs, or does not accept HTML."""
    is_page = not request.path.startswith(_FOR_PROGRAMS)
    return request.method == "GET" and is_page and "text/html" in request.headers.get("Accept", "")
