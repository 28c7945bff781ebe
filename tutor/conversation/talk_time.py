"""How much of the companion's duration is used up: time counts only while a client is attached."""

from collections.abc import Callable

from tutor.brain.base import Phase
from tutor.conversation.pacing import Pacing


class TalkTime:
    """`resume` when a client comes, `stop` when it goes; all times in seconds."""

    def __init__(self, duration: float, now: Callable[[], float]) -> None:
        self._pacing, self._now = Pacing(duration), now
        self._before = 0.0
        self._since: float | None = None

    def restore(self, talked: float) -> None:
        self._before = talked

    def resume(self) -> None:
        self._since = self._now()

    def stop(self) -> None:
        self._before, self._since = self.talked, None

    @property
    def talked(self) -> float:
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

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
