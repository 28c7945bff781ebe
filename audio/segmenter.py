"""When speech starts and stops, from Silero's probabilities, and exactly where, from levels. Pure: no clock."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]
"""Level of each stretch of 10 ms, in dBFS."""

_OVER_NOISE_DB = 9.0
_UNDER_PEAK_DB = 25.0
_SILENT_DB = 3.0
_SILENT_UNDER_PEAK_DB = 30.0
_EARLIEST = 16
"""Stretches before the first window of speech in which it may really have begun: a fricative ("seven") can last
160 ms before Silero is sure."""
_LONGEST_HOLE = 2
"""Stretches of silence inside speech: the closure of a plosive."""
_LATEST_TRIM = 6
"""Stretches by which Silero's end may come after the real one: it lets go slowly."""


class Change(Enum):
    STARTED = "started"
    STOPPED = "stopped"


class Segmenter:
    """Window probabilities in, starts and stops out. One window is 32 ms.

    Hysteresis: speech starts with two windows in a row at `threshold` or more (or one that is nearly certain)
    and stops after `OFFSET_WINDOWS` (128 ms) in a row under `threshold - 0.15`.
    """

    OFFSET_WINDOWS = 4
    CERTAIN = 0.93
    _GAP = 0.15
    _LOWEST = 0.05

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.speaking = False
        self._run = 0
        self._quiet = 0

    def process(self, probability: float) -> tuple[Change, int] | None:
        """A change and how many windows ago its moment was: the start of the first speech window, or the end
        of the last one."""
        if not self.speaking:
            self._run = self._run + 1 if probability >= self.threshold else 0
            if self._run >= 2 or (self._run and probability >= self.CERTAIN):
                since, self._run, self._quiet = self._run, 0, 0
                self.speaking = True
                return Change.STARTED, since
            return None
        quiet = probability < max(self.threshold - self._GAP, self._LOWEST)
        self._quiet = self._quiet + 1 if quiet else 0
        if self._quiet >= self.OFFSET_WINDOWS:
            self.speaking = False
            return Change.STOPPED, self._quiet
        return None

    def reset(self) -> None:
        self.speaking = False
        self._run = self._quiet = 0


def levels_of(samples: NDArray[np.int16], stretch: int) -> Levels:
    """Levels of whole stretches of so many samples."""
    whole = samples[: len(samples) // stretch * stretch].reshape(-1, stretch).astype(np.float64) / 32768.0
    return np.asarray(10.0 * np.log10(np.mean(np.square(whole), axis=1) + 1e-12))


def true_start(levels: Levels, at: int) -> int:
    """Where the speech that Silero saw at stretch `at` began: back over what is as loud as speech."""
    before, nearby = levels[:at], levels[at : at + 7]
    if not len(before) or not len(nearby):
        return at
    noise = float(np.percentile(before, 20))
    loud = max(noise + _OVER_NOISE_DB, float(nearby.max()) - _UNDER_PEAK_DB)
    start = at
    for place in range(at - 1, max(at - 1 - _EARLIEST, -1), -1):
        if levels[place] >= loud:
            start = place
        elif start - place > _LONGEST_HOLE:
            break
    return start


def true_end(levels: Levels, at: int) -> int:
    """Where the speech that Silero saw until stretch `at` ended: on over a last consonant that it did not take
    for speech, or back over the silence in which it had not let go yet."""
    nearby, after = levels[max(0, at - 32) : at], levels[at:]
    if not len(nearby) or not len(after):
        return at
    peak = float(nearby.max())
    noise = float(min(np.percentile(levels, 10), np.percentile(after, 20)))
    loud = max(noise + _OVER_NOISE_DB, peak - _UNDER_PEAK_DB)
    end = at
    for place in range(at, len(levels)):
        if levels[place] >= loud:
            end = place + 1
        elif place - end >= _LONGEST_HOLE:
            break
    if end > at:
        return end
    silent = max(noise + _SILENT_DB, peak - _SILENT_UNDER_PEAK_DB)
    while end > max(at - _LATEST_TRIM, 1) and levels[end - 1] < silent:
        end -= 1
    return end
