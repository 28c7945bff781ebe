"""Recordings as files: what any player makes of them, also after a power cut."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.tutor.recordings.listening import played
from tutor.recordings.opus_file import OpusFile
from tutor.recordings.timeline import RATE

_KILLED = """
import os, sys, pathlib
from tests.tutor.recordings.test_opus_file import OpusFile, sound
OpusFile(pathlib.Path(sys.argv[1])).write(sound(5, 300, 0))
os.kill(os.getpid(), 9)
"""


def sound(seconds: float, hz: float, side: int) -> NDArray[np.int16]:
    """A tone on one side."""
    both = np.zeros((round(seconds * RATE), 2), np.int16)
    both[:, side] = np.sin(np.arange(len(both)) * 2 * np.pi * hz / RATE) * 8000
    return both


def loudness(samples: NDArray[np.float32], start: float, end: float) -> float:
    return float(np.abs(samples[round(start * RATE) : round(end * RATE)]).mean())


def test_each_side_stays_on_its_channel(tmp_path: Path) -> None:
    file = OpusFile(tmp_path / "new" / "one.ogg")
    file.write(sound(2, 300, 0))
    file.write(sound(2, 400, 1))
    file.close()
    left, right = played(tmp_path / "new" / "one.ogg")
    assert abs(len(left) / RATE - 4) < 0.01
    assert loudness(left, 0.2, 1.8) > 0.1 > 0.001 > loudness(right, 0.2, 1.8)
    assert loudness(right, 2.2, 3.8) > 0.1 > 0.001 > loudness(left, 2.2, 3.8)
    assert (tmp_path / "new" / "one.ogg").stat().st_mode & 0o777 == 0o600


def test_what_was_written_plays_after_a_kill_and_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "one.ogg"
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    path.write_bytes(path.read_bytes()[:-50])  # and the last page is torn
    before = len(played(path)[0]) / RATE
    assert 4.2 < before <= 5
    file = OpusFile(path)
    assert abs(file.seconds - before) < 0.1
    again = file.seconds
    file.write(sound(2, 400, 1))
    file.close()
    left, right = played(path)
    assert abs(len(left) / RATE - again - 2) < 0.02
    assert loudness(left, 0.2, again - 0.2) > 0.1
    assert loudness(right, again + 0.2, again + 1.8) > 0.1 > 0.001 > loudness(left, again + 0.2, again + 1.8)


def test_a_file_that_is_no_recording_is_begun_anew(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"nonsense" * 100)):
        path = tmp_path / f"{number}.ogg"
        path.write_bytes(content)
        file = OpusFile(path)
        assert file.seconds == 0
        file.write(sound(1, 300, 0))
        file.close()
        assert abs(len(played(path)[0]) / RATE - 1) < 0.01


def test_an_hour_of_two_voices_is_a_few_megabytes(tmp_path: Path) -> None:
    file = OpusFile(tmp_path / "one.ogg")
    noise = np.random.default_rng(1).normal(0, 3000, (20 * RATE, 2)).astype(np.int16)
    file.write(noise)
    file.close()
    assert (tmp_path / "one.ogg").stat().st_size * 180 < 30 << 20
    with av.open(str(tmp_path / "one.ogg")) as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
