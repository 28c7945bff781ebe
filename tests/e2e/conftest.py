"""A real server in a process of its own, as an operator starts it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import witness

_ROOT = Path(__file__).resolve().parents[2]
_PATIENT = {"VIVA_GRACE_SECONDS": "60", "VIVA_DRAIN_SECONDS": "2", "VIVA_HEARING_SECONDS": "60"}
"""For a test machine that is very busy."""


class RunningServer:
    """`python run.py` with an own data directory; can be killed and started again on the same port."""

    def __init__(self, data_dir: Path, *flags: str) -> None:
        self.data_dir = data_dir
        self._flags = flags
        self._ready = data_dir.parent / f"{data_dir.name}.ready.json"
        self.port = "0"
        self.start()

    def start(self) -> None:
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "run.py", "--port", self.port, "--data-dir", str(self.data_dir)]
        self.log = (self.data_dir.parent / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--ready-file", str(self._ready), *self._flags], cwd=_ROOT, stdout=self.log,
            stderr=self.log, env=_PATIENT | os.environ,
        )  # fmt: skip
        deadline = time.monotonic() + 180
        while not self._ready.is_file():
            assert self.process.poll() is None and time.monotonic() < deadline, self.output()
            time.sleep(0.05)  # the only way to see a file of another process appear
        ready = json.loads(self._ready.read_text())
        self.url: str = ready["url"]
        self.sign_in_url: str = ready["sign_in_url"]
        self.api_key: str = ready["api_key"]
        self.port = self.url.rsplit(":", 1)[1]

    def change(self, setting: str, value: object) -> None:
        """As an admin does while it runs."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/admin/settings/{setting}", json.dumps({"value": value}).encode(), method="PUT",
            headers={"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(request).close()

    def output(self) -> str:
        return (self.data_dir.parent / "server.log").read_text()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(60)

    def stop(self) -> int:
        """Ask it to drain; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.log.close()
        return code


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("server") / "data")
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """For tests that kill it."""
    running = RunningServer(tmp_path / "data")
    yield running
    running.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed tells what its pages showed and what its servers logged."""
    report = yield
    if report.failed and report.when != "teardown":
        report.sections += [("A page as it was", told) for told in witness.pages()]
        running = [one for one in _arguments(item) if isinstance(one, RunningServer)]
        report.sections += [("The server's last words", one.output()[-4000:]) for one in running]
    return report


def _arguments(item: pytest.Function) -> list[Any]:
    return list(getattr(item, "funcargs", {}).values())
