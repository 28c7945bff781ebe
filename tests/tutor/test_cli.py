"""The command line: wrong use is answered in a sentence, with exit code 2 and without a traceback."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import NULL_ENGINES
from tutor.cli import COMMANDS, main

_ROOT = Path(__file__).resolve().parents[2]


def viva(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor.cli", *arguments], cwd=_ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert set(COMMANDS) <= {line.split()[0] for line in text.splitlines() if line.startswith("    ")}


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = viva("serve", "--port", str(port), "--data-dir", str(tmp_path), *NULL_ENGINES)
    assert done.returncode == 2
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_is_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = viva("serve", "--port", "0", "--data-dir", str(tmp_path / "file"), *NULL_ENGINES)
    assert done.returncode == 2
    assert "--data-dir" in done.stderr and "Traceback" not in done.stderr


def test_a_ready_file_in_a_folder_that_is_not_there_is_said_before_anything_starts(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "ready.json"
    done = viva("serve", "--port", "0", "--data-dir", str(tmp_path), "--ready-file", str(missing))
    assert done.returncode == 2
    assert "there is no such folder" in done.stderr
    assert not (tmp_path / "viva.db").exists()


def test_a_wrong_database_url_is_explained_without_its_password(tmp_path: Path) -> None:
    done = viva("migrate", "--data-dir", str(tmp_path), VIVA_DATABASE_URL="mysql://viva:hunter2@host/viva")
    assert done.returncode == 2
    assert "VIVA_DATABASE_URL is wrong" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    done = viva("migrate", "--data-dir", str(tmp_path), VIVA_DATABASE_ULR="sqlite:///x")
    assert done.returncode == 2
    assert "write VIVA_DATABASE_URL" in done.stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor.cli", "models", "list"], cwd=_ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == ""


def test_a_person_cannot_be_added_before_the_first_start(tmp_path: Path) -> None:
    done = viva("user", "add", "Mia", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "start the server once" in done.stderr


async def test_an_added_person_signs_in_once_and_sees_companions_but_not_others_sessions(
    quick_server: RunningServer,
) -> None:
    done = await asyncio.to_thread(
        viva, "user", "add", "Mia", "--data-dir", str(quick_server.data_dir), "--port", quick_server.port
    )
    assert done.returncode == 0, done.stderr
    (link,) = [line.strip() for line in done.stdout.splitlines() if "/sign-in?token=" in line]
    assert link.startswith(quick_server.url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(link, allow_redirects=False) as signed_in:
            assert (signed_in.status, signed_in.headers["Location"]) == (303, "/")
            cookie = signed_in.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        async with browser.get(f"{quick_server.url}/api/v1/companions") as companions:
            assert (await companions.json())["metadata"]["total"] == 3
        async with browser.get(f"{quick_server.url}/api/v1/sessions") as sessions:
            assert await sessions.json() == {"data": [], "metadata": {"page": 1, "limit": 20, "total": 0}}
    async with aiohttp.ClientSession() as somebody_else, somebody_else.get(link) as again:
        assert again.status == 401
        assert "viva user link" in await again.text()


async def test_the_ready_file_is_private_and_no_token_is_in_the_log(quick_server: RunningServer) -> None:
    ready = quick_server.data_dir.parent / "data.ready.json"
    assert ready.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(ready.read_text())) == {"url", "sign_in_url", "api_key"}
    assert quick_server.data_dir.stat().st_mode & 0o077 == 0
    assert quick_server.api_key not in quick_server.output()
