"""A recording while its session runs: what reaches the file, and what happens when the disk does not want it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tutor.recordings.listening import played
from tutor.recordings.opus_file import OpusFile
from tutor.recordings.recorder import SoundRecorder
from tutor.recordings.timeline import RATE

TONE = (np.sin(np.arange(9 * RATE) * 0.1) * 8000).astype("<i2")
FRAME = TONE[:480].tobytes()


class FullDisk(OpusFile):
    def write(self, sound: NDArray[np.int16]) -> None:
        raise OSError(28, "No space left on device")


class SlowDisk(OpusFile):
    goes_on = Event()

    def write(self, sound: NDArray[np.int16]) -> None:
        self.goes_on.wait(10)
        super().write(sound)


@pytest.fixture
def workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


async def settled(recorder: SoundRecorder) -> None:
    if recorder._work is not None:
        await asyncio.wait([recorder._work])


async def test_a_talk_is_in_the_file_and_goes_on_where_it_was(
    tmp_path: Path, workers: ThreadPoolExecutor
) -> None:
    path, lost = tmp_path / "one.ogg", []
    for begun in (0.0, 3.0):
        recorder = SoundRecorder("s", OpusFile(path), 10, workers)
        recorder.on_stopped = lambda: lost.append(1)
        assert abs(recorder.until - 10 - begun) < 0.05
        for number in range(1, 151):
            recorder.learner(10 + begun + number * 0.02, FRAME, RATE)
            await settled(recorder)
        recorder.companion(10 + begun + 2, TONE, RATE)
        recorder.hush(10 + begun + 3)
        await recorder.close()
    left, right = played(path)
    assert abs(len(left) / RATE - 6) < 0.1
    assert np.abs(left[RATE : 2 * RATE]).mean() > 0.1 and np.abs(left[4 * RATE : 5 * RATE]).mean() > 0.1
    assert (
        np.abs(right[: RATE * 19 // 10]).max()
        < 0.01
        < 0.1
        < np.abs(right[RATE * 21 // 10 : RATE * 29 // 10]).mean()
    )
    assert not lost


async def test_a_full_disk_ends_the_recording_and_nothing_else(
    tmp_path: Path, workers: ThreadPoolExecutor
) -> None:
    lost: list[int] = []
    recorder = SoundRecorder("s", FullDisk(tmp_path / "one.ogg"), 0, workers)
    recorder.on_stopped = lambda: lost.append(1)
    for number in range(1, 200):
        recorder.learner(number * 0.02, FRAME, RATE)
        await settled(recorder)
    assert not recorder.running and lost == [1]
    await recorder.close()


async def test_what_waits_for_a_slow_disk_is_bounded(tmp_path: Path, workers: ThreadPoolExecutor) -> None:
    lost: list[int] = []
    disk = SlowDisk(tmp_path / "one.ogg")
    recorder = SoundRecorder("s", disk, 0, workers)
    recorder.on_stopped = lambda: lost.append(1)
    second = np.zeros(RATE, "<i2").tobytes()
    for number in range(1, 400):
        recorder.learner(number, second, RATE)
    assert not recorder.running and lost == [1] and not recorder._noted
    disk.goes_on.set()
    await recorder.close()
