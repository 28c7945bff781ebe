"""When speech starts and stops, from Silero's probabilities, and exactly where, from levels. Pure: no clock."""

from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]
"""Level of each stretch of 10 ms, in dB; see `levels_of`."""

_OVER_NOISE_DB = 9.0
_UNDER_PEAK_DB = 25.0
_SILENT_DB = 7.0
_SILENT_UNDER_PEAK_DB = 28.0
_SPOKEN_UNDER_PEAK_DB = 15.0
"""In loud noise speech is hardly louder than it; what is within this of the peak is taken for speech."""
_LONGEST_HOLE = 2
"""Stretches of silence inside speech: the closure of a plosive."""
_LATEST_TRIM = 10
"""Stretches by which Silero's end may come after the real one: it lets go slowly."""


class Change(Enum):
    STARTED = "started"
    STOPPED = "stopped"


class Moment(NamedTuple):
    """A change that has been confirmed, and when it really was."""

    change: Change
    windows: int
    """How many windows ago: the start of the first speech window, or the end of the last one."""
    doubtful: int
    """So many windows before that start, or after that end, may hold speech too."""


class Segmenter:
    """Window probabilities in, starts and stops out. One window is 32 ms.

    Hysteresis: speech starts with two windows in a row at `threshold` or more (or one that is nearly certain)
    and stops after `OFFSET_WINDOWS` (128 ms) in a row under `threshold - 0.15`.
    """

    OFFSET_WINDOWS = 4
    CERTAIN = 0.93
    _GAP = 0.15
    _LOWEST = 0.05
    _DOUBT = 0.25
    """Part of the threshold from which a window next to speech may hold some of it."""

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.speaking = False
        self._run = 0
        self._quiet = 0
        self._doubtful = 0

    def process(self, probability: float) -> Moment | None:
        """The change that this window confirms, if any."""
        if self.speaking:
            return self._while_speech(probability)
        return self._while_silence(probability)

    def reset(self) -> None:
        self.speaking = False
        self._run = self._quiet = self._doubtful = 0

    def _while_silence(self, probability: float) -> Moment | None:
        if probability < self.threshold:
            doubtful = probability >= self.threshold * self._DOUBT
            self._doubtful = self._doubtful + self._run + 1 if doubtful else 0
            self._run = 0
            return None
        self._run += 1
        if self._run < 2 and probability < self.CERTAIN:
            return None
        moment = Moment(Change.STARTED, self._run, self._doubtful)
        self.reset()
        self.speaking = True
        return moment

    def _while_speech(self, probability: float) -> Moment | None:
        if probability >= max(self.threshold - self._GAP, self._LOWEST):
            self._quiet = self._doubtful = 0
            return None
        if self._doubtful == self._quiet and probability >= self.threshold * self._DOUBT:
            self._doubtful += 1
        self._quiet += 1
        if self._quiet < self.OFFSET_WINDOWS:
            return None
        moment = Moment(Change.STOPPED, self._quiet, self._doubtful)
        self.reset()
        return moment


def levels_of(samples: NDArray[np.int16], stretch: int) -> Levels:
    """Levels of whole stretches of so many samples, of the differences between samples: so that breath on the microphone
    and the rumble of a room weigh little, and the soft hiss of a last "f" more."""
    sound = np.diff(samples.astype(np.float64), prepend=samples[:1]) / 32768.0
    whole = sound[: len(sound) // stretch * stretch].reshape(-1, stretch)
    return np.asarray(10.0 * np.log10(np.mean(np.square(whole), axis=1) + 1e-12))


def true_start(levels: Levels, at: int, most: int) -> int:
    """Where the speech that Silero saw at stretch `at` began: back over what is as loud as speech,
    `most` stretches. A fricative ("seven") can last 160 ms before Silero is sure."""
    before, nearby = levels[:at], levels[at : at + 7]
    if not len(before) or not len(nearby):
        return at
    noise = float(np.percentile(before, 20))
    loud = max(noise + _OVER_NOISE_DB, float(nearby.max()) - _UNDER_PEAK_DB)
    start = at
    for place in range(at - 1, max(at - 1 - most, -1), -1):
        if levels[place] >= loud:
            start = place
        elif start - place > _LONGEST_HOLE:
            break
    return start


def true_end(levels: Levels, at: int, most: int) -> int:
    """Where the speech that Silero saw until stretch `at` ended: on over a last consonant that it did not take
    for speech (`most` stretches), or back over the silence in which it had not let go yet."""
    nearby, after = levels[max(0, at - 32) : at], levels[at:]
    if not len(nearby) or not len(after):
        return at
    peak = float(nearby.max())
    noise = float(np.median(after))
    loud = max(noise + _OVER_NOISE_DB, peak - _UNDER_PEAK_DB)
    end = at
    for place in range(at, min(at + most, len(levels))):
        if levels[place] >= loud:
            end = place + 1
        elif place - end >= _LONGEST_HOLE:
            break
    if end > at:
        return end
    silent = max(min(noise + _SILENT_DB, peak - _SPOKEN_UNDER_PEAK_DB), peak - _SILENT_UNDER_PEAK_DB)
    while end > max(at - _LATEST_TRIM, 1) and levels[end - 1] < silent:
        end -= 1
    return end
