"""Words, abbreviations, initials and punctuation."""

import re
from re import Match

from audio.speakable.reader import Reader, Rule, letters_apart, saying, silent
from audio.speakable.vocabulary import Vocabulary

_CLOSING = ".,;:!?…。，、！？；：)\\]\"'”’»"
_OPENING = "(\\[\"'“‘«„¿¡‹‚"
_LETTER = "[^\\W\\d_]"
_PAUSING = ".,;:!?…。，、！？；："
_SENTENCE_END = re.compile(r"[\"'”’)\]]*(?:\s+[A-ZÄÖÜ]|\s*\Z)")
_ENDS_SENTENCES = ("etc.", "a.m.", "p.m.", "Jr.", "Sr.", "Inc.", "Ltd.", "usw.", "Chr.")
_UNSPOKEN = "\u0000-\u0008\u000e-\u001b\u007f-\u009f\u200b-\u200f\u2060\ufeff\ud800-\udfff"
"""Control and zero-width characters and halves of characters; the first would end the text in a C library."""


def _abbreviation(reader: Reader, m: Match[str]) -> str:
    spoken = reader.vocabulary.abbreviations[m.group()]
    ends = m.group().endswith(_ENDS_SENTENCES) and _SENTENCE_END.match(reader.text, m.end())
    return spoken + "." if ends else spoken


def _saint_or_street(reader: Reader, m: Match[str]) -> str:
    return "Saint" if re.compile(r"\s[A-Z]").match(reader.text, m.end()) else "Street"


def _initials(reader: Reader, m: Match[str]) -> str:
    return letters_apart(reader, m.group().replace(".", ""))


def _dotted_word(reader: Reader, m: Match[str]) -> str:
    dot = f" {reader.word('dot', '.')} "
    return dot.join(part.replace("_", " ") for part in m.group().split("."))


def _whole_word(_reader: Reader, m: Match[str]) -> str:
    return m.group()


def _punctuation(reader: Reader, m: Match[str]) -> None:
    """Closing marks belong to the word before; of them only those that make a pause are said."""
    if not reader.segments or reader.edge != m.start():
        return
    heard = "".join(mark for mark in m.group() if mark in _PAUSING)
    if heard and reader.segments[-1].spoken[-1] in _PAUSING:
        heard = heard[1:]
    reader.attach(heard, m.end())


def shorthand(vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Abbreviations and initials; before all that would take their full stops apart."""
    found = []
    if vocabulary.abbreviations:
        known = "|".join(
            re.escape(short) for short in sorted(vocabulary.abbreviations, key=len, reverse=True)
        )
        found.append(Rule("abbreviation", rf"(?<![\w.])(?:{known})(?!\w)", saying(_abbreviation)))
    if vocabulary.language == "en":
        found += [
            Rule("numero", r"\bNos?\.(?=\s?\d)", saying(lambda _r, _m: "number")),
            Rule("figure", r"\bFigs?\.(?=\s?\d)", saying(lambda _r, _m: "figure")),
            Rule("equation", r"\bEqs?\.(?=\s?\(?\d)", saying(lambda _r, _m: "equation")),
            Rule("page", r"\bp\.(?=\s?\d)", saying(lambda _r, _m: "page")),
            Rule("pages", r"\bpp\.(?=\s?\d)", saying(lambda _r, _m: "pages")),
            Rule("saint", r"\bSt\.", saying(_saint_or_street)),
        ]
    found += [
        Rule("initials", r"\b(?:[A-Z]\.){2,}", saying(_initials)),
        Rule("dotted_word", r"\b[A-Za-z_]\w*[a-z](?:\.[a-z][a-z_]+\w*)+\b(?!\.\w)", saying(_dotted_word)),
    ]
    return tuple(found)


def words(other_signs: str, *, maths: bool) -> tuple[Rule, ...]:
    """What is left: letters and punctuation. `other_signs` are no letters, as the inside of a character class.

    In formulae a hyphen or an apostrophe is never part of a word.
    """
    stop = f"\\s\\d{other_signs}{_CLOSING}{_OPENING}{_UNSPOKEN}*_`~|#$\\\\{{}}^—―–½⅓⅔¼¾⅕-⅞\\-"
    inside = "" if maths else rf"|['’](?={_LETTER})(?<={_LETTER}.)|-(?={_LETTER})(?<={_LETTER}.)"
    return (
        Rule("space", r"\s+", silent),
        Rule("word", rf"(?:[^{stop}]{inside})+", saying(_whole_word)),
        Rule("punctuation", f"[{_CLOSING}]+", _punctuation),
    )
