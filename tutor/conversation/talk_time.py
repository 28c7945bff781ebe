"""How much of the companion's duration is used up: time counts only while a client is attached."""

import math
from collections.abc import Callable

from tutor.brain.base import Phase
from tutor.conversation.pacing import Pacing


class TalkTime:
    """`resume` when a client comes, `stop` when it goes; all times in seconds."""

    def __init__(self, duration: float, now: Callable[[], float]) -> None:
        self._pacing, self._duration, self._now = Pacing(duration), duration, now
        self._before = 0.0
        self._since: float | None = None

    def restore(self, talked: float) -> None:
        self._before = talked

    def limit(self, seconds: float | None) -> None:
        """So much more talk is allowed, whatever the duration; None: no limit. What is over already gets no later end."""
        most = math.inf if seconds is None else self.talked + seconds
        if seconds is not None and seconds <= 0:
            most = min(most, self._pacing.duration)
        self._pacing = Pacing(min(self._duration, most))

    @property
    def cut_short(self) -> bool:
        """The limit comes before the duration is used up."""
        return self._pacing.duration < self._duration

    def resume(self) -> None:
        self._since = self._now()

    def stop(self) -> None:
        self._before, self._since = self.talked, None

    @property
    def talked(self) -> float:
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def at(self, moment: float) -> float:
        """Where in the talk the clock time `moment` of this attachment is."""
        return self._before + (max(0.0, moment - self._since) if self._since is not None else 0.0)

    @property
    def remaining(self) -> float:
        return self._pacing.remaining(self.talked)

    @property
    def phase(self) -> Phase:
        return self._pacing.phase(self.talked)

    @property
    def changes_at(self) -> float | None:
        """Clock time at which something is due next; None while nobody is there, or after the end."""
        due = self._pacing.next_change(self.talked) if self._since is not None else None
        return None if due is None else self._now() + due - self.talked
