"""What an answer is worth: one pure function for every kind of item, however it was answered.

| kind | part of the score for |
|---|---|
| multiple choice, true or false | all or nothing |
| multiple answer | each right choice; each wrong one takes as much away, never below nothing |
| short answer | nearly right: half |
| numeric | within the tolerance: all; right, but not simplified though that was asked: half; else nothing |
| ordering | the longest run of things that stand in the right order, the first of them not counted |
| matching | each right pair |
| cloze | each gap; nearly right: half |
| problem solving | the right result: all, however it was found; else up to half for the steps that were named |
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms_core.assessment.answer_words import coverage, spelled_out
from lms_core.assessment.answers import Answer, Places, Texts, Words
from lms_core.assessment.items import GAP, QuizItem, QuizKind, variants
from lms_core.assessment.spoken_answers import Judgement, Verdict, judge_one, right_choice
from lms_core.assessment.spoken_choices import CORRECTION, by_words, chosen, matched, ordered
from lms_core.assessment.spoken_numbers import numbers, tokens

_NEARLY = 0.5
_STEPS = 0.5
_ENOUGH = 0.6
_CLOSE = 0.34
"""Score from which on a companion says "close"."""
_LONGEST = 2000
_DECIMAL = re.compile(r"(?<![\d.])(\d+),(\d{1,2}|\d{4,})(?![\d,])")
_POINT_FIRST = re.compile(r"(?<![\d])\.(?=\d)")


@dataclass(frozen=True, slots=True)
class Grade:
    """`score` 0 to 1. `feedback` never tells the right answer. `understood`: an answer could be made out."""

    score: float
    correct: bool
    feedback: str
    understood: bool = True


_UNCLEAR = Grade(0.0, False, "I could not make out an answer.", understood=False)


def grade(item: QuizItem, answer: Answer) -> Grade:
    """Never raises; an answer that does not fit the item's kind is not understood."""
    match answer:
        case Words(text):
            return _grade_words(item, text[:_LONGEST].lower().replace("’", "'"))
        case Places(places):
            return _grade_places(item, places)
        case Texts(texts):
            return _grade_texts(item, texts)


def judge(said: str, item: QuizItem) -> Judgement:
    """The verdict on a spoken answer, for a companion that talks about it."""
    if item.kind not in _PARTS:
        return judge_one(said, item)
    graded = grade(item, Words(said))
    if not graded.understood:
        return Judgement(Verdict.UNSURE, 0.0)
    if graded.correct:
        return Judgement(Verdict.RIGHT, 1.0, (item.answer,))
    return Judgement(Verdict.CLOSE if graded.score >= _CLOSE else Verdict.WRONG, graded.score)


# --- by click and by keyboard --------------------------------------------------------------------


def _grade_places(item: QuizItem, places: tuple[int, ...]) -> Grade:
    options = item.options()
    if not options or any(not 0 <= place < len(options) for place in places):
        return _UNCLEAR
    match item.kind:
        case QuizKind.MULTIPLE_ANSWER:
            return _several(item, frozenset(places))
        case QuizKind.ORDERING:
            return _order(item, [options[place] for place in dict.fromkeys(places)])
        case QuizKind.MATCHING:
            return _pairs(item, dict(enumerate(places[: len(item.pairs)])))
        case QuizKind.MULTIPLE_CHOICE | QuizKind.TRUE_FALSE if len(places) == 1:
            return _of_parts(float(places[0] == right_choice(item)), "")
        case _:
            return _UNCLEAR


def _grade_texts(item: QuizItem, texts: tuple[str, ...]) -> Grade:
    if item.kind is not QuizKind.CLOZE or len(texts) != len(item.answers):
        return _UNCLEAR
    parts = [_one_gap(gap, text[:_LONGEST].lower()) for gap, text in zip(item.answers, texts, strict=True)]
    return _of_parts(sum(parts) / len(parts), f"{parts.count(1.0)} of {len(parts)} gaps are right.")


def _one_gap(gap: str, text: str) -> float:
    answer, *others = variants(gap) or ("",)
    if text.strip() in (answer.lower(), *(other.lower() for other in others)):
        return 1.0
    verdict = judge_one(_as_numbers(text), QuizItem("", answer, accept=tuple(others))).verdict
    return 1.0 if verdict is Verdict.RIGHT else _NEARLY if verdict is Verdict.CLOSE else 0.0


# --- by voice ------------------------------------------------------------------------------------


def _grade_words(item: QuizItem, said: str) -> Grade:
    match item.kind:
        case QuizKind.MULTIPLE_ANSWER:
            picked = chosen(_corrected(said, item.choices), item.choices)
            return _UNCLEAR if picked is None else _several(item, picked)
        case QuizKind.ORDERING:
            shown = item.options()
            order = ordered(said, shown)
            return _order(item, [shown[place] for place in order]) if order else _UNCLEAR
        case QuizKind.MATCHING:
            pairs = matched(said, [left for left, _ in item.pairs], item.options())
            return _pairs(item, pairs) if pairs else _UNCLEAR
        case QuizKind.CLOZE:
            return _spoken_gaps(item, said)
        case QuizKind.PROBLEM_SOLVING:
            return _problem(item, said)
        case QuizKind.NUMERIC:
            return _of_judgement(judge_one(_as_numbers(said), item), item)
        case _:
            return _of_judgement(judge_one(said, item), item)


