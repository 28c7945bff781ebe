"""`viva call` and `viva phone-sim` against a real server: what can go wrong is said in a sentence, and nothing is lost."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audio.pcm import Samples
from lms_core.errors import InvalidInput
from tests.e2e.conftest import RunningServer
from tests.speech import RECORDINGS, read_wav
from tests.tutor.conftest import NULL_ENGINES
from tutor.cli import main
from tutor.commands.recordings import Tape, read_recording

_ROOT = Path(__file__).resolve().parents[2]
SPEECH = RECORDINGS / "cards_001.wav"
COMPANION = "ada-fractions"
Capture = pytest.CaptureFixture[str]
BOTH = pytest.mark.parametrize("command", ["call", "phone-sim"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("calls") / "data", *NULL_ENGINES)
    yield running
    running.stop()


def arguments(
    command: str, server: RunningServer, folder: Path, *more: str | Path, companion: str = COMPANION
) -> list[str]:
    """`more`: recordings first, then flags."""
    own = [] if "--save" in more else ["--save", folder / "call.wav"]
    own += [] if "--url" in more else ["--url", server.url]
    return [command, companion, *map(str, [*more, *own, "--data-dir", server.data_dir])]


def start(command: str, server: RunningServer, folder: Path, *recordings: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "tutor.cli", *arguments(command, server, folder, *recordings)],
        cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # a shell's background jobs, and what they start, ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and all that was printed, of which nothing may be a traceback."""
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, out + err


def frames(path: Path) -> int:
    with wave.open(str(path)) as file:
        return file.getnframes()


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"it never said '{text}'")


def ended_reasons(server: RunningServer) -> list[str | None]:
    with sqlite3.connect(server.data_dir / "viva.db") as database:
        return [row[0] for row in database.execute("SELECT ended_reason FROM sessions ORDER BY started_at")]


def assert_both_sides(path: Path) -> None:
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert np.abs(sound).max(axis=0).min() > 1000


def test_a_call_is_kept_as_stereo_printed_with_latencies_and_ends_its_session(
    server: RunningServer, tmp_path: Path
) -> None:
    code, text = finish(start("call", server, tmp_path, SPEECH))
    assert code == 0, text
    assert re.search(r"^  You: \w", text, re.MULTILINE) and re.search(r"^  Ada: \w", text, re.MULTILINE)
    assert "after you stopped: endpoint" in text
    assert ended_reasons(server)[-1] == "closed"
    assert_both_sides(tmp_path / "call.wav")


def test_a_phone_call_is_kept_as_stereo(server: RunningServer, tmp_path: Path) -> None:
    code, text = finish(start("phone-sim", server, tmp_path, SPEECH))
    assert code == 0, text
    assert_both_sides(tmp_path / "call.wav")


def test_ctrl_c_ends_the_session_and_keeps_what_was_recorded(server: RunningServer, tmp_path: Path) -> None:
    process = start("call", server, tmp_path, *[SPEECH] * 5)  # it would go on for long
    wait_for_line(process, "You:")
    process.send_signal(signal.SIGINT)
    code, text = finish(process)
    assert code == 130
    assert "The call is in" in text
    assert frames(tmp_path / "call.wav") > 2400
    assert ended_reasons(server)[-1] == "closed"


@BOTH
def test_an_unknown_companion_is_answered_with_those_there_are(
    command: str, server: RunningServer, tmp_path: Path, capsys: Capture
) -> None:
    code = main(arguments(command, server, tmp_path, SPEECH, companion="ada/no such"))
    text = capsys.readouterr().err
    assert code == 2
    assert "There is no companion 'ada/no such'" in text
    assert "ada-fractions, " in text and "nora-seasons" in text
    assert not (tmp_path / "call.wav").exists()


