"""Sound files of the terminal's callers: the learner's recordings, and the tape of a call."""

import wave
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from audio.pcm import Samples
from lms_core.errors import InvalidInput


def read_recording(path: Path, rate: int) -> Samples:
    """A sound file of any kind that FFmpeg reads, as mono samples at `rate`. Raises InvalidInput."""
    import av

    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise InvalidInput(f"There is no sound in {path}; name a recording.")
            to_mono = av.AudioResampler(format="s16", layout="mono", rate=rate)
            frames = [*(mono for frame in file.decode(audio=0) for mono in to_mono.resample(frame))]
            if frames:
                frames += to_mono.resample(None)
    except (av.FFmpegError, OSError) as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror or error}. Name a recording, such as a WAV file."
        ) from error
    sound = np.concatenate([frame.to_ndarray()[0] for frame in frames] or [np.zeros(0, np.int16)])
    if not len(sound):
        raise InvalidInput(f"{path} is empty; name a recording in which somebody speaks.")
    return sound.astype(np.int16, copy=False)


class Tape:
    """Both sides of a call as a stereo WAV, written while it lasts: what was said is kept however it ends."""

    def __init__(self, path: Path, rate: int) -> None:
        """Raises InvalidInput if `path` cannot be written."""
        self._path, self._rate, self._samples = path, rate, 0
        try:
            self._disk = path.open("wb")
        except OSError as error:
            raise InvalidInput(
                f"The call cannot be saved as {path}: {error.strerror}. Name another file with --save."
            ) from error
        self._file = wave.open(self._disk, "wb")  # noqa: SIM115
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(rate)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            self._disk.close()
        except OSError as failed:
            raise self._lost(failed) from failed
        if self._samples:
            print(f"The call is in {self._path} ({self._samples / self._rate:.1f} s).")

    def add(self, learner: Samples, companion: Samples) -> None:
        """Raises InvalidInput if the disk is full."""
        try:
            self._file.writeframesraw(np.stack((learner, companion), axis=1).astype("<i2").tobytes())
        except OSError as error:
            raise self._lost(error) from error
        self._samples += len(learner)

    def _lost(self, error: OSError) -> InvalidInput:
        return InvalidInput(f"{self._path} cannot be written: {error.strerror}. Make room, or use --save.")
