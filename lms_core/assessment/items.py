"""What is asked."""

from dataclasses import dataclass
from enum import StrEnum


class QuizKind(StrEnum):
    """What kind of answer a spoken quiz item wants; also tells the companion how long to wait for it."""

    SHORT_ANSWER = "short_answer"
    NUMERIC = "numeric"
    TRUE_FALSE = "true_false"
    MULTIPLE_CHOICE = "multiple_choice"


@dataclass(frozen=True, slots=True)
class QuizItem:
    """`accept` are further right answers; `choices` only for multiple choice; `hints` from small to large."""

    question: str
    answer: str
    kind: QuizKind = QuizKind.SHORT_ANSWER
    accept: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    explanation: str = ""
    hints: tuple[str, ...] = ()
