"""A real server process with engines that answer at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import RunningServer

NULL_ENGINES = [f"--{part}=tests.null_engines:{part}" for part in ("ears", "mind", "mouth")]


@pytest.fixture
def quick_server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "data", *NULL_ENGINES)
    yield running
    running.stop()
