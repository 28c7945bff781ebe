"""How much a client may send, and how long it may keep the others waiting."""

from collections.abc import Callable

_TURN_SECONDS = 0.005


class Bucket:
    """Lets `rate` a second through on average, and `burst` at once. The caller says the time, in seconds."""

    __slots__ = ("_at", "_level", "burst", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._level = 0.0
        self._at = 0.0

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Take `amount` if there is room for it; False (and nothing taken) if not."""
        level = self._level - (now - self._at) * self.rate
        level = amount if level < 0.0 else level + amount
        if level > self.burst:
            return False
        self._level = level
        self._at = now
        return True


class Turn:
    """A client whose messages are all there already is never waited for: it lets others have a turn now and then."""

    __slots__ = ("_began", "_now")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._began = now, now()

    def is_over(self) -> bool:
        """True when 5 ms have passed since it last was; the caller then yields to the event loop."""
        now = self._now()
        if now - self._began < _TURN_SECONDS:
            return False
        self._began = now
        return True
