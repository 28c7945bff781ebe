"""axe-core, which finds what keeps people from using a page: as npm has it, fetched once and never installed.

`python -m tests.e2e.axe` fetches it into the cache folder; a test calls `violations` of a page.
"""

import base64
import hashlib
import io
import os
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

_VERSION = "4.12.1"
_SHA512 = "s7iGf5GaVMxEG0ENN9x+xTr7GFZCb1ZP/1uATUpCEK2X78nDB3RwbtFCo9pGAf9ru+VwoQ464DkaLEeRM08wJA=="
"""`dist.integrity` of https://registry.npmjs.org/axe-core/<version>."""
_URL = f"https://registry.npmjs.org/axe-core/-/axe-core-{_VERSION}.tgz"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_FILE = _CACHE / "viva-tests" / f"axe-core-{_VERSION}.min.js"


async def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong on the page as it is shown now; skips the test if axe-core was not fetched."""
    if not _FILE.is_file():
        pytest.skip(f"no axe-core {_VERSION} in {_FILE.parent}: run `python -m tests.e2e.axe`")
    await page.evaluate(_FILE.read_text("utf-8"))  # not as a <script>, which the pages' policy forbids
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    wrong: list[dict[str, Any]] = found["violations"]
    return wrong


def fetch() -> Path:
    """Where it lies now. Raises OSError if npm's registry does not answer, ValueError if it sent something else."""
    if not _FILE.is_file():
        with urllib.request.urlopen(_URL, timeout=60) as answer:
            packed = answer.read()
        if base64.b64encode(hashlib.sha512(packed).digest()).decode() != _SHA512:
            raise ValueError(f"{_URL} is not what it was when its checksum was written down.")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            script = archive.extractfile("package/axe.min.js")
            assert script is not None
            _FILE.parent.mkdir(parents=True, exist_ok=True)
            part = _FILE.with_suffix(f".{os.getpid()}")
            part.write_bytes(script.read())
            part.replace(_FILE)
    return _FILE


if __name__ == "__main__":
    print(fetch())  # noqa: T201  # a command
