"""The page: plain static files that a learner's browser talks to a companion with.

There is no build step. The files are read once, when the routes are made, and served from memory.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from aiohttp import web

_STATIC: Final = Path(__file__).parent / "static"

# A fixed list, so that no name from the network ever becomes a path on the disk.
_TYPES: Final = {
    "index.html": "text/html",
    "style.css": "text/css",
    "app.js": "text/javascript",
    "realtime.js": "text/javascript",
    "capture-worklet.js": "text/javascript",
    "player.js": "text/javascript",
    "player-worklet.js": "text/javascript",
}

# `ws: wss:` is named because older Safari does not count a web socket as 'self'.
_POLICY: Final = (
    "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class _StaticFile:
    """One file of the page with the headers it is always sent with."""

    def __init__(self, name: str) -> None:
        self._body = (_STATIC / name).read_bytes()
        self._type = _TYPES[name]
        self._tag = hashlib.sha256(self._body).hexdigest()[:16]

    def answer(self, request: web.Request) -> web.Response:
        """Send the file, or 304 when the browser already has this version (RFC 9110, 13.1.2)."""
        known = {tag.value for tag in request.if_none_match or ()}
        if self._tag in known or "*" in known:
            response = web.Response(status=304)
        else:
            response = web.Response(body=self._body, content_type=self._type, charset="utf-8")
        response.etag = self._tag
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def routes() -> list[web.RouteDef]:
    """The routes of the page: `/` and `/static/{name}`.

    Raises:
        OSError: a file of the page is missing from the installation.
    """
    files = {name: _StaticFile(name) for name in _TYPES}

    async def index(request: web.Request) -> web.StreamResponse:
        return files["index.html"].answer(request)

    async def static(request: web.Request) -> web.StreamResponse:
        found = files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request)

    return [web.get("/", index), web.get("/static/{name}", static)]
