"""Zip files of strangers."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.errors import InvalidInput
from tutor.archives import zips
from tutor.archives.zips import ZipReader, ZipWriter


def zipped(folder: Path, **files: bytes) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "a\\..\\x", "a:x", "a\nb"])
def test_names_that_lead_out_of_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        ZipReader(zipped(tmp_path, **{name: b"x"}))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidInput, match="link"):
        ZipReader(tmp_path / "a.zip")


def test_what_unpacks_to_too_much_is_refused_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MOST_BYTES", 1 << 20)
    path = zipped(tmp_path, bomb=bytes((1 << 20) + 1))
    assert path.stat().st_size < 5000
    with pytest.raises(InvalidInput, match="unpacks"):
        ZipReader(path)


def test_a_file_that_lies_about_its_size_gives_no_more_than_it_told(tmp_path: Path) -> None:
    path = zipped(tmp_path, bomb=bytes(1 << 20))
    data = path.read_bytes()
    told = struct.pack("<L", 1 << 20)
    path.write_bytes(data.replace(told, struct.pack("<L", 10)))
    with ZipReader(path) as archive, pytest.raises(InvalidInput, match="damaged"):
        archive.data("bomb")


def test_too_many_files_are_refused_before_their_names_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path, **{f"{number:0200}": b"" for number in range(9000)})
    with pytest.raises(InvalidInput, match="too many"):
        ZipReader(path)
    with pytest.raises(InvalidInput, match="at most"):
        ZipReader(zipped(tmp_path, **{str(number): b"" for number in range(zips.MOST_FILES + 1)}))


def test_a_text_is_small_and_utf8(tmp_path: Path) -> None:
    with ZipReader(zipped(tmp_path, big=bytes(100), odd=b"\xff", good="é".encode())) as archive:
        assert archive.text("good") == "é"
        for name, most in (("big", 99), ("odd", 99), ("none", 99)):
            with pytest.raises(InvalidInput):
                archive.text(name, most)


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_file_is_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, byte: int
) -> None:
    path = zipped(tmp_path_factory.mktemp("zip"), one=b"hello" * 20, two=noise)
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    try:
        with ZipReader(path) as archive:
            for name in archive.names:
                archive.data(name)
    except InvalidInput:
        pass


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(zlib.crc32(b"x").to_bytes(4) * 9)
    written = []
    for name in ("a", "b"):
        with ZipWriter(tmp_path / name) as archive:
            archive.text("t", "é" * 100)
            archive.file("media/sound", tmp_path / "sound")
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(io.BytesIO(written[0])) as archive:
        assert archive.testzip() is None and archive.read("t").decode() == "é" * 100
