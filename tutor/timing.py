"""How long requests take, but for those that are streams."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def timed(observe: Callable[[str, float], None]) -> Middleware:
    """`observe` is told of each request to the REST API (`api`) or for a page (`page`), and of its seconds."""

    @web.middleware
    async def measure(request: web.Request, handler: _Handler) -> web.StreamResponse:
        began = time.perf_counter()
        response = await handler(request)
        if not response.prepared and not request.path.startswith(
            ("/static/", "/metrics", "/healthz", "/readyz")
        ):
            part = "api" if request.path.startswith("/api/") else "page"
            observe(part, time.perf_counter() - began)
        return response

    return measure
