"""What the quiz page makes of answers that were given in a talk."""

from types import SimpleNamespace
from typing import Any

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from storage.quiz_rows import PlacedItem
from tutor.panel.views.quizzes import item_to_answer

VISIT: Any = SimpleNamespace(t=lambda key: key)
CHOICE = QuizItem("Which?", "owl", QuizKind.MULTIPLE_CHOICE, choices=("fox", "owl", "bat"))
SEVERAL = QuizItem("Metals?", kind=QuizKind.MULTIPLE_ANSWER, choices=("iron", "neon", "gold"), answers=("iron", "gold"))  # fmt: skip
ORDER = QuizItem("In order?", kind=QuizKind.ORDERING, answers=("cats", "dogs", "birds"))


@pytest.mark.parametrize(
    ("item", "given", "ticked"),
    [
        (CHOICE, {"text": "I think the owl"}, ["owl"]), (CHOICE, {"text": "the last one"}, ["bat"]),
        (CHOICE, {"text": "no idea"}, []), (CHOICE, {"places": [0]}, ["fox"]), (CHOICE, {}, []),
        (QuizItem("Owls fly.", "true", QuizKind.TRUE_FALSE), {"text": "nope"}, ["false"]),
        (SEVERAL, {"text": "iron and neon"}, ["iron", "neon"]),
        (ORDER, {"text": "birds then cats then dogs"}, ["birds", "cats", "dogs"]),
    ],
)  # fmt: skip
def test_what_was_said_is_ticked(item: QuizItem, given: dict[str, Any], ticked: list[str]) -> None:
    shown = item_to_answer(VISIT, PlacedItem(item), given)
    assert [item.options()[place] for place in shown["places"]] == ticked


def test_an_order_is_whole_also_where_only_its_beginning_was_said() -> None:
    shown = item_to_answer(VISIT, PlacedItem(ORDER), {"text": "birds first, then cats"})
    assert sorted(shown["places"]) == [0, 1, 2]
