"""When each word is heard: from the engine's word events, or estimated from how long the words are. Pure."""

from collections.abc import Iterator, Sequence

from audio.speakable import Segment, Spoken
from audio.tts.base import SpokenWord

MS_PER_UNIT = 62.0
"""How long one unit of `weight` takes at normal speed: a letter in English at about 165 words a minute."""
_PAUSES = {",": 4, ";": 5, ":": 5, ".": 8, "!": 8, "?": 8, "…": 8, "。": 8, "，": 4, "、": 3}
"""Units of silence after a mark; the last one of a sentence is not part of the word's time."""
_SENTENCE_ENDS = ".!?…。！？"
_SHORT, _LONG = 120, 240
"""Characters after which a portion ends at the next sentence end, and at the next pause or else word."""


def weight(segment: Segment) -> int:
    """How long a segment takes to say, in units of about one letter."""
    return len(segment.spoken) + 1 + _PAUSES.get(segment.spoken[-1], 0)


def estimate_words(spoken: Spoken, duration_ms: float, begin_ms: float = 0.0) -> tuple[SpokenWord, ...]:
    """Times of all words, said from `begin_ms` for `duration_ms`."""
    return tuple(_share(spoken.segments, begin_ms, begin_ms + duration_ms))


def portions(spoken: Spoken, short: int = _SHORT) -> Iterator[Spoken]:
    """Runs of sentences, each short enough to be one job: so that speech begins soon, callers take turns, and
    only so much sound waits to be played. `short` 0: every sentence on its own."""
    begin, length = 0, 0
    for place, segment in enumerate(spoken.segments):
        length += len(segment.spoken) + 1
        mark = segment.spoken[-1]
        if (
            (length > short and mark in _SENTENCE_ENDS)
            or (length > _LONG and mark in _PAUSES)
            or length > 2 * _LONG
        ):
            yield Spoken(spoken.segments[begin : place + 1])
            begin, length = place + 1, 0
    if begin < len(spoken.segments):
        yield Spoken(spoken.segments[begin:])


class WordEvents:
    """Turns an engine's word events into words of the original text.

    What one span of the original became ("1990" is two words) is one word; words without an event of their own
    (engines swallow some) share the time of the one before, so that no part of the text is left out.
    """

    def __init__(self, spoken: Spoken, begin_ms: float = 0.0) -> None:
        self._spoken = spoken
        self._current = 0
        self._since = begin_ms

    def began(self, place: int, at_ms: float) -> tuple[SpokenWord, ...]:
        """The word at character `place` of the spoken text begins; returns the words that are over by that."""
        index = self._spoken.index_at(place)
        if index <= self._current:
            return ()
        at_ms = max(at_ms, self._since)
        done = tuple(_share(self._spoken.segments[self._current : index], self._since, at_ms))
        self._current, self._since = index, at_ms
        return done

    def over(self, at_ms: float) -> tuple[SpokenWord, ...]:
        """The speech ends; returns all that is left."""
        rest = self._spoken.segments[self._current :]
        self._current = len(self._spoken.segments)
        return tuple(_share(rest, self._since, max(at_ms, self._since)))


class WordEstimate:
    """Word times while the sound still streams in and nobody knows yet how long it will be."""

    def __init__(self, spoken: Spoken, speed: float = 1.0) -> None:
        self._segments = spoken.segments
        self._ms_per_unit = MS_PER_UNIT / speed
        self._next = 0
        self._end_ms = 0.0

    def received(self, total_ms: float) -> tuple[SpokenWord, ...]:
        """`total_ms` of sound are here: the words that are over by then, as far as anybody can tell."""
        begin = self._next
        start_ms, end_ms = self._end_ms, self._end_ms
        while self._next < len(self._segments):
            following = end_ms + weight(self._segments[self._next]) * self._ms_per_unit
            if following > total_ms:
                break
            end_ms = following
            self._next += 1
        self._end_ms = end_ms
        return tuple(_share(self._segments[begin : self._next], start_ms, end_ms))

    def over(self, total_ms: float) -> tuple[SpokenWord, ...]:
        """The sound ended: the rest of the words, in the time that is left."""
        rest, self._next = self._segments[self._next :], len(self._segments)
        return tuple(_share(rest, self._end_ms, max(total_ms, self._end_ms)))


def _share(segments: Sequence[Segment], start_ms: float, end_ms: float) -> Iterator[SpokenWord]:
    """Consecutive words in proportion to their weights."""
    total = sum(map(weight, segments))
    moment = start_ms
    for segment in segments:
        following = moment + weight(segment) * (end_ms - start_ms) / total
        yield SpokenWord(segment.start, segment.end, round(moment), round(following))
        moment = following
