"""The card of a quiz question that was answered: shown again, with what was right and what was not. Pure."""

from dataclasses import replace
from typing import Literal

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem
from lms_core.assessment.named import named_options, right_options
from lms_core.assessment.spoken_answers import Verdict
from tutor.brain.base import Mark, Show
from tutor.brain.cards import quiz_card

_VERDICTS: dict[Verdict, Literal["right", "close", "wrong", "told"]] = {
    Verdict.RIGHT: "right", Verdict.CLOSE: "close", Verdict.WRONG: "wrong", Verdict.UNSURE: "told",
}  # fmt: skip


def marked_card(item: QuizItem, said: str, *, closed: bool, title: str = "") -> Show:
    """`closed`: with the right answer. Where nothing that counts was said, the companion has told it."""
    verdict = _VERDICTS[judge(said, item).verdict]
    mark = Mark(verdict, named_options(item, said), right_options(item) if closed else ())
    return replace(quiz_card(item, title), mark=mark)
