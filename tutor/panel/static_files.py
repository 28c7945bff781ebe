"""The web pages: static files, no build step."""

import hashlib
from pathlib import Path

from aiohttp import web

_STATIC = Path(__file__).parent / "static"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PAGES = {"/": "index.html", "/talk/{slug}": "index.html", "/reset": "reset.html"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self)",
    "Cache-Control": "no-cache",
}


def routes() -> list[web.RouteDef]:
    """The pages and the fixed set of files that they need; open to everybody, they hold nothing private."""
    files = {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.suffix in _TYPES}
    return [web.get(path, _file(name, files[name])) for path, name in _PAGES.items()] + [
        web.get(f"/static/{name}", _file(name, body)) for name, body in files.items()
    ]


def _file(name: str, body: bytes) -> "web._Handler":  # type: ignore[name-defined]
    etag = hashlib.sha256(body).hexdigest()[:16]
    kind = _TYPES[Path(name).suffix]

    async def serve(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304)
        response = web.Response(body=body, content_type=kind, charset="utf-8", headers=HEADERS)
        response.etag = etag
        return response

    return serve
