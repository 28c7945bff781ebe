"""Reads a Common Cartridge in a process of its own: pages of strangers can keep parsers of HTML busy for hours, and what runs
in a thread of ours can neither be stopped nor leaves the processor to those who talk.

`python -m tutor.archives.apart <path>` writes what it found to standard output: an `Unpacked`, or why it cannot be read.
"""

import contextlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

from lms_core.errors import InvalidInput
from tutor.archives.cartridge import unpack_cartridge
from tutor.archives.unpacked import Unpacked
from tutor.archives.zips import ZipReader
from tutor.media_tools.runner import environment

SECONDS = 300.0
_MEMORY = 2 << 30
_ROOT = Path(__file__).resolve().parents[2]


def unpack_cartridge_apart(path: Path, seconds: float = SECONDS) -> Unpacked:
    """Blocks. Raises InvalidInput."""
    try:
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "tutor.archives.apart", str(path.absolute())], cwd=_ROOT, env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(
            f"Its pages cannot be read within {seconds:.0f} s; export it in smaller parts."
        ) from error
    if done.returncode or not done.stdout:
        raise InvalidInput("A page of the archive makes our reader fail; export it again.")
    found = pickle.loads(done.stdout)  # noqa: S301  # written by `main`
    if not isinstance(found, Unpacked):
        raise InvalidInput(found)
    return found


def main() -> None:
    with contextlib.suppress(OSError):
        os.nice(15)  # talks come first
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    found: Unpacked | str
    try:
        with ZipReader(Path(sys.argv[1])) as archive:
            found = unpack_cartridge(archive)
    except InvalidInput as error:
        found = error.message
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
