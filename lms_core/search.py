"""Full-text search as rules: what a word is, and which part of a text is shown for a query.

Both databases get words that were cut and folded here, so that they find the same.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lms_core.plain_text import plain_text

MOST_TERMS = 10
"""Words of a query that count."""
SNIPPET = 200
"""Characters of the text that is shown for a hit, about."""
MOST_HITS = 1000
"""About so many are ranked; where more match, those that are most likely wanted."""
_BEFORE = 60  # of them before the first word that was looked for
_LONGEST = 100  # characters of a word; the rest of a longer one is not looked at
_WORD = re.compile(r"[^\W_]+")


class Found(StrEnum):
    """What can be found."""

    COURSE = "course"
    LESSON = "lesson"
    COMPANION = "companion"


@dataclass(frozen=True, slots=True)
class Document:
    """`id` is the course's, lesson's or companion's."""

    kind: Found
    id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, and where in it, from and until which character, words begin that were looked for."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    kind: Found
    id: str
    title: Marked
    snippet: Marked


def words(text: str) -> list[str]:
    """The text's words, folded: letters and digits without case and accents."""
    return [word for word, _, _ in _words(unicodedata.normalize("NFC", text))]


def terms(query: str) -> tuple[str, ...]:
    """What to look for, all of which a text must have: beginnings of words, but see `is_whole`."""
    return tuple(dict.fromkeys(words(query)))[:MOST_TERMS]


def is_whole(term: str) -> bool:
    """Whether a text must have just this word: too many begin with a single letter, if it is no word like a Chinese one."""
    return len(term) == 1 and term.isascii()


def marked(text: str, wanted: Collection[str]) -> Marked:
    """The whole text."""
    plain = unicodedata.normalize("NFC", text)
    return Marked(plain, tuple(_marks(plain, wanted)))


def snippet(text: str, wanted: Collection[str]) -> Marked:
    """The part of a long text around the first word that was looked for, or its beginning; cut between words.

    It has no marks of Markdown, and formulae in plain signs.
    """
    plain = plain_text(text)
    first = next(_marks(plain, wanted), (0, 0))[0]
    start = plain.rfind(" ", 0, max(first - _BEFORE, 0)) + 1 if first > _BEFORE else 0
    end = (
        plain.rfind(" ", start + SNIPPET // 2, start + SNIPPET)
        if len(plain) > start + SNIPPET
        else len(plain)
    )
    part = plain[start : end if end > 0 else start + SNIPPET]
    return Marked(part, tuple(_marks(part, wanted)))


def _marks(text: str, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
    starts = tuple(one for one in wanted if not is_whole(one))
    return ((start, end) for word, start, end in _words(text) if word in wanted or word.startswith(starts))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(text):
        word = match[0]
        bare = word.lower() if word.isascii() else _bare(word)
        if bare:
            yield bare[:_LONGEST], match.start(), match.end()


def _bare(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word) if one.isalnum()).casefold()
