"""The files that pages need, the same for everybody: kept by browsers and asked after by their ETag."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

_STATIC = Path(__file__).parent / "static"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PAGES = {"/reset": "reset.html"}
WORTH_PACKING = 1024  # bytes
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


@dataclass(frozen=True, slots=True)
class File:
    """`packed`: gzip of the body, if that is smaller by more than it costs."""

    kind: str
    body: bytes
    packed: bytes | None

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]


def read(path: Path) -> File:
    body = path.read_bytes()
    packed = gzip.compress(body, mtime=0) if len(body) > WORTH_PACKING else None
    return File(_TYPES[path.suffix], body, packed if packed and len(packed) < len(body) else None)


def routes() -> list[web.RouteDef]:
    """The pages and the fixed set of files that they need; open to everybody, they hold nothing private."""
    files = {path.name: read(path) for path in sorted(_STATIC.iterdir()) if path.suffix in _TYPES}
    return [web.get(path, _serving(files[name])) for path, name in _PAGES.items()] + [
        web.get(f"/static/{name}", _serving(file)) for name, file in files.items()
    ]


def _serving(file: File) -> Handler:
    etag = file.etag

    async def serve(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304)
        packed = file.packed if "gzip" in request.headers.get("Accept-Encoding", "").lower() else None
        response = web.Response(body=packed or file.body, content_type=file.kind, headers=HEADERS)
        if file.kind.startswith("text/"):
            response.charset = "utf-8"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.etag = etag
        return response

    return serve
