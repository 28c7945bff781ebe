"""A web server of files on a thread, as good or as bad as a test wants it."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class File:
    """How one path is answered. `named`: with size and checksum in headers, as Hugging Face does for large files."""

    content: bytes
    status: int = 200
    kind: str = "application/octet-stream"
    named: bool = True
    sha256: str = ""
    length: int | None = None
    send: int | None = None
    """Break off after so many bytes of the body; None: send all."""
    stall: bool = False
    """Then keep the line open instead."""
    ranges: bool = True
    chunked: bool = False
    elsewhere: str = ""
    """Redirect there, with the headers."""
    asked: list[str] = field(default_factory=list)
    """The Range header of each request."""


class FileServer:
    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.url = ""
        self.over = threading.Event()

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        files = self

        class Handler(_Handler):
            server_of_files = files

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield self
            finally:
                self.over.set()
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_of_files: FileServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        self.close_connection = True
        file = self.server_of_files.files.get(self.path)
        if file is None or file.status >= 400:
            self.send_error(404 if file is None else file.status)
            return
        asked = self.headers.get("Range", "")
        file.asked.append(asked)
        span = re.fullmatch(r"bytes=(\d+)-", asked) if file.ranges else None
        start = int(span[1]) if span else 0
        if start >= len(file.content) > 0:
            self.send_error(416)
            return
        body = file.content[start:]
        self.send_response(302 if file.elsewhere else 206 if span else file.status)
        if file.named:
            self.send_header("X-Linked-Size", str(len(file.content)))
            self.send_header("X-Linked-ETag", f'"{file.sha256 or hashlib.sha256(file.content).hexdigest()}"')
        if file.elsewhere:
            self.send_header("Location", file.elsewhere)
            body = b""
        elif span:
            self.send_header("Content-Range", f"bytes {start}-{len(file.content) - 1}/{len(file.content)}")
        self.send_header("Content-Type", file.kind)
        with suppress(ConnectionError):  # the client has seen enough
            self._send(file, body)

    def _send(self, file: File, body: bytes) -> None:
        if file.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body) if file.length is None else file.length))
        self.end_headers()
        sent = body[: file.send]
        self.wfile.write(b"%x\r\n%b\r\n" % (len(sent), sent) if file.chunked and sent else sent)
        if file.chunked and file.send is None:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
        if file.stall:
            self.server_of_files.over.wait(20)
