"""One timer of the event loop that can be set again and again."""

import asyncio
from collections.abc import Callable


class Alarm:
    """Rings at most once each time it is `set`."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, instead of when it would have rung."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._ring)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
