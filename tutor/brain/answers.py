"""Is it right? Judges a spoken answer, tolerant of how people speak and of what recognisers mishear. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms_core.courses import QuizItem, QuizKind
from tutor.brain.spoken_numbers import SpokenNumber, numbers, ordinal, tokens
from tutor.brain.word_likeness import likeness, opposite, stem


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


_STOP = frozenset(
    "a an the is are was were be been it its it's that's this that these those of to in on at by for from with and or "
    "as so then than there they we you i he she my your our their his her do does did have has had would could can "
    "will called name think guess maybe perhaps probably believe say said answer um uh er erm hmm hm mm ah oh well "
    "like okay ok yes yeah just really i'm i'd i'll we're they're because cause what which who when where how into "
    "onto over out up down about also very".split()
)  # fmt: skip
_GENERIC = frozenset(
    "number numbers thing things way part parts one ones kind type stuff something people get gets".split()
)
_NEGATIONS = frozenset(
    "not isn't isnt aren't arent wasn't weren't never don't dont doesn't doesnt didn't can't cannot won't without nor".split()
)  # fmt: skip
_DO_NOT_KNOW = re.compile(
    r"\b(?:i )?(?:really )?(?:don'?t|do not|didn'?t) (?:really )?(?:know|remember|recall|have (?:a clue|an idea))\b|\bno (?:idea|clue)\b"
    r"|\bi'?m not (?:so |really |quite |too |very )?(?:sure|certain)\b|\bnot (?:so |really |quite |too |very )?sure\b|\bi forgot\b|\bi have no\b"
)  # fmt: skip
_CORRECTION = re.compile(
    r"(?:\bno wait|\bi mean|\bsorry|\bactually|\bno no|\brather|\bwait no|\bscratch that|\bno it'?s)\b[\s,]*"
)
_TRUE = frozenset(
    "true yes yeah yep yup yah right correct exactly indeed sure through drew threw drue troo absolutely definitely".split()
)
_FALSE = frozenset("false no nope nah wrong incorrect untrue falls fals force fault faults foals".split())
_STRONG = {
    "true": True,
    "through": True,
    "drew": True,
    "threw": True,
    "false": False,
    "falls": False,
    "force": False,
    "fault": False,
}
_LETTERS = {
    "a": 0, "ay": 0, "eh": 0, "hey": 0, "b": 1, "be": 1, "bee": 1, "c": 2, "see": 2, "sea": 2, "si": 2, "d": 3, "dee": 3, "e": 4, "f": 5,
}  # fmt: skip
_ALPHABET = {
    "ay": "a", "bee": "b", "be": "b", "see": "c", "sea": "c", "cee": "c", "dee": "d", "ee": "e", "ef": "f", "gee": "g",
    "aitch": "h", "eye": "i", "jay": "j", "kay": "k", "el": "l", "em": "m", "en": "n", "oh": "o", "pee": "p", "queue": "q",
    "are": "r", "ess": "s", "tee": "t", "tea": "t", "you": "u", "vee": "v", "ex": "x", "why": "y", "zee": "z", "zed": "z",
}  # fmt: skip
_NEAR = Fraction(1, 20)
_LONG = 4
"""Key words from which on an expected answer counts as an explanation, of which a part will do."""


def judge(answer: str, item: QuizItem) -> Judgement:
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


def is_filler(text: str) -> bool:
    """Nothing but hesitation and small words."""
    return all(word in _STOP for word in tokens(text))


def _corrected(said: str) -> str:
    """What comes after "no, I mean", if anything does."""
    parts = _CORRECTION.split(said)
    return next((part for part in reversed(parts) if tokens(part) and not is_filler(part)), said)


def _variants(item: QuizItem) -> tuple[str, ...]:
    return (item.answer, *item.accept)


# --- true or false ----------------------------------------------------------------------------------------------


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
                found.append(value is not _negated(words, place))
        if found:
            return found[0] if len(set(found)) == 1 or not strong else None
    if re.search(
        r"\b(?:don't think so|do not think so|isn't|is not|not really|can't be|cannot be|doubt|doesn't|does not|don't)\b",
        said,
    ):
        return False
    return (
        True
        if re.search(r"\b(?:think so|it is|it does|they do|i agree|of course|uh-?huh|mm-?hm)\b", said)
        else None
    )


# --- one of several choices ---------------------------------------------------------------------------------------


def _judge_choice(said: str, item: QuizItem) -> Judgement:
    right = _right_choice(item)
    named = _named_choices(said, item.choices)
    if not named:
        by_words = _judge_words(said, item)
        return by_words if by_words.verdict is Verdict.RIGHT else Judgement(Verdict.UNSURE, 0.0)
    if len(named) > 1:
        return Judgement(Verdict.UNSURE, 0.3 if right in named else 0.0)
    if right in named:
        return Judgement(Verdict.RIGHT, 1.0, (item.choices[right],))
    return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))


def _right_choice(item: QuizItem) -> int:
    """The answer is the text of a choice, or its letter."""
    answer = item.answer.strip().lower()
    for place, choice in enumerate(item.choices):
        if choice.strip().lower() == answer:
            return place
    if len(answer) == 1 and _LETTERS.get(answer, 99) < len(item.choices):
        return _LETTERS[answer]
    fits = [_coverage(tokens(answer), tokens(choice), frozenset())[0] for choice in item.choices]
    return fits.index(max(fits))


def _named_choices(said: str, choices: Sequence[str]) -> set[int]:
    words = tokens(said)
    by_text = _choices_by_text(said, words, choices)
    if by_text is not None:
        return by_text
    return _choices_by_place(words, len(choices))


def _choices_by_text(said: str, words: Sequence[str], choices: Sequence[str]) -> set[int] | None:
    """None: no choice was named by its words."""
    if all(_is_number(choice) for choice in choices):
        spoken = _spoken(said)
        values = [_value(choice) for choice in choices]
        hits = {
            place for place, value in enumerate(values) if any(number.value == value for number in spoken)
        }
        return hits or None
    common = frozenset.intersection(*(frozenset(map(stem, tokens(choice))) for choice in choices))
    fits = [_coverage(tokens(choice), words, common) for choice in choices]
    good = {place for place, (fit, _, _) in enumerate(fits) if fit >= 0.6}
    if not good:
        return None
    denied = {place for place in good if _denies(choices[place], words)}
    if denied:
        rest = set(range(len(choices))) - denied
        good = (good - denied) or (rest if len(rest) == 1 else set())
        return good
    best = max(fits[place][0] for place in good)
    if " or " not in said:
        good = {place for place in good if fits[place][0] >= best - 0.05}
    return good


def _choices_by_place(words: Sequence[str], count: int) -> set[int]:
    """The second one, number two, b, the last one; what is denied does not count."""
    found = set()
    content = [word for word in words if word not in _STOP or word in _LETTERS]
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        index: int | None = None
        if (rank := ordinal(word)) is not None:
            index = rank - 1
        elif word == "last":
            index = count - 1
        elif before in ("number", "option", "answer", "choice", "letter") or len(content) == 1:
            exact = numbers([word], lenient=True)
            index = _LETTERS.get(word) if word in _LETTERS else int(exact[0].value) - 1 if exact else None
        if index is not None and 0 <= index < count and not _negated(words, place):
            found.add(index)
    return found


# --- numbers ------------------------------------------------------------------------------------------------------


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
    content = [word for word in words if word not in _STOP or word in ("to", "for")]
    return numbers(content, lenient=True) if len(content) <= 3 else []


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
    right = [number for number in spoken if any(_same(number, target) for target in targets)]
    final = _final(said, spoken)
    if right and " or " in f" {said} " and len({number.value for number in spoken}) > 1:
        return Judgement(Verdict.UNSURE, 0.3)
    if final in right:
        if _negated(words, final.start):
            return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))
        if _not_simplest(final, targets, item):
            return Judgement(Verdict.CLOSE, 0.6, (), ("the simplest form",))
        return Judgement(Verdict.RIGHT, 1.0, (item.answer,))
    if right and not any(_negated(words, number.start) for number in right):
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


def _same(said: SpokenNumber, target: SpokenNumber) -> bool:
    if said.value == target.value:
        return True
    return said.percent != target.percent and (
        said.value / 100 == target.value if said.percent else said.value == target.value / 100
    )


def _not_simplest(said: SpokenNumber, targets: Sequence[SpokenNumber], item: QuizItem) -> bool:
    asked = re.search(r"simplif|simplest|lowest terms|reduce", item.question.lower())
    return bool(asked) and said.bottom is not None and all(said.bottom != target.bottom for target in targets)


def _nearly(said: SpokenNumber, target: SpokenNumber, item: QuizItem) -> Judgement:
    if said.bottom is not None and target.bottom is not None and said.value < 2 and target.bottom > 1:
        if said.bottom == target.bottom:
            return Judgement(Verdict.CLOSE, 0.5, ("the bottom number",), ("the top number",))
        if said.top == target.top:
            return Judgement(Verdict.CLOSE, 0.5, ("the top number",), ("the bottom number",))
    if abs(target.value) >= 20 and abs(said.value - target.value) <= abs(target.value) * _NEAR:
        return Judgement(Verdict.CLOSE, 0.5)
    return Judgement(Verdict.WRONG, 0.0, (), (item.answer,))


# --- words --------------------------------------------------------------------------------------------------------


def _judge_words(said: str, item: QuizItem) -> Judgement:
    words = _spelled_out(tokens(said))
    known = frozenset(stem(word) for word in tokens(item.question))
    best = max(
        (_judge_variant(words, variant, known) for variant in _variants(item)),
        key=lambda judgement: judgement.score,
    )
    alternatives = [half for half in re.split(r"\bor\b", said) if not is_filler(half)]
    if len(alternatives) > 1 and best.verdict is Verdict.RIGHT and " or " not in item.answer:
        halves = [_judge_variant(_spelled_out(tokens(half)), item.answer, known) for half in alternatives]
        if any(half.score < 0.4 for half in halves):
            return Judgement(Verdict.UNSURE, 0.3)
    if best.score == 0 and is_filler(said):
        return Judgement(Verdict.UNSURE, 0.0)
    return best


def _judge_variant(words: Sequence[str], variant: str, known: frozenset[str]) -> Judgement:
    target = tokens(variant)
    score, matched, missing = _coverage(target, words, known)
    if score > 0 and (_denies(variant, words) or _contradicts(target, words)):
        return Judgement(Verdict.WRONG, 0.0, (), tuple(missing))
    long = len([word for word in target if word not in _STOP and word not in _GENERIC]) >= _LONG
    enough, some = (0.6, 0.34) if long else (0.75, 0.4)
    verdict = Verdict.RIGHT if score >= enough else Verdict.CLOSE if score >= some else Verdict.WRONG
    return Judgement(verdict, round(score, 3), tuple(matched), tuple(missing))


def _weight(word: str, known: frozenset[str]) -> float:
    if word in _STOP:
        return 0.0
    if stem(word) in known:
        return 0.25  # it stands in the question: saying it again proves little
    return 0.3 if word in _GENERIC or word in ("one", "1") else 1.0


def _coverage(
    target: Sequence[str], words: Sequence[str], known: frozenset[str]
) -> tuple[float, list[str], list[str]]:
    """How much of the target's weight was said; which of its words were, and which were not."""
    weights = {word: _weight(word, known) for word in target}
    if not any(weights.values()):
        weights = dict.fromkeys(target, 1.0)
    heard = _with_joined(words)
    got, matched, missing = 0.0, [], []
    for word, weight in weights.items():
        like = max((likeness(word, other) for other in heard), default=0.0)
        got += weight * like
        if weight >= 0.25:
            (matched if like >= 0.7 else missing).append(word)
    total = sum(weights.values())
    whole = "".join(word for word in target if word not in _STOP)
    if len(whole) >= 6 and max((likeness(whole, other) for other in heard), default=0.0) >= 0.9:
        return 0.95, [word for word, weight in weights.items() if weight], []
    return got / total if total else 0.0, matched, missing


