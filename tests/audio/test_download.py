"""Downloads against a real web server that does everything wrong which one can."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio.download import fetch
from audio.errors import ModelError
from tests.audio.file_server import File, FileServer

CONTENT = random.Random(7).randbytes(700_000)
HALF = len(CONTENT) // 2


@pytest.fixture(scope="module")
def server() -> Iterator[FileServer]:
    with FileServer().running() as server:
        yield server


class Pull:
    """Fetches `/model.bin` of the server, and what came of it."""

    def __init__(self, server: FileServer, folder: Path) -> None:
        self.server, self.target = server, folder / "model.bin"
        self.part = folder / "model.bin.part"
        self.shown: list[tuple[str, int, int]] = []
        self.patience = 30.0

    def __call__(self, file: File) -> None:
        self.server.files["/model.bin"] = file
        fetch(
            f"{self.server.url}/model.bin",
            self.target,
            lambda *told: self.shown.append(told),
            time_limit=self.patience,
        )

    def fails(self, file: File, says: str) -> None:
        with pytest.raises(ModelError, match=says):
            self(file)
        assert not self.target.exists(), "what is not whole is not under its name"


@pytest.fixture
def pull(server: FileServer, tmp_path: Path) -> Pull:
    return Pull(server, tmp_path)


def test_a_file_comes_whole_and_its_progress_is_told(pull: Pull) -> None:
    pull(File(CONTENT))
    assert pull.target.read_bytes() == CONTENT and not pull.part.exists()
    assert [done for _, done, _ in pull.shown] == sorted(done for _, done, _ in pull.shown)
    assert pull.shown[-1] == ("model.bin", len(CONTENT), len(CONTENT))


@pytest.mark.parametrize(
    "file", [File(b""), File(b"", named=False), File(CONTENT, named=False, chunked=True)]
)
def test_files_that_are_empty_or_of_unknown_size_come_too(pull: Pull, file: File) -> None:
    pull(file)
    assert pull.target.read_bytes() == file.content


def test_the_checksum_that_a_redirect_names_is_kept(pull: Pull, server: FileServer) -> None:
    server.files["/store"] = File(CONTENT[:-1] + b"x", named=False)
    pull.fails(File(CONTENT, elsewhere="/store"), "damaged")
    server.files["/store"] = File(CONTENT, named=False)
    pull(File(CONTENT, elsewhere="/store"))
    assert pull.target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "broken", [{"send": HALF}, {"send": HALF, "stall": True}, {"send": HALF, "chunked": True}]
)
def test_a_line_that_breaks_or_falls_silent_is_gone_on_with_later(pull: Pull, broken: dict[str, int]) -> None:
    pull.patience = 2
    pull.fails(File(CONTENT, **broken), f"broke off at {HALF} of {len(CONTENT)} bytes; run the command again")
    rest = File(CONTENT)
    pull(rest)
    assert rest.asked == [f"bytes={HALF - 1}-"]
    assert pull.target.read_bytes() == CONTENT and not pull.part.exists()


def test_a_broken_line_is_seen_though_the_size_was_unknown(pull: Pull) -> None:
    pull.fails(File(CONTENT, named=False, chunked=True, send=HALF), f"broke off at {HALF} bytes")


def test_a_part_that_was_complete_is_only_verified(pull: Pull) -> None:
    pull.part.write_bytes(CONTENT)
    file = File(CONTENT)
    pull(file)
    assert file.asked == [f"bytes={len(CONTENT) - 1}-"]
    assert pull.target.read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_sends_it_all_again(pull: Pull) -> None:
    pull.part.write_bytes(CONTENT[:HALF])
    pull(File(CONTENT, ranges=False))
    assert pull.target.read_bytes() == CONTENT


def test_what_nobody_can_verify_is_begun_again(pull: Pull) -> None:
    pull.part.write_bytes(b"of an earlier version")
    file = File(CONTENT, named=False)
    pull(file)
    assert file.asked == ["bytes=20-", ""]
    assert pull.target.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_begun_again(pull: Pull) -> None:
    pull.part.write_bytes(CONTENT + b"more")
    pull(File(CONTENT))
    assert pull.target.read_bytes() == CONTENT


def test_a_part_of_another_file_is_removed_so_that_the_next_try_can_work(pull: Pull) -> None:
    pull.part.write_bytes(bytes(HALF))
    pull.fails(File(CONTENT), "checksum differs.*run the command again")
    pull(File(CONTENT))
    assert pull.target.read_bytes() == CONTENT


def test_a_size_that_is_not_the_one_announced_is_refused_before_it_is_fetched(pull: Pull) -> None:
    pull.fails(File(CONTENT, length=12), f"should have {len(CONTENT)} bytes and comes with 12")
    assert not pull.part.exists()


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (File(b"", status=404), "answered 404 Not Found: it was moved or removed"),
        (File(b"", status=403), "answered 403 Forbidden: that needs an account"),
        (File(b"", status=503), "answered 503 Service Unavailable: try again later"),
        (File(b"<p>Sign in", kind="text/html; charset=utf-8", named=False), "a web page, not the file"),
    ],
)
def test_an_answer_that_is_not_the_file_is_said_in_a_sentence(pull: Pull, file: File, says: str) -> None:
    pull.part.write_bytes(CONTENT[:HALF])
    pull.fails(file, says)
    assert pull.part.read_bytes() == CONTENT[:HALF], "what came before is kept"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
def test_a_full_disk_is_said_so(pull: Pull) -> None:
    pull.part.symlink_to("/dev/full")
    pull.fails(File(CONTENT), "No space left on device. Make room, or change VIVA_DATA_DIR")


def test_offline_says_where_to_put_the_file(tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    for url in ("http://127.0.0.1:1/model.bin", "http://nowhere.invalid/model.bin", "no address"):
        with pytest.raises(ModelError, match=f"Cannot fetch {url}: .* put it at {target}"):
            fetch(url, target, lambda *_told: None)
