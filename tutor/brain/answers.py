"""Is a spoken answer right? Tolerant of recognition errors, strict about meaning. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from lms_core.courses import QuizItem, QuizKind


class Verdict(StrEnum):
    RIGHT = "right"
    CLOSE = "close"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score` is 0 to 1."""

    verdict: Verdict
    score: float


_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {"to": 2, "too": 2, "for": 4, "won": 1, "ate": 8, "a": 1, "an": 1, "free": 3, "tree": 3, "sex": 6, "sick": 6}
_HOMOPHONES = frozenset(("to", "too", "for", "won", "ate", "a", "an", "free", "tree", "sex", "sick"))
"""Taken for numbers only if they stand alone."""
_TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10}  # fmt: skip
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_LETTERS = {"a": 0, "ay": 0, "b": 1, "be": 1, "bee": 1, "c": 2, "see": 2, "sea": 2, "d": 3, "dee": 3}
_YES = frozenset("yes yeah yep true right correct sure indeed".split())
_NO = frozenset("no nope not false wrong incorrect never".split())
_STOP = frozenset(
    "the a an is are was were it its it's that this of to in on at um uh er i think guess maybe they we you because "
    "so and or be would called answer well just like my has have there does do by for with".split()
)
_NEGATIONS = frozenset("not no never isn't don't doesn't aren't without".split())


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w']+(?:\.\d+)?", text.lower().replace("-", " "))


def numbers_in(text: str) -> list[float]:
    """All numbers said in `text`: digits, number words, "three quarters", "two point five", "minus three"."""
    words = words_of(text)
    found: list[float] = []
    place = 0
    while place < len(words):
        value, used = _number_at(words, place)
        if value is None:
            place += 1
            continue
        if place and words[place - 1] in ("minus", "negative"):
            value = -value
        place += used
        found.append(value)
    if not found and len(words) == 1 and words[0] in _HOMOPHONES:
        found.append(float(_SMALL[words[0]]))
    return found


def _number_at(words: list[str], place: int) -> tuple[float | None, int]:
    word = words[place]
    if re.fullmatch(r"\d+(\.\d+)?", word):
        value, used = float(word), 1
    elif word in _TENS:
        value, used = float(_TENS[word]), 1
        following = words[place + 1] if place + 1 < len(words) else ""
        if 0 < _SMALL.get(following, 0) < 10 and following not in ("a", "an"):
            value, used = value + _SMALL[following], 2
    elif word in _SMALL and word not in _HOMOPHONES:
        value, used = float(_SMALL[word]), 1
    else:
        return None, 0
    if place + used < len(words) and words[place + used] == "hundred":
        rest, more = _number_at(words, place + used + 1) if place + used + 1 < len(words) else (None, 0)
        value, used = value * 100 + (rest or 0), used + 1 + (more if rest is not None else 0)
    if place + used + 1 < len(words) and words[place + used] == "point":
        digits = ""
        after = place + used + 1
        while after < len(words) and words[after] in _SMALL and words[after] not in _HOMOPHONES:
            digits += str(_SMALL[words[after]])
            after += 1
        if digits:
            value, used = value + float(f"0.{digits}"), after - place
    return value, used


def judge(answer: str, item: QuizItem) -> Judgement:
    """Compare what was heard with the item's answer and its accepted variants."""
    words = words_of(answer)
    if not words:
        return Judgement(Verdict.UNSURE, 0.0)
    if item.kind is QuizKind.TRUE_FALSE:
        return _judge_true_false(words, item)
    if item.kind is QuizKind.MULTIPLE_CHOICE and (chosen := _choice(words, item)) is not None:
        right = item.choices[chosen].lower() == item.answer.lower()
        return Judgement(Verdict.RIGHT if right else Verdict.WRONG, float(right))
    if item.kind is QuizKind.NUMERIC:
        return _judge_number(answer, item)
    best = max(_similarity(words, expected) for expected in (item.answer, *item.accept))
    if _NEGATIONS & set(words) and not _NEGATIONS & set(words_of(item.answer)):
        best = min(best, 0.3)
    if best >= 0.8:
        return Judgement(Verdict.RIGHT, best)
    return Judgement(Verdict.CLOSE if best >= 0.5 else Verdict.WRONG, best)


def _judge_true_false(words: list[str], item: QuizItem) -> Judgement:
    said_no, said_yes = bool(_NO & set(words)), bool(_YES & set(words))
    if said_no and said_yes:
        said_yes = words[-1] in _YES and "not" not in words
        said_no = not said_yes
    if said_no == said_yes:
        return Judgement(Verdict.UNSURE, 0.0)
    right = said_yes == (item.answer.lower() in ("true", "yes", "right"))
    return Judgement(Verdict.RIGHT if right else Verdict.WRONG, float(right))


def _choice(words: list[str], item: QuizItem) -> int | None:
    named = [place for place, choice in enumerate(item.choices) if _similarity(words, choice) >= 0.8]
    if len(named) == 1:
        return named[0]
    for word in words:
        place = _ORDINALS.get(word)
        if place is None and len(words) <= 3:
            place = _LETTERS.get(word)
        if place is not None and -1 <= place < len(item.choices):
            return place % len(item.choices)
    return None


def _judge_number(answer: str, item: QuizItem) -> Judgement:
    said = numbers_in(answer)
    wanted = [value for text in (item.answer, *item.accept) for value in numbers_in(text)[:1]]
    if any(abs(a - b) < 1e-6 for a in said[-1:] for b in wanted):
        return Judgement(Verdict.RIGHT, 1.0)
    if any(abs(a - b) < 1e-6 for a in said for b in wanted):
        return Judgement(Verdict.CLOSE, 0.6)
    return Judgement(Verdict.WRONG, 0.0) if said else Judgement(Verdict.UNSURE, 0.0)


def _similarity(words: list[str], expected: str) -> float:
    """How much of what was expected was said, word by word, forgiving misheard sounds."""
    wanted = [word for word in words_of(expected) if word not in _STOP] or words_of(expected)
    said = [word for word in words if word not in _STOP] or words
    joined = ["".join(pair) for pair in zip(said, said[1:], strict=False)] + ["".join(said)]
    scores = [max(_alike(word, heard) for heard in (*said, *joined)) for word in wanted]
    return sum(scores) / len(scores)


def _alike(wanted: str, heard: str) -> float:
    """1 for the same word or the same sound, less for near misses, 0 for another word."""
    if wanted == heard or _sound(wanted) == _sound(heard) and len(wanted) > 3:
        return 1.0
    ratio = SequenceMatcher(None, _sound(wanted), _sound(heard), autojunk=False).ratio()
    if len(wanted) >= 5 and wanted[0] == heard[0] and ratio >= 0.8:
        return 0.9
    return 0.6 if len(wanted) >= 5 and ratio >= 0.75 else 0.0


_SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("qu", "kw"), ("wh", "w"), ("y", "i"), ("z", "s"), ("x", "ks"), ("h", ""))


def _sound(word: str) -> str:
    """A light phonetic key: spellings of one sound fall together, doubled letters and final e and s go."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    word = re.sub(r"(.)\1+", r"\1", word)
    return re.sub(r"(?<=\w\w)(es|e|s)$", "", word)
