"""Is it right? Judges a spoken answer to a question with one answer, tolerant of how people speak and of what recognisers mishear. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms_core.assessment.answer_words import (
    STOP_WORDS,
    contradicts,
    coverage,
    denies,
    is_explanation,
    is_filler,
    negated,
    spelled_out,
    stems,
    word_set,
)
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_choices import CORRECTION, LETTERS, by_place, plain_letters
from lms_core.assessment.spoken_numbers import SpokenNumber, numbers, tokens


class Verdict(StrEnum):
    RIGHT = "right"
    CLOSE = "close"  # a part of it, or nearly
    WRONG = "wrong"
    UNSURE = "unsure"  # no answer could be made out: nothing said, "I don't know", two answers at once


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score` 0 to 1; `matched` and `missing` are words of the right answer, as people would read them."""

    verdict: Verdict
    score: float
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


_DO_NOT_KNOW = re.compile(
    r"\b(?:i )?(?:really )?(?:don'?t|do not|didn'?t) (?:really )?"
    r"(?:know|remember|recall|have (?:a clue|an idea))\b"
    r"|\b(?:i have )?no (?:idea|clue)\b|\bi forgot\b"
    r"|\b(?:i'?m )?not (?:so |really |quite |too |very )?(?:sure|certain)\b"
)
_TRUE = word_set(
    "true yes yeah yep yup yah right correct exactly indeed sure through drew threw drue troo "
    "absolutely definitely"
)
_FALSE = word_set("false no nope nah wrong incorrect untrue falls fals force fault faults foals")
_STRONG = dict.fromkeys(("true", "through", "drew", "threw"), True) | dict.fromkeys(
    ("false", "falls", "force", "fault"), False
)
_SOFT_NO = re.compile(
    r"\b(?:(?:don't|do not) think so|isn't|is not|not really|can't be|cannot be|doubt|doesn't|does not|don't"
    r"|can't|cannot|won't|aren't|are not|do not)\b"
)
_SOFT_YES = re.compile(r"\b(?:think so|it is|it does|they do|i agree|of course|uh-?huh|mm-?hm)\b")
_NEAR = Fraction(1, 20)


def judge_one(answer: str, item: QuizItem) -> Judgement:
    """Compare what the learner seems to have said with the item's answer and its `accept`ed variants."""
    answer = answer[:2000].lower().replace("’", "'")
    said = _corrected(_DO_NOT_KNOW.sub(" ", answer))
    if not tokens(said):
        return Judgement(Verdict.UNSURE, 0.0)
    if item.kind is QuizKind.TRUE_FALSE:
        return _judge_true_false(said, item)
    if item.kind is QuizKind.MULTIPLE_CHOICE and item.choices:
        return _judge_choice(said, item)
    if item.kind is QuizKind.NUMERIC or _is_number(item.answer):
        judgement = _judge_number(said, item)
        if judgement is not None:
            return judgement
    return _judge_words(said, item)


def _corrected(said: str) -> str:
    """What comes after "no, I mean", if anything does."""
    parts = CORRECTION.split(said)
    return next((part for part in reversed(parts) if tokens(part) and not is_filler(part)), said)


def _variants(item: QuizItem) -> tuple[str, ...]:
    return (item.answer, *item.accept)


# --- true or false ---------------------------------------------------------------------------------------


def _judge_true_false(said: str, item: QuizItem) -> Judgement:
    wanted = item.answer.strip().lower() in ("true", "yes", "right", "correct")
    meant = _yes_or_no(said)
    if meant is None:
        return Judgement(Verdict.UNSURE, 0.0)
    return Judgement(Verdict.RIGHT, 1.0, (item.answer,)) if meant is wanted else Judgement(Verdict.WRONG, 0.0)


