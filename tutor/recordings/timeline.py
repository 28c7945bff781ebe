"""What both sides said, each on its own channel, put where it was heard. No clock inside: every call says when it is."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.pcm import Resampler

RATE = 24_000
"""Hz; what Opus takes, and as much as voices need."""
LATE = 2.0
"""Seconds in which sound may come late, or be taken back: so much is kept open."""
_SLACK = RATE // 4
"""A smaller gap is jitter of the link, not silence."""
_MOST_AHEAD = 60 * RATE
"""More sound that lies in the future is not kept: nobody speaks faster than time."""

_Sound = NDArray[np.int16]


class _Channel:
    """Sound that has its place, in samples from the beginning of the talk."""

    def __init__(self, start: int) -> None:
        self.taken = start
        """What is before is out and stays as it is."""
        self.end = start
        self._pieces: deque[tuple[int, _Sound]] = deque()

    def put(self, at: int, sound: _Sound, *, slack: int = _SLACK) -> None:
        """At `at`, or right after the last if that is nearly the same, or still goes on."""
        start = at if at > self.end + slack else self.end
        if len(sound) and start < self.taken + _MOST_AHEAD:
            self._pieces.append((start, sound))
            self.end = start + len(sound)

    def cut(self, at: int) -> None:
        """Nothing is heard from `at` on."""
        at = max(at, self.taken)
        self._pieces = deque((start, sound[: at - start]) for start, sound in self._pieces if start < at)
        self.end = min(self.end, at)

    def take(self, until: int) -> _Sound:
        """All from the last time to `until`, with silence where there is nothing."""
        out = np.zeros(until - self.taken, np.int16)
        while self._pieces and self._pieces[0][0] < until:
            start, sound = self._pieces.popleft()
            fits = sound[: until - start]
            out[start - self.taken : start - self.taken + len(fits)] = fits
            if len(fits) < len(sound):
                self._pieces.appendleft((until, sound[len(fits) :]))
        self.taken, self.end = until, max(self.end, until)
        return out


@dataclass(frozen=True, slots=True)
class _Arrived:
    """`said`: how much the client had sent with it; `at`: when it was there. Both in samples."""

    said: int
    at: int
    sound: _Sound


class Timeline:
    """Times are seconds of the talk."""

    def __init__(self, start: float) -> None:
        begin = round(start * RATE)
        self._learner, self._companion = _Channel(begin), _Channel(begin)
        self._arrived: deque[_Arrived] = deque()
        self._said = 0
        self._hushed = True
        self._ears = self._mouth = (RATE, Resampler(RATE, RATE))

    def learner(self, at: float, sound: _Sound, rate: int) -> None:
        """Came in until `at`."""
        if self._ears[0] != rate:
            self._ears = (rate, Resampler(rate, RATE))
        sound = self._ears[1].feed(sound)
        self._said += len(sound)
        self._arrived.append(_Arrived(self._said, round(at * RATE), sound))

    def companion(self, at: float, sound: _Sound, rate: int) -> None:
        """Is heard from `at` on, or after what is still to be heard then."""
        if self._mouth[0] != rate:
            self._mouth = (rate, Resampler(rate, RATE))
        slack = 0 if self._hushed else _SLACK
        self._companion.put(round(at * RATE), self._mouth[1].feed(sound), slack=slack)
        self._hushed = False

    def hush(self, at: float) -> None:
        """The companion is not heard from `at` on."""
        self._companion.cut(round(at * RATE))
        self._mouth, self._hushed = (RATE, Resampler(RATE, RATE)), True

    def take(self, until: float) -> _Sound:
        """All before `until` that was not taken yet: (samples, 2), the learner left, the companion right."""
        end = max(round(until * RATE), self._learner.taken)
        self._place(end)
        return np.stack([self._learner.take(end), self._companion.take(end)], axis=1)

    def _place(self, until: int) -> None:
        """Where what arrived belongs: a link that stalls delivers late and then all at once, so the smallest delay
        that comes after a piece is its true one; a client that was muted for a while has a greater one for good."""
        delay, delays = math.inf, []
        for piece in reversed(self._arrived):
            delay = min(delay, piece.at - piece.said)
            delays.append(delay)
        for delay in reversed(delays):
            piece = self._arrived[0]
            start = int(piece.said + delay) - len(piece.sound)
            if start >= until:
                return
            self._learner.put(start, piece.sound)
            self._arrived.popleft()
