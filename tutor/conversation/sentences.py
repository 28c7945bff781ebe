"""Cut a stream of text into sentences as early as is safe, so that speech can begin before the text ends."""

import re
from collections.abc import Iterator

_END = re.compile(r"([.!?…]+[\"'”’)\]]*)(\s+)|(\n\s*\n?)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“])(?:e\.g|i\.e|etc|vs|dr|mr|mrs|ms|prof|st|no|fig|eq|approx|z\.b|bzw|[a-z])\.$", re.I
)
_LONGEST = 280
"""Characters; a longer sentence is cut at a comma or a space, for the listener waits all the while."""


class SentenceSplitter:
    """`feed` text deltas, get whole sentences (with their trailing space); `flush` gives the rest.

    Joined together the pieces are exactly what was fed.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, delta: str) -> Iterator[str]:
        self._rest += delta
        start = 0
        for match in _END.finditer(self._rest):
            sentence = self._rest[start : match.end()]
            if not sentence.strip() or self._goes_on(sentence, match.end()):
                continue
            start = match.end()
            yield sentence
        self._rest = self._rest[start:]
        while len(self._rest) > _LONGEST:
            cut = self._comma_or_space()
            yield self._rest[:cut]
            self._rest = self._rest[cut:]

    def flush(self) -> str:
        rest, self._rest = self._rest, ""
        return rest

    def _goes_on(self, sentence: str, end: int) -> bool:
        body = sentence.rstrip()
        if not body.endswith("."):
            return False
        if _ABBREVIATION.search(body):
            return True
        if body[-2:-1].isdigit() and len(body) <= 4:  # "1. " of a list
            return True
        following = self._rest[end : end + 1]
        return bool(following) and following.islower()

    def _comma_or_space(self) -> int:
        window = self._rest[:_LONGEST]
        for mark in (", ", "; ", ": ", " "):
            place = window.rfind(mark)
            if place > _LONGEST // 3:
                return place + len(mark)
        return _LONGEST
