"""What is asked: nine kinds of quiz items, and what each of them needs."""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lms_core.assessment.spoken_numbers import numbers, tokens
from lms_core.errors import InvalidInput

GAP = re.compile(r"_{3,}")
"""A gap in a cloze text: three or more underscores."""
MOST_PARTS = 10
"""Choices, gaps or pairs of one item; more cannot be kept in mind by ear."""


class QuizKind(StrEnum):
    """What kind of answer an item wants; also tells the companion how long to wait for it."""

    SHORT_ANSWER = "short_answer"
    NUMERIC = "numeric"
    TRUE_FALSE = "true_false"
    MULTIPLE_CHOICE = "multiple_choice"
    MULTIPLE_ANSWER = "multiple_answer"
    ORDERING = "ordering"
    MATCHING = "matching"
    CLOZE = "cloze"
    PROBLEM_SOLVING = "problem_solving"


_LISTED = (QuizKind.MULTIPLE_ANSWER, QuizKind.ORDERING, QuizKind.CLOZE)


@dataclass(frozen=True, slots=True)
class QuizItem:
    """`accept` are further right answers; `hints` go from small to large; `tolerance` is for numeric answers.
    `id` is empty for an item that is not stored.

    `choices`: what can be chosen. `answers`: the right choices; the things in their right order; what fills each
    gap; or the steps of a problem, each with variants after "|". `pairs`: what goes with what.
    An empty `answer` is made from those: how the whole right answer is said.
    """

    question: str
    answer: str = ""
    kind: QuizKind = QuizKind.SHORT_ANSWER
    accept: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    explanation: str = ""
    hints: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    tolerance: float = 0.0
    id: str = ""

    def __post_init__(self) -> None:
        if not self.answer and self.kind in (*_LISTED, QuizKind.MATCHING):
            object.__setattr__(self, "answer", _said(self))

    def options(self) -> tuple[str, ...]:
        """What the learner sees to choose from, put in order, or match with the left sides."""
        match self.kind:
            case QuizKind.TRUE_FALSE:
                return ("true", "false")
            case QuizKind.ORDERING:
                return _shuffled(self.question, self.answers)
            case QuizKind.MATCHING:
                return _shuffled(self.question, [right for _, right in self.pairs])
            case _:
                return self.choices


def variants(text: str) -> tuple[str, ...]:
    """The parts between "|"."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def item_of(data: Mapping[str, Any]) -> QuizItem:
    """From plain JSON, as `asdict` makes it. Raises ValueError, KeyError or TypeError if malformed."""
    lists = {name: tuple(data.get(name, ())) for name in ("accept", "choices", "hints", "answers")}
    pairs = tuple((left, right) for left, right in data.get("pairs", ()))
    return QuizItem(**{**data, **lists, "pairs": pairs, "kind": QuizKind(data["kind"])})


def data_of(item: QuizItem) -> dict[str, Any]:
    """Plain JSON."""
    return asdict(item)


def check(item: QuizItem) -> None:
    """Raises InvalidInput if nobody could answer it, with what its kind needs."""
    problem = problem_of(item)
    if problem:
        raise InvalidInput(f"The item '{item.question[:60]}': {problem}", kind=item.kind.value)


def problem_of(item: QuizItem) -> str:
    """What its kind needs and it has not; empty if it can be asked."""
    lowered = [choice.strip().lower() for choice in item.choices]
    repeated = len(set(item.answers)) < len(item.answers) and item.kind is not QuizKind.CLOZE
    if repeated or len(set(lowered)) < len(lowered):
        return "choices and answers must differ from each other."
    if max(len(item.choices), len(item.answers), len(item.pairs)) > MOST_PARTS:
        return f"it has more than {MOST_PARTS} choices, answers or pairs."
    match item.kind:
        case QuizKind.MULTIPLE_CHOICE if len(lowered) < 2 or item.answer.strip().lower() not in lowered:
            return "give at least two choices; the answer is one of them."
        case QuizKind.MULTIPLE_ANSWER if len(lowered) < 2 or not set(item.answers) <= set(item.choices):
            return "give at least two choices; the answers are some of them."
        case QuizKind.MULTIPLE_ANSWER if not item.answers:
            return "at least one of the choices is right."
        case QuizKind.TRUE_FALSE if item.answer.strip().lower() not in ("true", "false"):
            return "the answer is true or false."
        case QuizKind.NUMERIC if not math.isfinite(item.tolerance) or item.tolerance < 0:
            return "the tolerance is a number from 0."
        case QuizKind.NUMERIC if not numbers(tokens(item.answer)):
            return "the answer is a number."
        case QuizKind.ORDERING if len(item.answers) < 2:
            return "give at least two answers, in their right order."
        case QuizKind.MATCHING if len(item.pairs) < 2 or any(
            len({pair[side] for pair in item.pairs}) < len(item.pairs) for side in (0, 1)
        ):
            return "give at least two pairs; no side stands twice."
        case QuizKind.CLOZE if not item.answers or len(GAP.findall(item.question)) != len(item.answers):
            return "give an answer for every gap; a gap is written ___."
        case _ if not item.answer.strip():
            return "an answer is missing."
    return ""


def _said(item: QuizItem) -> str:
    match item.kind:
        case QuizKind.ORDERING:
            first, *rest = item.answers or ("",)
            return ", then ".join((f"first {first}" if first else "", *rest))
        case QuizKind.MATCHING:
            return ", and ".join(f"{left} with {right}" for left, right in item.pairs)
        case _:
            return ", and ".join((variants(answer) or ("",))[0] for answer in item.answers)


def _shuffled(seed: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Always the same for the same item, and never the right order."""
    mixed = sorted(texts, key=lambda text: hashlib.sha256(f"{seed}\0{text}".encode()).digest())
    return tuple(mixed if mixed != list(texts) else [*mixed[1:], *mixed[:1]])
