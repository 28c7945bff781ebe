"""Hints from small to large, and an answer as it is said. Pure."""

import math
from collections.abc import Callable

from lms_core.assessment.answer_words import key_words
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_numbers import numbers, tokens
from tutor.brain.lesson_text import plain

_OWN = 3
"""Hints of the teacher's that are given at most."""
Text = Callable[..., str]
"""A phrase: its key, and its values by name."""


def ladder(item: QuizItem, heading: str, text: Text) -> list[str]:
    """The teacher's hints, filled up to two with made ones; `heading` is that of the question's section."""
    hints = [hint for hint in item.hints if hint.strip()][:_OWN]
    if len(hints) >= 2 or item.kind is QuizKind.TRUE_FALSE:
        return hints
    if not hints:
        hints.append(_smallest(item, heading, text))
    return [*hints, *_larger(item, text)]


def _smallest(item: QuizItem, heading: str, text: Text) -> str:
    """Where to look, unless that says it all; else how long the word is."""
    words = key_words(item.answer)
    if heading and not set(key_words(heading)) & set(words):
        return text("hint_part", heading=heading.rstrip(" .?!"))
    if item.kind is QuizKind.SHORT_ANSWER and len(words) == 1 and words[0].isalpha():
        return text("hint_length", count=str(len(words[0])))
    return text("hint_title")


def _larger(item: QuizItem, text: Text) -> list[str]:
    if item.answers or item.pairs:
        return []  # of several parts no single one is worth a letter
    if item.kind is QuizKind.MULTIPLE_CHOICE:
        wrong = [choice for choice in item.choices if choice.lower() != item.answer.lower()]
        return [text("hint_not", choice=wrong[0])] if len(wrong) > 1 else []
    found = numbers(tokens(item.answer))
    if item.kind is QuizKind.NUMERIC and found:
        value = found[-1].value
        step = 10 if abs(value) >= 20 else 2
        low, high = math.floor(value) - step, math.ceil(value) + step + 1
        return [text("hint_between", low=str(low), high=str(high))]
    words = key_words(item.answer)
    return [text("hint_letter", letter=words[0][0].upper())] if words and len(words) <= 3 else []


def spoken_answer(item: QuizItem) -> str:
    """The answer in the middle of a sentence; for a choice given by its letter, the choice."""
    answer = plain(item.answer).rstrip(".")
    place = "abcdef".find(answer.lower()) if len(answer) == 1 else -1
    if (
        item.kind is QuizKind.MULTIPLE_CHOICE
        and answer not in item.choices
        and 0 <= place < len(item.choices)
    ):
        return plain(item.choices[place])
    return answer
