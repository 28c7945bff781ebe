"""How often one may ask of this process. No clock inside."""

import math
from collections import OrderedDict

from lms_core.errors import TooMany


class Rates:
    """A token bucket for each key: `burst` at once, then `per_second`. Of many keys the longest unused are forgotten."""

    def __init__(self, *, per_second: float, burst: int, most_keys: int = 10_000) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most = most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when

    def take(self, key: str, now: float) -> None:
        """Count one at `now` (seconds of any clock). Raises TooMany with the seconds to wait."""
        left, then = self._buckets.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - then) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / self._per_second)
            raise TooMany("You ask too often; wait a little.", reason="too_often", retry_after_seconds=wait)