def _yes_or_no(said: str) -> bool | None:
    """True, false, or neither; a plain "true" or "false" outweighs a yes or no beside it."""
    words = tokens(said)
    if re.search(r"\btrue or false\b", said) and len(words) <= 5:
        return None
    for strong in (True, False):
        found = []
        for place, word in enumerate(words):
            value = (
                _STRONG.get(word)
                if strong
                else (True if word in _TRUE else False if word in _FALSE else None)
            )
            if value is not None:
                found.append(value is not negated(words, place))
        if found:
            return found[0] if len(set(found)) == 1 or not strong else None
    if _SOFT_NO.search(said):
        return False
    return True if _SOFT_YES.search(said) else None


# --- one of several choices ------------------------------------------------------------------------------


def _judge_choice(said: str, item: QuizItem) -> Judgement:
    right = right_choice(item)
    named = named_choices(said, item.choices)
    if not named:
        by_words = _judge_words(said, item)
        return by_words if by_words.verdict is Verdict.RIGHT else Judgement(Verdict.UNSURE, 0.0)
    if len(named) > 1:
        return Judgement(Verdict.UNSURE, 0.3 if right in named else 0.0)
    if right in named:
        return Judgement(Verdict.RIGHT, 1.0, (item.choices[right],))
    return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))


def right_choice(item: QuizItem) -> int:
    """The answer is the text of a choice, or its letter."""
    answer, choices = item.answer.strip().lower(), item.options()
    for place, choice in enumerate(choices):
        if choice.strip().lower() == answer:
            return place
    if len(answer) == 1 and LETTERS.get(answer, 99) < len(choices):
        return LETTERS[answer]
    fits = [coverage(tokens(answer), tokens(choice), frozenset())[0] for choice in choices]
    return fits.index(max(fits))


def named_choices(said: str, choices: Sequence[str]) -> set[int]:
    """Places of the choices that are meant; `said` is in small letters."""
    words = tokens(plain_letters(said))
    by_text = _choices_by_text(said, words, choices)
    if by_text is not None:
        return by_text
    places = by_place(words, len(choices))
    return {one.thing for one in places if not negated(words, one.start)}


def _choices_by_text(said: str, words: Sequence[str], choices: Sequence[str]) -> set[int] | None:
    """None: no choice was named by its words."""
    if all(_is_number(choice) for choice in choices):
        spoken = _spoken(said)
        values = [_value(choice) for choice in choices]
        hits = {
            place for place, value in enumerate(values) if any(number.value == value for number in spoken)
        }
        return hits or None
    common = frozenset.intersection(*(stems(tokens(choice)) for choice in choices))
    fits = [coverage(tokens(choice), words, common) for choice in choices]
    good = {place for place, (fit, _, _) in enumerate(fits) if fit >= 0.6}
    if not good:
        return None
    denied = {place for place in good if denies(choices[place], words)}
    if denied:
        rest = set(range(len(choices))) - denied
        return (good - denied) or (rest if len(rest) == 1 else set())
    best = max(fits[place][0] for place in good)
    if " or " not in said:
        good = {place for place in good if fits[place][0] >= best - 0.05}
    return good


# --- numbers ---------------------------------------------------------------------------------------------


def _value(text: str) -> Fraction | None:
    found = numbers(tokens(text))
    if not found:
        return None
    return found[-1].value / 100 if found[-1].percent and found[-1].value < 100 else found[-1].value


def _is_number(text: str) -> bool:
    """Nothing but a number."""
    words = tokens(text)
    found = numbers(words)
    return len(found) == 1 and found[0].start == 0 and found[0].end == len(words)


def _spoken(said: str) -> list[SpokenNumber]:
    words = tokens(said)
    strict = numbers(words)
    if strict:
        return strict
    content = [word for word in words if word not in STOP_WORDS or word in ("to", "for")]
    found = numbers(content, lenient=True)
    return found if sum(number.end - number.start for number in found) == len(content) else []


