"""How long things took, as histograms: their quantiles, and those of the last minutes alone. Pure: times come in."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

WINDOW = 900.0
"""Seconds that "lately" looks back on, or since the start if that is later."""


@dataclass(frozen=True, slots=True)
class Latency:
    """`counts[i]` took at most `bounds[i]` seconds and longer than the bound before; the last one of `counts` is for longer than all bounds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        return sum(self.counts)

    def place(self, share: float) -> float | None:
        """Where among the buckets that share of all lies: 2.5 is the middle of the third; None if nothing was measured."""
        wanted = share * self.count
        for number, count in enumerate(self.counts):
            if count and wanted <= count:
                return number + wanted / count
            wanted -= count
        return None

    def quantile(self, share: float) -> float | None:
        """Seconds that this share took at most, as straight as a bucket lets us say; never more than the last bound."""
        place = self.place(share)
        if place is None:
            return None
        edges = (0.0, *self.bounds, self.bounds[-1])
        number = min(int(place), len(edges) - 2)
        low, high = list(pairwise(edges))[number]
        return low + (high - low) * min(1.0, place - number)

    def __sub__(self, earlier: "Latency") -> "Latency":
        return Latency(
            self.bounds, tuple(now - then for now, then in zip(self.counts, earlier.counts, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured since the start; `events` counts what should not happen."""

    latencies: Mapping[str, Latency]
    events: Mapping[str, int]

    def __sub__(self, earlier: "Measured") -> "Measured":
        return Measured(
            {name: now - earlier.latencies[name] for name, now in self.latencies.items()},
            {name: now - earlier.events.get(name, 0) for name, now in self.events.items()},
        )


class Lately:
    """What was measured in the last minutes: `note` from time to time, and take the difference to the oldest note."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._notes: deque[tuple[float, Measured]] = deque()

    def note(self, at: float, measured: Measured) -> None:
        self._notes.append((at, measured))
        while len(self._notes) > 1 and self._notes[1][0] <= at - self._window:
            self._notes.popleft()

    def since(self, measured: Measured) -> Measured:
        return measured - self._notes[0][1] if self._notes else measured