@BOTH
def test_a_wrong_key_is_said(command: str, server: RunningServer, tmp_path: Path, capsys: Capture) -> None:
    code = main(arguments(command, server, tmp_path, SPEECH, "--api-key", "wrong"))
    text = capsys.readouterr().err
    assert code == 2
    assert "does not know this key" in text and "--api-key" in text


@BOTH
def test_without_a_server_the_caller_says_how_to_start_one(
    command: str, server: RunningServer, tmp_path: Path, capsys: Capture
) -> None:
    code = main(arguments(command, server, tmp_path, SPEECH, "--url", "http://127.0.0.1:9"))
    text = capsys.readouterr().err
    assert code == 2
    assert "No server answers at http://127.0.0.1:9" in text and "python run.py" in text


@pytest.mark.parametrize(
    ("recording", "save", "said"),
    [
        ("missing.wav", "call.wav", "No such file"),
        (Path(__file__), "call.wav", "cannot be read"),
        (SPEECH, "missing/call.wav", "The call cannot be saved"),
        (SPEECH, "", "The call cannot be saved"),
    ],
)
def test_files_that_cannot_be_used_are_found_out_before_the_call(
    server: RunningServer, tmp_path: Path, capsys: Capture, recording: Path | str, save: str, said: str
) -> None:
    begun = len(ended_reasons(server))
    code = main(arguments("call", server, tmp_path, recording, "--save", tmp_path / save))
    text = capsys.readouterr().err
    assert code == 2
    assert said in text
    assert len(ended_reasons(server)) == begun


@BOTH
def test_a_server_that_dies_in_mid_call_is_said_and_the_recording_is_kept(
    command: str, tmp_path: Path
) -> None:
    server = RunningServer(tmp_path / "data", *NULL_ENGINES)
    process = start(command, server, tmp_path, *[SPEECH] * 5)
    sound = tmp_path / "call.wav"
    while not sound.exists() or sound.stat().st_size < 50_000:
        time.sleep(0.05)  # the only way to see a file of another process grow
    server.kill()
    code, text = finish(process)
    assert code == 1
    assert "The call was cut off: is the server still running?" in text
    assert frames(sound) > 8000
    server.log.close()


def save(path: Path, sound: Samples, rate: int, channels: int, width: int) -> Path:
    """`sound` as a WAV of whole numbers: 1, 2, 3 or 4 bytes a sample."""
    wide = np.repeat(sound.astype(np.int32) << 16, channels)
    raw = ((wide >> 24) + 128).astype(np.uint8) if width == 1 else wide.astype("<i4").view(np.uint8)
    data = raw if width == 1 else raw.reshape(-1, 4)[:, 4 - width :]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(data.tobytes())
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (96_000, 6)])
def test_recordings_of_any_width_rate_and_number_of_channels_are_read(
    tmp_path: Path, width: int, rate: int, channels: int
) -> None:
    tone = (8000 * np.sin(np.arange(rate) * 2 * np.pi * 440 / rate)).astype(np.int16)
    read = read_recording(save(tmp_path / "a.wav", tone, rate, channels, width), 24_000)
    assert read.dtype == np.int16
    assert abs(len(read) - 24_000) < 300, "a second is a second"
    assert np.argmax(np.abs(np.fft.rfft(read))) == pytest.approx(440, abs=2)
    assert np.abs(read).max() > 2000


def test_a_recording_without_sound_is_refused(tmp_path: Path) -> None:
    empty = save(tmp_path / "empty.wav", np.zeros(0, np.int16), 8000, 1, 2)
    with pytest.raises(InvalidInput, match=r"empty\.wav is empty"):
        read_recording(empty, 24_000)


def test_a_tape_is_whole_however_the_call_ends(tmp_path: Path) -> None:
    sound = read_wav("cards_001")
    with pytest.raises(KeyboardInterrupt), Tape(tmp_path / "call.wav", 16_000) as tape:
        tape.add(sound, -sound)
        raise KeyboardInterrupt
    with wave.open(str(tmp_path / "call.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 16_000, len(sound))