def _judge_number(said: str, item: QuizItem) -> Judgement | None:
    """None: the answer has no number to compare with."""
    texts = [text for text in _variants(item) if numbers(tokens(text))]
    targets = [numbers(tokens(text))[-1] for text in texts]
    if not targets:
        return None
    spoken = _spoken(said)
    if not spoken:
        by_words = _judge_words(said, item)
        return by_words if by_words.verdict is Verdict.RIGHT else Judgement(Verdict.UNSURE, 0.0)
    words = tokens(said)
    right = [number for number in spoken if any(_same(number, target, item) for target in targets)]
    final = _final(said, spoken)
    if right and " or " in f" {said} " and len({number.value for number in spoken}) > 1:
        return Judgement(Verdict.UNSURE, 0.3)
    if final in right:
        if negated(words, final.start):
            return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))
        if _not_simplest(final, targets, item):
            return Judgement(Verdict.CLOSE, 0.6, (), ("the simplest form",))
        return Judgement(Verdict.RIGHT, 1.0, (item.answer,))
    if right and not any(negated(words, number.start) for number in right):
        return Judgement(Verdict.CLOSE, 0.4)
    return _nearly(final, targets[0], item)


def _final(said: str, spoken: Sequence[SpokenNumber]) -> SpokenNumber:
    """The number that is meant as the answer: after "equals", before "because", else the last one."""
    words = tokens(said)
    reason = next((i for i, word in enumerate(words) if word in ("because", "cause", "since")), len(words))
    before = [number for number in spoken if number.start < reason] or list(spoken)
    result = max(
        (i for i, word in enumerate(words[:reason]) if word in ("is", "equals", "makes", "gives")), default=-1
    )
    after = [number for number in before if number.start > result]
    return (after or before)[-1]


def _same(said: SpokenNumber, target: SpokenNumber, item: QuizItem) -> bool:
    if abs(said.value - target.value) <= Fraction(str(item.tolerance)):
        return True
    return said.percent != target.percent and (
        said.value / 100 == target.value if said.percent else said.value == target.value / 100
    )


def _not_simplest(said: SpokenNumber, targets: Sequence[SpokenNumber], item: QuizItem) -> bool:
    asked = re.search(r"simplif|simplest|lowest terms|reduce", item.question.lower())
    return bool(asked) and said.bottom is not None and all(said.bottom != target.bottom for target in targets)


def _nearly(said: SpokenNumber, target: SpokenNumber, item: QuizItem) -> Judgement:
    if said.bottom and target.bottom and said.top and target.top and target.top < target.bottom:
        if said.bottom == target.bottom:
            return Judgement(Verdict.CLOSE, 0.5, ("the bottom number",), ("the top number",))
        if said.top == target.top > 1:
            return Judgement(Verdict.CLOSE, 0.5, ("the top number",), ("the bottom number",))
    if abs(target.value) >= 20 and abs(said.value - target.value) <= abs(target.value) * _NEAR:
        return Judgement(Verdict.CLOSE, 0.5)
    return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))


# --- words -----------------------------------------------------------------------------------------------


def _judge_words(said: str, item: QuizItem) -> Judgement:
    words = spelled_out(tokens(plain_letters(said)))
    known = stems(tokens(item.question))
    best = max(
        (_judge_variant(words, variant, known) for variant in _variants(item)),
        key=lambda judgement: judgement.score,
    )
    alternatives = [half for half in re.split(r"\bor\b", said) if not is_filler(half)]
    if len(alternatives) > 1 and best.verdict is Verdict.RIGHT and " or " not in item.answer:
        halves = [_judge_variant(spelled_out(tokens(half)), item.answer, known) for half in alternatives]
        if any(half.score < 0.4 for half in halves):
            return Judgement(Verdict.UNSURE, 0.3)
    if best.score == 0 and is_filler(said):
        return Judgement(Verdict.UNSURE, 0.0)
    return best


def _judge_variant(words: Sequence[str], variant: str, known: frozenset[str]) -> Judgement:
    target = tokens(variant)
    score, matched, missing = coverage(target, words, known)
    if score > 0 and (denies(variant, words) or contradicts(target, words)):
        return Judgement(Verdict.WRONG, 0.0, (), tuple(missing))
    enough, some = (0.6, 0.34) if is_explanation(variant) else (0.75, 0.4)
    verdict = Verdict.RIGHT if score >= enough else Verdict.CLOSE if score >= some else Verdict.WRONG
    return Judgement(verdict, round(score, 3), tuple(matched), tuple(missing))
