"""Backup, restore and export from the command line: wrong use is answered in a sentence."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Database
from storage.recordings import RecordingStore
from storage.sessions import SessionStore
from storage.sign_ins import SignInStore
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
    await record(tmp_path / "there", "lena@example.org")
    sound = tmp_path / "lena"
    export = (
        "export-user", "lena@example.org", "--out", str(person), "--recordings", str(sound), "--data-dir", there
    )  # fmt: skip
    assert await asyncio.to_thread(viva, *export) == 0
    assert json.loads(person.read_text())["people"][0]["name"] == "Lena"
    assert [(one.name, one.read_bytes()) for one in sound.iterdir()] == [("sess_1.ogg", b"a voice")]
    assert await asyncio.to_thread(viva, *export) == 2


async def record(data_dir: Path, email: str) -> None:
    database = Database(f"sqlite:///{data_dir / 'viva.db'}")
    known = await SignInStore(database).credentials(email=email)
    assert known is not None
    await SessionStore(database).open("sess_1", "companion-ada-fractions", known.person.id, "page")
    now = datetime.now(UTC)
    await RecordingStore(database).begin("sess_1", 0, now, now)
    await database.aclose()
    (data_dir / "recordings").mkdir()
    (data_dir / "recordings" / "sess_1.ogg").write_bytes(b"a voice")


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
