"""Reads a text once from left to right: at every place the first rule that fits says something and moves on."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audio.speakable.spoken import Segment
from audio.speakable.vocabulary import Vocabulary

_GAPS = ("is_space", "is_newline")
_PAUSES = ".,;:!?…。，、！？；："
_DEEPEST = 12
"""Formulae in formulae; what lies deeper is not said, so that hostile text cannot exhaust the stack."""


_LONGEST_BRACES = 400
"""Characters; without a limit, text of many unclosed braces would take time that grows with its square."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where `pattern` matches, `say` speaks through the reader; returns where to read on (None: after the match).

    Groups inside patterns carry names that are unique among all rules.
    """

    name: str
    pattern: str
    say: "Callable[[Reader, re.Match[str]], int | None]"


def saying(
    words: "Callable[[Reader, re.Match[str]], str]",
) -> "Callable[[Reader, re.Match[str]], int | None]":
    """A rule whose whole match is said as the words returned; "" says nothing."""

    def say(reader: "Reader", match: re.Match[str]) -> None:
        reader.say(words(reader, match), match.start(), match.end())

    return say


def word(key: str = "") -> "Callable[[Reader, re.Match[str]], int | None]":
    """A rule whose match is said as the vocabulary's word for `key` (for itself if empty), or else as it stands."""
    return saying(lambda reader, match: reader.word(key or match.group(), match.group()))


def silent(_reader: "Reader", _match: re.Match[str]) -> None:
    """Matched and not said."""


class Grammar:
    """Rules in the order of their precedence, as one regular expression."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        chosen = tuple(rules)
        self.says = {f"is_{rule.name}": rule.say for rule in chosen}
        alternatives = "|".join(f"(?P<is_{rule.name}>{rule.pattern})" for rule in chosen)
        self.match = re.compile(alternatives, re.S | re.M).match


class Reader:
    """One pass over one text. `prose` and `maths` read the same signs differently: in maths, `-` is a minus."""

    def __init__(self, text: str, vocabulary: Vocabulary, prose: Grammar, maths: Grammar) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.segments: list[Segment] = []
        self.in_maths = False
        self.in_block = False
        """Within a heading, list item or table row, whose end is a pause even without a full stop."""
        self.edge = -1
        """Where the last thing ended that was said, or passed over without a gap."""
        self._prose, self._maths = prose, maths
        self._depth = 0
        self._end = len(text)

    # --- for rules ----------------------------------------------------------------------------------------------

    def word(self, key: str, original: str = "") -> str:
        """The vocabulary's words for a sign or construction; without any, `original` as it stands."""
        return self.vocabulary.says.get(key, original)

    def say(self, spoken: str, start: int, end: int) -> None:
        """`spoken` for `text[start:end]`; with an empty span it goes with what was said before."""
        spoken = " ".join(spoken.split())
        while start < end and self.text[start].isspace():
            start += 1  # "5 km": the gap is part of the match, but not of the word
        if spoken and start == end:
            self.attach(f" {spoken}", end)
        elif spoken:
            self.segments.append(Segment(spoken, start, end))

    def attach(self, mark: str, end: int) -> None:
        """Punctuation belongs to the word before it, if nothing lies between."""
        if self.segments:
            last = self.segments[-1]
            self.segments[-1] = Segment(last.spoken + mark, last.start, end)

    def pause(self, mark: str) -> None:
        """Let the synthesiser hear a pause that the text shows without punctuation."""
        if self.segments and self.segments[-1].spoken[-1] not in _PAUSES:
            last = self.segments[-1]
            self.segments[-1] = Segment(last.spoken + mark, last.start, last.end)

    def read(self, start: int, end: int, *, maths: bool | None = None) -> None:
        """Say `text[start:end]`, which lies within what a rule matched."""
        if self._depth >= _DEEPEST:
            return
        outer, outer_end = self.in_maths, self._end
        self._depth, self._end = self._depth + 1, min(end, outer_end)
        self.in_maths = outer if maths is None else maths
        grammar = self._maths if self.in_maths else self._prose
        place = start
        while place < self._end:
            match = grammar.match(self.text, place, self._end)
            if match is None or match.end() == place or match.lastgroup is None:
                place += 1  # a character that no rule knows is not said
                continue
            place = grammar.says[match.lastgroup](self, match) or match.end()
            if match.lastgroup not in _GAPS:
                self.edge = place
        self.in_maths, self._depth, self._end = outer, self._depth - 1, outer_end

    def braced(self, place: int) -> tuple[int, int] | None:
        """The inside of `{...}` (or one character without braces) at `place`, for LaTeX; None if there is none."""
        while place < self._end and self.text[place] == " ":
            place += 1
        if place >= self._end or self.text[place] in "}\n":
            return None
        if self.text[place] != "{":
            return place, place + 1
        depth = 0
        last = min(self._end, place + _LONGEST_BRACES)
        for here in range(place, last):
            depth += {"{": 1, "}": -1}.get(self.text[here], 0)
            if depth == 0:
                return place + 1, here
        return place + 1, last


def after(span: tuple[int, int], text: str) -> int:
    """Where to read on after what `Reader.braced` found."""
    return span[1] + 1 if text[span[1] : span[1] + 1] == "}" else span[1]


def letters_apart(reader: Reader, letters: str) -> str:
    """Letters by their names. An English "A" is spelled so that no synthesiser takes it for the article."""
    return " ".join(reader.word("letter a", letter) if letter in "aA" else letter for letter in letters)
