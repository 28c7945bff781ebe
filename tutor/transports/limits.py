"""How much a client may send."""


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
