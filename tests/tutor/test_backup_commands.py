"""Backup, restore and export from the command line: wrong use is answered in a sentence."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tutor.cli import main


async def test_a_running_server_is_backed_up_restored_elsewhere_and_a_person_exported(
    ask: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def viva(*arguments: str) -> int:
        return main([*arguments])

    here, there = str(ask.server.data_dir), str(tmp_path / "there")
    file, person = tmp_path / "viva.zip", tmp_path / "lena.json"
    assert await asyncio.to_thread(viva, "backup", str(file), "--data-dir", here) == 0
    assert await asyncio.to_thread(viva, "backup", str(file), "--data-dir", here) == 2
    assert await asyncio.to_thread(viva, "restore", str(file), "--data-dir", there) == 0
    assert await asyncio.to_thread(viva, "restore", str(file), "--data-dir", there) == 2
    told = capsys.readouterr()
    assert "compared with the backup and equal" in told.out
    assert "--force" in told.err
    add = ("user", "add", "Lena", "--email", "lena@example.org", "--data-dir", there)
    assert await asyncio.to_thread(viva, *add) == 0
    export = ("export-user", "lena@example.org", "--out", str(person), "--data-dir", there)
    assert await asyncio.to_thread(viva, *export) == 0
    assert json.loads(person.read_text())["people"][0]["name"] == "Lena"
    assert await asyncio.to_thread(viva, *export) == 2


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("backup", "/nowhere/viva.zip"), "cannot be written"), (("backup", "viva.zip"), "no database"),
        (("restore", "nothing.zip"), "no backup"), (("export-user", "a@b.org"), "Nobody has"),
    ],
)  # fmt: skip
def test_wrong_use_is_answered_in_a_sentence(
    command: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--data-dir", str(tmp_path / "data")]) == 2
    assert says in capsys.readouterr().err
