"""What the terminal's callers share: finding the server, recordings, a clock of 20 ms, and the stereo WAV."""

import argparse
import asyncio
import time
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np

from audio.pcm import Resampler, Samples
from lms_core.errors import InvalidInput
from tutor.commands import add_data_settings, flags

FRAME_SECONDS = 0.02


def add_server(parser: argparse.ArgumentParser) -> None:
    add_data_settings(parser)
    parser.add_argument("companion", help="the companion's slug or id; see /api/v1/companions")
    parser.add_argument("recordings", nargs="*", type=Path, help="WAV files: the learner's turns, in order")
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the server's address")
    parser.add_argument("--api-key", help="default: the key in the data directory")
    parser.add_argument(
        "--save",
        type=Path,
        default=Path("call.wav"),
        help="stereo WAV of the whole call: learner left, companion right",
    )


def api_key(options: argparse.Namespace) -> str:
    """The key given, or this machine's own. Raises InvalidInput with what to do."""
    if options.api_key:
        return str(options.api_key)
    from tutor import settings

    path = settings.load(**flags(options)).data_dir / "api_key"
    if not path.is_file():
        raise InvalidInput(f"There is no {path}; start the server here first, or give --api-key.")
    return path.read_text().strip()


def read_recording(path: Path, rate: int) -> Samples:
    """A 16-bit WAV as mono samples at `rate`. Raises InvalidInput."""
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() != 2:
                raise InvalidInput(f"{path} is not 16-bit; convert it: sox {path} -b 16 out.wav")
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")[:: file.getnchannels()]
            own_rate = file.getframerate()
    except (OSError, wave.Error, EOFError) as error:
        raise InvalidInput(f"{path} is no WAV file that can be read: {error}") from error
    resampler = Resampler(own_rate, rate)
    return np.concatenate((resampler.feed(sound), resampler.flush()))


async def ticks() -> AsyncIterator[None]:
    """Every 20 ms, without drift."""
    due = time.perf_counter()
    while True:
        yield
        due += FRAME_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


class Learner:
    """The learner's side: plays each recording when it is their turn, silence in between."""

    def __init__(self, recordings: list[Samples], rate: int) -> None:
        self._rest: Iterator[Samples] = iter(recordings)
        self._frame = int(rate * FRAME_SECONDS)
        self._sound = np.zeros(0, np.int16)
        self.done = not recordings
        self._left = len(recordings)

    @property
    def speaking(self) -> bool:
        return len(self._sound) > 0

    @property
    def turns_left(self) -> int:
        return self._left

    def speak(self) -> bool:
        """Begin the next recording; False if there is none."""
        sound = next(self._rest, None)
        if sound is None:
            return False
        self._left -= 1
        self._sound = sound
        return True

    def frame(self) -> Samples:
        now, self._sound = self._sound[: self._frame], self._sound[self._frame :]
        return np.pad(now, (0, self._frame - len(now)))


class Loudspeaker:
    """What the companion said and was not played yet; `clear` on barge-in."""

    def __init__(self, rate: int) -> None:
        self._frame = int(rate * FRAME_SECONDS)
        self._queue: list[Samples] = []
        self.played = 0
        """Samples of the current item that were played."""

    @property
    def empty(self) -> bool:
        return not self._queue

    def put(self, sound: Samples) -> None:
        self._queue.append(sound)

    def clear(self) -> None:
        self._queue.clear()

    def frame(self) -> Samples:
        out = np.zeros(self._frame, np.int16)
        filled = 0
        while self._queue and filled < self._frame:
            piece = self._queue[0][: self._frame - filled]
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
            rest = self._queue[0][len(piece) :]
            if len(rest):
                self._queue[0] = rest
            else:
                self._queue.pop(0)
        self.played += filled
        return out


class Tape:
    """Both sides of the call, frame by frame."""

    def __init__(self) -> None:
        self._left: list[Samples] = []
        self._right: list[Samples] = []

    def add(self, learner: Samples, companion: Samples) -> None:
        self._left.append(learner)
        self._right.append(companion)

    def save(self, path: Path, rate: int) -> None:
        if not self._left:
            return
        stereo = np.stack((np.concatenate(self._left), np.concatenate(self._right)), axis=1)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(stereo.astype("<i2").tobytes())
        print(f"The call is in {path} ({len(stereo) / rate:.1f} s).")
