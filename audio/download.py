"""One file from a web server to disk: resumed, verified, and under its name only once it is whole."""

import errno
import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from audio.errors import ModelError

Progress = Callable[[str, int, int], None]
"""File name, bytes so far, bytes in all (0 if unknown)."""

_CHUNK = 1 << 18
_ADVICE = {
    401: "that needs an account; fetch it with a browser",
    403: "that needs an account; fetch it with a browser",
    404: "it was moved or removed there; a newer Viva may know where it is",
    429: "it is asked too often; try again in some minutes",
}


def fetch(url: str, target: Path, progress: Progress, *, time_limit: float = 30.0) -> None:
    """Download to `target` through a `.part` file, with which a later call goes on if the server names a checksum.

    `time_limit`: seconds without a byte. Raises ModelError, whose text says what happened and what to do.
    """
    part = target.with_name(target.name + ".part")
    with closing(_open(url, target, part, time_limit)) as answer:
        done = answer.start
        try:
            with part.open("r+b" if done else "wb") as file:
                if done:
                    file.truncate(done)
                    file.seek(done)
                for chunk in answer.chunks():
                    file.write(chunk)
                    done += len(chunk)
                    progress(target.name, done, answer.size)
        except OSError as error:
            full = " Make room, or change VIVA_DATA_DIR." if error.errno == errno.ENOSPC else ""
            raise ModelError(f"{part} cannot be written: {error.strerror}.{full}") from error
    if answer.broke_off or done < answer.size:
        of = f" of {answer.size}" if answer.size else ""
        raise ModelError(
            f"The download of {target.name} broke off at {done}{of} bytes; run the command again."
        )
    if answer.sha256:
        check_sha256(part, answer.sha256)
    part.replace(target)


def check_sha256(path: Path, expected: str) -> None:
    """Raises ModelError, and removes the file, if it is not the one that was meant."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        path.unlink()
        raise ModelError(f"{path.name} is damaged (checksum differs) and was removed; run the command again.")


def _open(url: str, target: Path, part: Path, time_limit: float) -> "_Answer":
    """What is missing of the file, or all of it if the server cannot do that or nobody could verify the sum."""
    # The last byte is asked for again: so there is something to send even if nothing is missing.
    start = max(0, part.stat().st_size - 1) if part.is_file() else 0
    answer = _ask(url, target, start, time_limit)
    if answer is not None and (answer.start == 0 or (answer.start == start and answer.sha256)):
        return answer
    if answer is not None:
        answer.close()
    whole = _ask(url, target, 0, time_limit)
    assert whole is not None  # only a part can be beyond the end
    return whole


def _ask(url: str, target: Path, start: int, time_limit: float) -> "_Answer | None":
    """The file from byte `start` on; None if it has no such byte. Raises ModelError."""
    redirects = _Redirects()
    try:
        request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310
        answer = urllib.request.build_opener(redirects).open(request, timeout=time_limit)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return None
        advice = _ADVICE.get(error.code, "try again later")
        raise ModelError(f"{url} answered {error.code} {error.reason}: {advice}.") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ModelError(
            f"Cannot fetch {url}: {reason}. Without internet, fetch it on another machine and put it at {target}."
        ) from error
    return _Answer(url, answer, redirects.linked)


class _Answer:
    """What a server sends, from byte `start` of a file of `size` bytes (0 if it does not say) and `sha256` ("")."""

    def __init__(self, url: str, answer: Any, linked: dict[str, str]) -> None:
        """`linked`: see `_Redirects`."""
        self._answer = answer
        self.broke_off = False
        if answer.headers.get_content_type() == "text/html":
            answer.close()
            raise ModelError(
                f"{url} answered with a web page, not the file: does a proxy want you to sign in?"
            )
        linked = linked | _linked(answer.headers)
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        self.start = int(span[1]) if span else 0
        self.size = int(span[2]) if span else int(answer.headers.get("Content-Length", 0))
        expected = int(linked.get("x-linked-size", self.size))
        if self.size not in (0, expected):
            answer.close()
            raise ModelError(
                f"{url} should have {expected} bytes and comes with {self.size}: something on the way changes it."
            )
        self.size = expected
        sha256 = linked.get("x-linked-etag", "").strip('"')
        self.sha256 = sha256 if re.fullmatch("[0-9a-f]{64}", sha256) else ""

    def chunks(self) -> Iterator[bytes]:
        try:
            while chunk := self._answer.read1(_CHUNK):
                yield chunk
        except (OSError, http.client.HTTPException):
            self.broke_off = True

    def close(self) -> None:
        self._answer.close()


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Hugging Face names size and SHA-256 of a large file where it redirects to its file store."""

    def __init__(self) -> None:
        self.linked: dict[str, str] = {}

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        self.linked |= _linked(headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _linked(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-linked-")}
