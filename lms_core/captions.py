"""What was said in a film, as captions: where to cut its sound into pieces, and words into lines that can be read. Pure."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEP_MS = 100
"""One level of `cuts` stands for so long."""
_LEAST, _MOST = 50, 80  # steps: pieces of 5 to 8 s, so that no worker is taken for long
_LINE = 42  # characters, as broadcasters have them
_LONGEST_MS = 6000
_GAP_MS = 1200
_SENTENCE = 30  # characters from which on the end of a sentence ends a caption


@dataclass(frozen=True, slots=True)
class SaidWord:
    """Times in milliseconds from the beginning of the film."""

    text: str
    start_ms: int
    end_ms: int


def cuts(levels: Sequence[float]) -> list[int]:
    """Ends of pieces, in steps: each where it is quietest between 5 and 8 s after the one before."""
    ends, start = [], 0
    while len(levels) - start > _MOST:
        window = range(start + _LEAST, start + _MOST)
        start = min(window, key=lambda step: levels[step]) + 1
        ends.append(start)
    return [*ends, len(levels)] if len(levels) > start else ends


def spread(text: str, start_ms: int, end_ms: int) -> list[SaidWord]:
    """For ears that tell no times of words: each takes its share by its letters."""
    words = text.split()
    each = (end_ms - start_ms) / max(1, sum(len(word) + 1 for word in words))
    said, at = [], float(start_ms)
    for word in words:
        after = at + each * (len(word) + 1)
        said.append(SaidWord(word, round(at), round(after)))
        at = after
    return said


def webvtt(words: Iterable[SaidWord]) -> str:
    """A WebVTT file: https://www.w3.org/TR/webvtt1/"""
    blocks = ["WEBVTT"]
    for caption in _captions(words):
        text = "\n".join(textwrap.wrap(" ".join(word.text for word in caption), _LINE))
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        start, end = caption[0].start_ms, max(caption[-1].end_ms, caption[0].start_ms + 1)
        blocks.append(f"{_time(start)} --> {_time(end)}\n{safe}")
    return "\n\n".join(blocks) + "\n"


def _captions(words: Iterable[SaidWord]) -> list[list[SaidWord]]:
    """Two lines at most, six seconds at most, and not over a pause or the end of a sentence."""
    found: list[list[SaidWord]] = []
    for word in words:
        if not word.text.strip():
            continue
        if found and _goes_on(found[-1], word):
            found[-1].append(word)
        else:
            found.append([word])
    return found


def _goes_on(caption: Sequence[SaidWord], word: SaidWord) -> bool:
    letters = sum(len(one.text) + 1 for one in caption)
    ended = caption[-1].text.endswith((".", "?", "!")) and letters >= _SENTENCE
    fits = letters + len(word.text) <= 2 * _LINE - 8 and word.end_ms - caption[0].start_ms <= _LONGEST_MS
    return fits and not ended and word.start_ms - caption[-1].end_ms <= _GAP_MS


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
