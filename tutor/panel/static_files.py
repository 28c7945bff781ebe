"""The files that pages need, the same for everybody: kept by browsers and asked after by their ETag."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

_PANEL = Path(__file__).parent
_TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
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


def routes(panel: Path = _PANEL) -> list[web.RouteDef]:
    """The fixed set of files that pages need; open to everybody, they hold nothing private.

    `panel`: where static/ and worker.js lie.
    """
    files = {
        path.name: _packed(_TYPES[path.suffix], path.read_bytes())
        for path in sorted((panel / "static").iterdir())
        if path.suffix in _TYPES
    }
    return [
        *(web.get(f"/static/{name}", _serving(file)) for name, file in files.items()),
        web.get("/worker.js", _serving(_worker(panel, list(files)))),
    ]


def _packed(kind: str, body: bytes) -> File:
    packed = gzip.compress(body, mtime=0) if len(body) > WORTH_PACKING else None
    return File(kind, body, packed if packed and len(packed) < len(body) else None)


def _worker(panel: Path, names: list[str]) -> File:
    """The service worker; it is another one as soon as anything that pages are made of is."""
    parts = (
        path for path in sorted(panel.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc")
    )
    version = hashlib.sha256(b"".join(map(Path.read_bytes, parts))).hexdigest()[:16]
    files = [f"/static/{name}" for name in names]
    begin = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(files)};\n"
    return _packed("text/javascript", begin.encode() + (panel / "worker.js").read_bytes())


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