def _corrected(said: str, choices: Sequence[str]) -> str:
    """What comes after "no, I mean", if that names a choice."""
    for part in reversed(CORRECTION.split(said)):
        if chosen(part, choices):
            return part
    return said


def _as_numbers(text: str) -> str:
    """ "0,5" and ".5" as 0.5."""
    return _POINT_FIRST.sub("0.", _DECIMAL.sub(r"\1.\2", text))


def _spoken_gaps(item: QuizItem, said: str) -> Grade:
    """The gaps' answers in their order, alone or within the whole sentence."""
    if len(item.answers) == 1:
        part = _one_gap(item.answers[0], _without_sentence(item, said))
        return _of_parts(part, "Not right.") if tokens(said) else _UNCLEAR
    words = spelled_out(tokens(_as_numbers(said)))
    if not words:
        return _UNCLEAR
    distinct = tuple(dict.fromkeys(item.answers))
    heard = by_words(words, [variants(gap) or ("",) for gap in distinct])
    heard = [one for one in heard if "or" not in words[max(0, one.start - 1) : one.end + 1]]
    right = _longest_run([distinct.index(gap) for gap in item.answers], [one.thing for one in heard])
    return _of_parts(right / len(item.answers), f"{right} of {len(item.answers)} gaps are right.")


def _without_sentence(item: QuizItem, said: str) -> str:
    """What was said between the words around the gap, if those were said too."""
    before, after = (" ".join(tokens(part)) for part in GAP.split(item.question, maxsplit=1))
    plain = f" {' '.join(tokens(said))} "
    return plain.removeprefix(f" {before} ").removesuffix(f" {after} ")


def _problem(item: QuizItem, said: str) -> Grade:
    """The result is judged as a short answer; the steps are looked for in the words."""
    kind = QuizKind.NUMERIC if item.tolerance else QuizKind.SHORT_ANSWER
    judgement = judge_one(_as_numbers(said), replace(item, kind=kind))
    if judgement.verdict is Verdict.RIGHT:
        return _of_parts(1.0, "")
    words = tokens(said)
    if not words or (judgement.verdict is Verdict.UNSURE and not item.answers):
        return _UNCLEAR
    named = sum(any(_says(words, step) for step in variants(steps)) for steps in item.answers)
    score = _STEPS * named / len(item.answers) if item.answers else 0.0
    return _of_parts(score, f"The result is not right; {named} of {len(item.answers)} steps were there.")


def _says(words: Sequence[str], step: str) -> bool:
    """Every number of a step, and most of its other words."""
    target = tokens(step)
    figures = numbers(target)
    rest = [word for at, word in enumerate(target) if not any(n.start <= at < n.end for n in figures)]
    spoken = {number.value for number in numbers(words)}
    return all(number.value in spoken for number in figures) and (
        not rest or coverage(rest, words, frozenset())[0] >= _ENOUGH
    )


# --- parts of a score ----------------------------------------------------------------------------


_PARTS = (
    QuizKind.MULTIPLE_ANSWER, QuizKind.ORDERING, QuizKind.MATCHING, QuizKind.CLOZE, QuizKind.PROBLEM_SOLVING,
)  # fmt: skip


def _several(item: QuizItem, picked: frozenset[int]) -> Grade:
    right = frozenset(place for place, choice in enumerate(item.choices) if choice in item.answers)
    good, bad = len(picked & right), len(picked - right)
    more = f"; {bad} should not be there" if bad else ""
    return _of_parts(
        max(0.0, (good - bad) / len(right)) if right else float(not picked),
        f"{good} of {len(right)} right choices{more}.",
    )


def _order(item: QuizItem, order: Sequence[str]) -> Grade:
    run = _longest_run([item.answers.index(one) for one in order], range(len(item.answers)))
    score = max(0, run - 1) / max(1, len(item.answers) - 1)
    return _of_parts(score, f"{run} of {len(item.answers)} stand in the right order.")


def _pairs(item: QuizItem, pairs: dict[int, int]) -> Grade:
    options = item.options()
    right = sum(options[pairs[left]] == pair[1] for left, pair in enumerate(item.pairs) if left in pairs)
    score = right / len(item.pairs) if item.pairs else 0.0
    return _of_parts(score, f"{right} of {len(item.pairs)} pairs are right.")


def _longest_run(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for value in one:
        before = 0
        for place, second in enumerate(other, 1):
            before, row[place] = (
                row[place],
                before + 1 if value == second else max(row[place], row[place - 1]),
            )
    return row[-1]


def _of_parts(score: float, partly: str) -> Grade:
    if score >= 1:
        return Grade(1.0, True, "That is right.")
    return Grade(round(score, 3), False, partly if score > 0 else "That is not right.")


def _of_judgement(judgement: Judgement, item: QuizItem) -> Grade:
    match judgement.verdict:
        case Verdict.RIGHT:
            return Grade(1.0, True, "That is right.")
        case Verdict.UNSURE:
            return _UNCLEAR
        case Verdict.CLOSE if judgement.missing == ("the simplest form",):
            return Grade(_NEARLY, False, "The value is right, but not in its simplest form.")
        case Verdict.CLOSE:
            half = _NEARLY if item.kind is QuizKind.SHORT_ANSWER else 0.0
            return Grade(half, False, "That is close, but not quite right.")
        case Verdict.WRONG:
            return Grade(0.0, False, "That is not right.")
