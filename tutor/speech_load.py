"""Do the speech workers keep up? If not, no new session is let in: those that run shall not stutter. Pure: time comes in."""

from collections import defaultdict, deque

WINDOW = 15.0
"""Seconds that are looked back on: some turns of several learners, and not for long after one bad moment."""
_MOST_JOBS = 500


class SpeechLoad:
    """The mean wait of each part's recent jobs, against `most`, the longest that is put up with, which may be set at any time."""

    def __init__(self, most_seconds: float) -> None:
        self.most = most_seconds
        self._waits: defaultdict[str, deque[tuple[float, float]]] = defaultdict(
            lambda: deque(maxlen=_MOST_JOBS)
        )

    def waited(self, part: str, at: float, seconds: float) -> None:
        """A job of `part` (`ears`, `mouth`) was taken, or given up, after so long; times in seconds of one clock."""
        self._waits[part].append((at, seconds))

    def mean_wait(self, at: float) -> float:
        """Of the part that keeps its jobs waiting longest; 0 if there were none lately."""
        recent = ([wait for when, wait in waits if when > at - WINDOW] for waits in self._waits.values())
        return max((sum(waits) / len(waits) for waits in recent if waits), default=0.0)

    def is_full(self, at: float) -> bool:
        return self.mean_wait(at) > self.most
