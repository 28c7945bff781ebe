"""Word times for mouths that do not tell them: spread over the sound in proportion to length. Pure."""

from audio.tts.base import SpokenWord


def estimate_words(text: str, duration_ms: float, begin_ms: float = 0.0) -> tuple[SpokenWord, ...]:
    """Times of the whitespace-separated words of `text`, said from `begin_ms` for `duration_ms`."""
    spans: list[tuple[int, int]] = []
    place = 0
    for word in text.split():
        place = text.index(word, place)
        spans.append((place, place + len(word)))
        place += len(word)
    total = sum(end - start + 1 for start, end in spans)
    words = []
    moment = begin_ms
    for start, end in spans:
        length = (end - start + 1) * duration_ms / total
        words.append(SpokenWord(start, end, round(moment), round(moment + length)))
        moment += length
    return tuple(words)
