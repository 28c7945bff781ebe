"""The bundled ear and mouth, the worker pool, and files over HTTP: all real."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from audio import stt, tts
from audio.errors import EngineBusy, EngineError, EngineTimeout, ModelError
from audio.models import fetch, find
from audio.pool import Pool, ProcessWorker, ThreadWorker
from tests.speech import read_wav


async def test_pocketsphinx_hears_real_speech_and_nothing_in_silence() -> None:
    ears = stt.create("pocketsphinx", models_dir=Path("/nowhere"), workers=1)
    await ears.start()
    try:
        stream = ears.open(language="en")
        stream.feed(read_wav("goforward"))
        transcript = await stream.transcribe()
        assert transcript.text == "go forward ten meters"
        starts = [word.start_ms for word in transcript.words]
        assert starts == sorted(starts) and 300 < starts[0] < 700
        quiet = ears.open(language="en")
        quiet.feed(np.zeros(16_000, np.int16))
        assert (await quiet.transcribe()).text == ""
    finally:
        await ears.aclose()


async def test_espeak_speaks_with_word_times_in_the_original_text() -> None:
    mouth = tts.create("espeak", models_dir=Path("/nowhere"))
    await mouth.start()
    try:
        text = "Take 3/4 of **it**, e.g. x^2."
        pieces = [piece async for piece in mouth.synthesize(text, voice="en-us", speed=1.0, language="en")]
        pcm = np.concatenate([piece.pcm for piece in pieces])
        words = [word for piece in pieces for word in piece.words]
        assert np.abs(pcm.astype(int)).max() > 5000
        assert [text[word.start : word.end] for word in words][:2] == ["Take", "3/4"]
        times = [moment for word in words for moment in (word.start_ms, word.end_ms)]
        assert times == sorted(times) and times[-1] <= len(pcm) * 1000 / mouth.sample_rate + 1
        fast = [piece async for piece in mouth.synthesize(text, voice="en-us", speed=1.8, language="en")]
        assert sum(len(piece.pcm) for piece in fast) < len(pcm) * 0.75
        assert [piece async for piece in mouth.synthesize("  ", voice="", speed=1, language="en")] == []
    finally:
        await mouth.aclose()


async def test_one_busy_session_does_not_starve_another() -> None:
    order: list[str] = []
    go = threading.Event()

    def work(job: str) -> None:
        go.wait(5)
        order.append(job)

    pool = Pool("test", 1, lambda: ThreadWorker(work))
    await pool.start()
    jobs = [asyncio.create_task(pool.run("a", f"a{number}")) for number in range(4)]
    await asyncio.sleep(0)
    jobs.append(asyncio.create_task(pool.run("b", "b0")))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*jobs)
    await pool.aclose()
    assert order.index("b0") <= 2


async def test_a_full_line_refuses_a_cancelled_job_frees_its_place_and_closing_fails_the_rest() -> None:
    go, taken = threading.Event(), threading.Event()

    def work(_job: int) -> None:
        taken.set()
        go.wait(5)

    pool = Pool("test", 1, lambda: ThreadWorker(work), longest_line=1)
    await pool.start()
    running = asyncio.create_task(pool.run("a", 1))
    await asyncio.to_thread(taken.wait, 5)
    waiting = asyncio.create_task(pool.run("b", 2))
    await asyncio.sleep(0)
    with pytest.raises(EngineBusy):
        await pool.run("c", 3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    last = asyncio.create_task(pool.run("c", 3))
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.aclose())
    with pytest.raises(EngineError):
        await last
    go.set()
    await running
    await closing


def make_moody():  # type: ignore[no-untyped-def]
    """In the worker process."""

    def work(job: str) -> str:
        if job == "die":
            os._exit(3)
        if job == "hang":
            threading.Event().wait()
        if job == "raise":
            raise ValueError("no")
        return job.upper()

    return work


async def test_a_process_that_dies_hangs_or_raises_fails_the_job_and_the_next_one_works() -> None:
    pool = Pool("test", 1, lambda: ProcessWorker(make_moody), time_limit=1.0)
    await pool.start()
    try:
        for job, error in (("die", EngineError), ("hang", EngineTimeout), ("raise", EngineError)):
            with pytest.raises(error):
                await pool.run("a", job)
            assert await pool.run("a", "fine") == "FINE"
    finally:
        await pool.aclose()


class _Files(BaseHTTPRequestHandler):
    body = os.urandom(300_000)
    cut_at: int | None = None
    checksum = hashlib.sha256(body).hexdigest()

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        rest = self.body[start:]
        if not rest:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("x-linked-etag", f'"{self.checksum}"')
        self.end_headers()
        self.wfile.write(rest[: type(self).cut_at])

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def files() -> Iterator[str]:
    _Files.cut_at, _Files.checksum = None, hashlib.sha256(_Files.body).hexdigest()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/model.bin"
    server.shutdown()
    server.server_close()


def test_a_download_that_broke_off_goes_on_where_it_was(files: str, tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    _Files.cut_at = 100_000
    with pytest.raises(ModelError, match="run the command again"):
        fetch(files, target, lambda *_: None)
    assert not target.exists()
    _Files.cut_at = None
    seen: list[int] = []
    fetch(files, target, lambda _name, done, _total: seen.append(done))
    assert seen[0] > 100_000 and target.read_bytes() == _Files.body


def test_a_part_that_is_whole_already_is_taken_if_its_checksum_is_right(files: str, tmp_path: Path) -> None:
    target, part = tmp_path / "model.bin", tmp_path / "model.bin.part"
    part.write_bytes(_Files.body)
    fetch(files, target, lambda *_: None, sha256=_Files.checksum)
    assert target.read_bytes() == _Files.body
    target.unlink()
    part.write_bytes(b"x" * len(_Files.body))
    fetch(files, target, lambda *_: None, sha256=_Files.checksum)
    assert target.read_bytes() == _Files.body and not part.exists()


def test_a_damaged_download_is_thrown_away(files: str, tmp_path: Path) -> None:
    _Files.checksum = "0" * 64
    with pytest.raises(ModelError, match="damaged"):
        fetch(files, tmp_path / "model.bin", lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def test_without_internet_the_error_says_where_to_put_the_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another machine"):
        fetch("http://127.0.0.1:9/x", tmp_path / "x", lambda *_: None)
    with pytest.raises(ModelError, match="whisper-small"):
        find("whisper-enormous")