def _with_joined(words: Sequence[str]) -> list[str]:
    """The words, the numbers among them as numerals, and neighbours written together ("photo synthesis")."""
    joined = list(words)
    for number in numbers(words):
        if number.value.denominator == 1:
            joined.append(str(number.value))
    for length in (2, 3, 4):
        joined += ["".join(words[at : at + length]) for at in range(len(words) - length + 1)]
    return [word for word in joined if len(word) <= 40]


def _spelled_out(words: Sequence[str]) -> list[str]:
    """Runs of three or more letters, or names of letters, become a word: "c o two" stays, "o x y g e n" joins."""
    result: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        letter = word if len(word) == 1 and word.isalpha() else _ALPHABET.get(word, "")
        if letter:
            run.append(word)
            continue
        if len(run) >= 3 and sum(len(each) == 1 for each in run) * 2 >= len(run):
            result.append("".join(each if len(each) == 1 else _ALPHABET[each] for each in run))
        else:
            result += run
        run = []
        if word:
            result.append(word)
    return result


# --- denial -------------------------------------------------------------------------------------------------------


def _negated(words: Sequence[str], place: int) -> bool:
    """Whether a "not" within the three words before still holds here."""
    for back in range(place - 1, max(-1, place - 5), -1):
        if words[back] in ("but", "because"):
            return False
        if words[back] in _NEGATIONS:
            return True
    return place > 0 and words[place - 1] == "no" and len(words) <= place + 2


def _denies(variant: str, words: Sequence[str]) -> bool:
    """The learner says "not" of the target's key words, and the target itself does not."""
    target = tokens(variant)
    if any(word in _NEGATIONS for word in target):
        return not any(word in _NEGATIONS for word in words)
    keys = [word for word in target if word not in _STOP and word not in _GENERIC]
    places = [
        place
        for place, word in enumerate(words)
        if any(likeness(key, word) >= 0.7 for key in keys) and word not in _NEGATIONS
    ]
    return bool(places) and all(_negated(words, place) for place in places)


def _contradicts(target: Sequence[str], words: Sequence[str]) -> bool:
    """The learner says the opposite of a key word, and not that word."""
    return any(
        opposite(key, word) and key not in words and word not in target
        for key in target
        if key not in ("to", "in", "over", "from")
        for word in words
        if word not in ("to", "in", "over", "from", "out", "down", "right", "into", "under")
    )
