"""Numbers in a learner's words: "three quarters", "minus thirty too", "two point five", "2 1/2". Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_TOKEN = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:st|nd|rd|ths?)\b|[0-9]+(?:\.[0-9]+)?"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*|[/%]|[-−](?=[0-9])"
)


def _numbered(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


_UNITS = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
) | {"nought": 0, "naught": 0, "dozen": 12}
_TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10) | {"fourty": 40}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth", first=1
)
_PARTS = {
    "half": 2,
    "halves": 2,
    "halfs": 2,
    "quarter": 4,
    "quarters": 4,
    "hundredth": 100,
    "hundredths": 100,
} | {word + ending: value for word, value in _ORDINALS.items() if value > 2 for ending in ("", "s")}
_SOUNDS_LIKE = dict.fromkeys(("to", "too", "tu"), 2) | dict.fromkeys(("for", "fore"), 4) | {
    "won": 1, "tree": 3, "free": 3, "fife": 5, "hive": 5, "sex": 6, "sicks": 6, "ate": 8, "nein": 9, "tin": 10
}  # fmt: skip
"""What recognisers write for digits. Taken for numbers only where a number is due."""
_POINTERS = frozenset(
    ("the", "this", "that", "which", "other", "next", "another", "last", "right", "wrong", "correct", "no",
     "any", "every", "each", "some")
)  # fmt: skip
"""Before "one", they make it a pronoun."""
_VULGAR = {"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 ", "⅓": " 1/3 ", "⅔": " 2/3 ", "⅕": " 1/5 ", "⅛": " 1/8 "}


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """`tokens[start:end]` say `value`; `top` and `bottom` are the fraction as it was said, not reduced."""

    value: Fraction
    start: int
    end: int
    top: int | None = None
    bottom: int | None = None
    percent: bool = False


def tokens(text: str) -> list[str]:
    """Lower-case words, numerals, "/" and "%"; other punctuation is left out."""
    for sign, plain in _VULGAR.items():
        text = text.replace(sign, plain)
    return [token.replace("’", "'") for token in _TOKEN.findall(text.lower())]


def ordinal(token: str) -> int | None:
    """1 for "first" and "1st", and so on."""
    if match := re.fullmatch(r"([0-9]+)(?:st|nd|rd|th)", token):
        return int(match.group(1))
    return _ORDINALS.get(token)


def numbers(words: Sequence[str], *, lenient: bool = False) -> list[SpokenNumber]:
    """All numbers in `words` (from `tokens`), in order.

    `lenient`: homophones ("for", "to") count wherever they stand; for when nothing else is left of an answer.
    """
    found: list[SpokenNumber] = []
    place = 0
    while place < len(words):
        number = _Reader(words, lenient).read(place)
        if number is None:
            place += 1
        else:
            found.append(number)
            place = number.end
    return found


def _is_numeral(word: str) -> bool:
    return word.isascii() and word.isdecimal()


class _Reader:
    """Recursive descent; every method takes a place and gives (value, next place) or None."""

    def __init__(self, words: Sequence[str], lenient: bool) -> None:
        self._words, self._lenient = words, lenient

    def _at(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def read(self, start: int) -> SpokenNumber | None:
        negative = self._at(start) in ("minus", "negative", "-", "−")
        place = start + negative
        if place > start and self._at(start) == "minus" and start and self._is_number(start - 1):
            return None  # "five minus three" is two numbers
        number = self._mixed(place) or self._fraction(place) or self._plain(place)
        if number is None:
            return None
        value, end, top, bottom = number
        percent = self._at(end) in ("%", "percent") or (self._at(end), self._at(end + 1)) == ("per", "cent")
        if percent:
            end += 2 if self._at(end) == "per" else 1
        return SpokenNumber(-value if negative else value, start, end, top, bottom, percent)

    def _is_number(self, place: int) -> bool:
        return self._at(place) in _UNITS or self._at(place) in _TENS or _is_numeral(self._at(place)[:1])

    def _mixed(self, place: int) -> tuple[Fraction, int, int | None, int | None] | None:
        """One and a half, 2 1/2; but 0.5 and a quarter are two numbers."""
        whole = self._cardinal(place)
        if whole is None or whole[0].denominator != 1:
            return None
        value, end = whole
        after = end + 1 if self._at(end) == "and" else end
        if after == end and self._at(after + 1) != "/":
            return None
        part = self._fraction(after)
        if part is None or part[0] >= 1 or part[2] is None or part[3] is None:
            return None
        top, bottom = part[2], part[3]
        return value + part[0], part[1], int(value) * bottom + top, bottom

    def _fraction(self, place: int) -> tuple[Fraction, int, int | None, int | None] | None:
        first = self._at(place)
        if first in ("half", "quarter"):
            return Fraction(1, _PARTS[first]), place + 1, 1, _PARTS[first]
        if first in ("a", "an", "one", "1") and self._at(place + 1) in _PARTS:
            bottom = _PARTS[self._at(place + 1)]
            return Fraction(1, bottom), place + 2, 1, bottom
        top = self._cardinal(place)
        if top is None and first in _SOUNDS_LIKE and self._at(place + 1) in _PARTS:
            top = Fraction(_SOUNDS_LIKE[first]), place + 1
        if top is None or top[0].denominator != 1:
            return None
        value, end = top
        word = self._at(end)
        if word in _PARTS and (word.endswith("s") or value == 1 or self._lenient):
            return value / _PARTS[word], end + 1, int(value), _PARTS[word]
        if match := re.fullmatch(r"([0-9]+)ths?", word):
            bottom = int(match.group(1))
            return (value / bottom, end + 1, int(value), bottom) if bottom else None
        if word in ("/", "over") or (word, self._at(end + 1)) == ("out", "of"):
            under = self._cardinal(end + (2 if word == "out" else 1))
            if under and under[0] and under[0].denominator == 1:
                return value / under[0], under[1], int(value), int(under[0])
        return None

    def _plain(self, place: int) -> tuple[Fraction, int, None, None] | None:
        read = self._cardinal(place) or self._point(Fraction(0), place)
        if read is None and self._lenient and self._at(place) in _SOUNDS_LIKE:
            read = Fraction(_SOUNDS_LIKE[self._at(place)]), place + 1
        return None if read is None else (*read, None, None)

    def _cardinal(self, place: int) -> tuple[Fraction, int] | None:
        word = self._at(place)
        if word == "one" and (self._at(place - 1) in _POINTERS or ordinal(self._at(place - 1))):
            return None
        if _is_numeral(word[:1]):
            if not _is_numeral(word.replace(",", "").replace(".", "")):
                return None
            value = Fraction(word.replace(",", ""))
            scale = _SCALES.get(self._at(place + 1))
            return (value * scale, place + 2) if scale else (value, place + 1)
        whole = self._words_cardinal(place)
        return None if whole is None else self._point(*whole) or whole

    def _point(self, whole: Fraction, place: int) -> tuple[Fraction, int] | None:
        """The part after "point", digit by digit ("two five") or as one number ("twenty five")."""
        if self._at(place) not in ("point", "comma"):
            return None
        digits, end = "", place + 1
        while (word := self._at(end)) in _UNITS or word in _TENS or word == "oh" or _is_numeral(word) or (
            not digits and word in _SOUNDS_LIKE
        ):  # fmt: skip
            value = _UNITS.get(word, _TENS.get(word, _SOUNDS_LIKE.get(word)))
            if word in _TENS and self._at(end + 1) in _UNITS:
                end += 1
                value = _TENS[word] + _UNITS[self._at(end)]
            digits += word if _is_numeral(word) else str(value or 0)
            end += 1
        return (whole + Fraction(int(digits), 10 ** len(digits)), end) if digits else None

    def _words_cardinal(self, start: int) -> tuple[Fraction, int] | None:
        """Cardinal numbers in words, and years such as "nineteen eighty four"."""
        total, group, place, last = 0, -1, start, ""
        while True:
            word = self._at(place)
            if word in _SCALES and group >= 0:
                total, group, last = total + max(group, 1) * _SCALES[word], 0, "scale"
            elif word == "hundred" and 0 <= group < 100:
                group, last = max(group, 1) * 100, "hundred"
            elif (
                word in ("a", "an")
                and place == start
                and self._at(place + 1) in (*_SCALES, "hundred", "dozen")
            ):
                group = 12 if self._at(place + 1) == "dozen" else 1
                place += self._at(place + 1) == "dozen"
                last = "unit"
            elif word == "and" and last in ("hundred", "scale") and self._follows_and(place + 1):
                last = "and"
            elif (value := self._small(word, last)) is not None and (group < 0 or self._joins(last, value)):
                group = max(group, 0) * (100 if last == "year" else 1) + value
                last = "tens" if word in _TENS else "unit"
            elif word in _TENS and last == "unit" and 13 <= group <= 20 and total == 0:
                group, last = group * 100 + _TENS[word], "tens"  # nineteen eighty
            else:
                break
            place += 1
        return (Fraction(total + group), place) if group >= 0 else None

    def _follows_and(self, place: int) -> bool:
        return self._at(place) in _UNITS or self._at(place) in _TENS

    @staticmethod
    def _small(word: str, last: str) -> int | None:
        if last == "tens" and word in _SOUNDS_LIKE:
            return _SOUNDS_LIKE[word]
        return _UNITS.get(word, _TENS.get(word))

    @staticmethod
    def _joins(last: str, value: int) -> bool:
        if last == "tens":
            return 0 < value < 10
        return last in ("hundred", "scale", "and") and value > 0
