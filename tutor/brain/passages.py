"""A lesson's text in passages, and which of them matter for some words. Pure."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

PASSAGE_CHARS = 900
"""Longest passage; about a minute when read aloud."""
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
_WORD = re.compile(r"\w+")
_OMITTED = "[...]"


@dataclass(frozen=True, slots=True)
class Passage:
    """`place` counts the passages of the lesson from 0; `heading` is "" before the first one."""

    place: int
    heading: str
    text: str


def passages(content: str, max_chars: int = PASSAGE_CHARS) -> tuple[Passage, ...]:
    """Split Markdown at its headings, and long sections at paragraphs."""
    found: list[Passage] = []
    for heading, text in _sections(content):
        for part in _parts(text, max_chars):
            found.append(Passage(len(found), heading, part))
    return tuple(found)


def relevant(among: Sequence[Passage], words: str, limit: int) -> tuple[Passage, ...]:
    """The passages that share words with `words`, best first; rare words count more, headings double."""
    counts = [_stems(f"{passage.heading} {passage.heading} {passage.text}") for passage in among]
    spread = Counter(stem for count in counts for stem in count)
    wanted = set(_stems(words))

    def weight(stem: str) -> float:
        """A word that stands in every passage says nothing about where to look."""
        return math.log(len(among) / spread[stem]) if len(among) > 1 else 1.0

    def score(count: Counter[str]) -> float:
        return sum(weight(stem) * (1 + math.log(count[stem])) for stem in wanted & count.keys())

    ranked = sorted(zip(map(score, counts), among, strict=True), key=lambda pair: (-pair[0], pair[1].place))
    return tuple(passage for points, passage in ranked[:limit] if points > 0)


def excerpt(content: str, words: str, max_chars: int) -> str:
    """The whole text if it fits, else its opening and what matters most for `words`, with gaps marked."""
    content = content.strip()
    if len(content) <= max_chars:
        return content
    # Passages well below the limit, so that more than one fits.
    every = passages(content, max(1, min(PASSAGE_CHARS, max_chars // 3)))
    order = [*every[:1], *relevant(every[1:], words, len(every))]
    order += [passage for passage in every if passage not in order]
    kept: set[int] = set()
    left = max_chars - len(_OMITTED) - 2  # the mark may stand before and behind
    for passage in order:
        cost = len(_titled(passage)) + len(_OMITTED) + 4
        if cost <= left:
            kept.add(passage.place)
            left -= cost
    return _joined([passage for passage in every if passage.place in kept], len(every)) or content[:max_chars]


def _joined(kept: Sequence[Passage], total: int) -> str:
    lines: list[str] = []
    expected = 0
    heading = None
    for passage in kept:
        if passage.place != expected:
            lines.append(_OMITTED)
        lines.append(_titled(passage) if passage.heading != heading else passage.text)
        heading, expected = passage.heading, passage.place + 1
    if kept and expected != total:
        lines.append(_OMITTED)
    return "\n\n".join(lines)


def _titled(passage: Passage) -> str:
    return f"## {passage.heading}\n{passage.text}" if passage.heading else passage.text


def _sections(content: str) -> list[tuple[str, str]]:
    sections: list[tuple[str, list[str]]] = [("", [])]
    in_code = False
    for line in content.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
        heading = None if in_code else _HEADING.match(line)
        if heading:
            sections.append((heading.group(1), []))
        else:
            sections[-1][1].append(line)
    return [(heading, "\n".join(lines).strip()) for heading, lines in sections if "".join(lines).strip()]


def _parts(text: str, max_chars: int) -> list[str]:
    parts = [""]
    for paragraph in re.split(r"\n\s*\n", text):
        for start in range(0, len(paragraph), max_chars):
            piece = paragraph[start : start + max_chars]
            if parts[-1] and len(parts[-1]) + 2 + len(piece) > max_chars:
                parts.append(piece)
            else:
                parts[-1] = f"{parts[-1]}\n\n{piece}" if parts[-1] else piece
    return [part for part in parts if part.strip()]


def _stems(text: str) -> Counter[str]:
    """Words without their plural ending; single letters are left out, single digits are not."""
    words = (word.lower() for word in _WORD.findall(text))
    return Counter(
        word[:-1] if len(word) > 3 and word.endswith("s") else word
        for word in words
        if len(word) > 1 or word.isdigit()
    )
