"""Which words were played: from what was sent, when, and what the client reports, to what the learner heard."""

from collections.abc import Iterable, Sequence

from tutor.conversation.events import CaptionWord


class Playback:
    """Playback position of one reply item, in ms from its first sample.

    Clients play without gaps from the moment the first audio arrives; if they run dry they go on when more
    comes. A reported position overrules the estimate and is carried forward from its moment.
    """

    def __init__(self) -> None:
        self.sent_ms = 0.0
        self._origin: float | None = None
        """Clock time in seconds at which position 0 was, or would have been, played."""
        self._frozen: float | None = None

    @property
    def begun(self) -> bool:
        return self._origin is not None

    def sent(self, now: float, ms: float) -> None:
        """`ms` more audio went out at clock time `now` (seconds)."""
        if self._origin is None or self.position(now) >= self.sent_ms:
            self._origin = now - self.sent_ms / 1000
        self.sent_ms += ms

    def reported(self, now: float, ms: float) -> None:
        """The client says that it has played up to `ms`."""
        if self._frozen is None and self._origin is not None:
            self._origin = now - min(max(ms, 0.0), self.sent_ms) / 1000

    def freeze(self, now: float) -> float:
        """The client fell silent; the position stays what it is. Returns it."""
        if self._frozen is None:
            self._frozen = self.position(now)
        return self._frozen

    def correct(self, ms: float) -> None:
        """The client says exactly where it stopped (`conversation.item.truncate`)."""
        self._frozen = min(max(ms, 0.0), self.sent_ms)

    def position(self, now: float) -> float:
        if self._frozen is not None:
            return self._frozen
        if self._origin is None:
            return 0.0
        return min(self.sent_ms, max(0.0, (now - self._origin) * 1000))

    def finish_time(self, now: float) -> float:
        """Clock time at which all that was sent will have been played."""
        return now + (self.sent_ms - self.position(now)) / 1000


def heard_text(text: str, words: Sequence[CaptionWord], position_ms: float) -> str:
    """The part of `text` that was heard at `position_ms`: up to the last word that had mostly been played."""
    end = 0
    for word in words:
        if word.start_ms + 0.6 * (word.end_ms - word.start_ms) > position_ms:
            break
        end = word.end
    while end < len(text) and not text[end].isspace():  # the punctuation that belongs to the word
        end += 1
    return text[:end].rstrip()


def spread_words(text: str, start: int, start_ms: float, end_ms: float) -> list[CaptionWord]:
    """Word times for engines that give none: proportional to length, counting a little for every gap."""
    spans = []
    place = 0
    for word in text.split():
        place = text.index(word, place)
        spans.append((place, place + len(word)))
        place += len(word)
    total = sum(end - begin + 1 for begin, end in spans) or 1
    per = (end_ms - start_ms) / total
    words = []
    moment = start_ms
    for begin, end in spans:
        length = (end - begin + 1) * per
        words.append(CaptionWord(start + begin, start + end, round(moment), round(moment + length)))
        moment += length
    return words


def shift_words(words: Iterable[CaptionWord], by_chars: int, by_ms: float) -> tuple[CaptionWord, ...]:
    """The same words in the coordinates of an item that begins `by_chars`, `by_ms` later; earlier ones are left out."""
    moved = []
    for word in words:
        if word.start >= by_chars:
            times = round(max(0.0, word.start_ms - by_ms)), round(max(0.0, word.end_ms - by_ms))
            moved.append(CaptionWord(word.start - by_chars, word.end - by_chars, *times))
    return tuple(moved)
