"""Zip files of strangers, read member by member and never unpacked; and ours, whose bytes depend on the content alone."""

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from lms_core.errors import InvalidInput

MOST_BYTES = 1 << 30
"""Of the file, and of all that is in it, unpacked."""
MOST_FILES = 5000
_MOST_TEXT = 8 << 20
_MOST_DIRECTORY = 2 << 20
_CHUNK = 1 << 16
_END = struct.Struct("<4s4H2LH")
_SAFE = re.compile(r"[^/\\:\x00-\x1f][^\\:\x00-\x1f]*")
_SOMETIME = (1980, 1, 1, 0, 0, 0)


class ZipReader:
    """Raises InvalidInput for what is no zip file, is too big, or has names that lead out of it."""

    def __init__(self, path: Path) -> None:
        try:
            _check_directory(path)
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            raise InvalidInput(f"This is no zip file that can be read: {error}.") from error
        self._files = {one.filename: one for one in self._zip.infolist() if not one.is_dir()}
        try:
            _check(self._zip.infolist())
        except InvalidInput:
            self._zip.close()
            raise

    def __enter__(self) -> "ZipReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._files)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Never more than the directory tells of, which is checked."""
        if name not in self._files:
            raise InvalidInput(f"The archive has no file '{name[:200]}'.")
        try:
            with self._zip.open(self._files[name]) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise InvalidInput(f"The file '{name[:200]}' of the archive is damaged.") from error
        except Exception as error:
            if type(error).__module__ in ("zlib", "lzma", "_lzma"):
                raise InvalidInput(f"The file '{name[:200]}' of the archive is damaged.") from error
            raise

    def head(self, name: str, size: int) -> bytes:
        """Its first bytes."""
        return next(self.chunks(name), b"")[:size]

    def data(self, name: str, most: int = _MOST_TEXT) -> bytes:
        if name in self._files and self._files[name].file_size > most:
            raise InvalidInput(f"The file '{name[:200]}' of the archive is larger than {most >> 10} KB.")
        return b"".join(self.chunks(name))

    def text(self, name: str, most: int = _MOST_TEXT) -> str:
        try:
            return self.data(name, most).decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"The file '{name[:200]}' of the archive is not UTF-8.") from error


class ZipWriter:
    """The same content gives the same bytes."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w")

    def __enter__(self) -> "ZipWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def text(self, name: str, text: str) -> None:
        self._zip.writestr(_info(name, zipfile.ZIP_DEFLATED), text.encode())

    def file(self, name: str, path: Path) -> None:
        """As it is: pictures and sound are packed already."""
        info = _info(name, zipfile.ZIP_STORED)
        info.file_size = path.stat().st_size
        with path.open("rb") as source, self._zip.open(info, "w") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)


def _info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _SOMETIME)
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info


def _check_directory(path: Path) -> None:
    """Before `zipfile` reads it whole: a directory of millions of entries would fill the memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - _END.size))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile("its directory is missing")
    _, _, _, _, _, directory, _, _ = _END.unpack_from(tail, at)
    if directory > _MOST_DIRECTORY or tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise InvalidInput("The archive has too many files.")


def _check(members: list[zipfile.ZipInfo]) -> None:
    names = [one.filename for one in members]
    if len(names) > MOST_FILES or len(set(names)) < len(names):
        raise InvalidInput(f"An archive has at most {MOST_FILES} files, each name once.")
    for one in members:
        if not _SAFE.fullmatch(one.filename) or ".." in one.filename.split("/"):
            raise InvalidInput(
                f"The archive has a file with a name that leads out of it: {one.filename[:80]!r}."
            )
        if one.flag_bits & 1:
            raise InvalidInput("The archive is encrypted; make one without a password.")
        if one.external_attr >> 16 & 0o170000 == 0o120000:
            raise InvalidInput("The archive has a symbolic link; put the file itself in.")
    if sum(one.file_size for one in members) > MOST_BYTES:
        raise InvalidInput(f"The archive unpacks to more than {MOST_BYTES >> 20} MB.")
