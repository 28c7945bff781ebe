"""What is shown beside the talk."""

import pytest

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Verdict
from tutor.brain.base import Show
from tutor.brain.cards import Picture, picture_card, pictures, quiz_card

OAK, ELM = "media:med_0123456789abcdef0123", "media:med_abcdefabcdefabcdef01"


def test_pictures_of_the_lessons_own_files_are_found_in_order() -> None:
    text = f"![an oak]({OAK})\n![far away](https://example.org/a.png)\n[a file]({ELM})\n\n![ ]({ELM})"
    assert pictures(text) == (Picture("an oak", f"![an oak]({OAK})"), Picture("", f"![ ]({ELM})"))


def test_a_picture_comes_first_and_what_the_lesson_says_under_it() -> None:
    (oak,) = pictures(f"![an oak]({OAK})")
    assert picture_card(oak) == Show("picture", "an oak", f"![an oak]({OAK})")
    card = picture_card(oak, f"Oaks are old.\n\n![an oak]({OAK})\n\nThey are big.")
    assert card.body == f"![an oak]({OAK})\n\nOaks are old.\n\n\n\nThey are big."


@pytest.mark.parametrize(
    ("item", "choose", "clicked"),
    [
        (QuizItem("A half?", "1/2", QuizKind.MULTIPLE_CHOICE, choices=("1/2", "2/3")), "one", ["1/2"]),
        (QuizItem("An egg is round.", "true", QuizKind.TRUE_FALSE), "one", ["true"]),
        (
            QuizItem("Fruits?", kind=QuizKind.MULTIPLE_ANSWER, choices=("apple", "stone", "pear"), answers=("apple", "pear")),
            "several", ["pear", "apple"],
        ),
        (
            QuizItem("In order?", kind=QuizKind.ORDERING, answers=("the egg", "the caterpillar", "the pupa")),
            "order", ["the egg", "the caterpillar", "the pupa"],
        ),
    ],
)  # fmt: skip
def test_what_a_page_types_for_clicked_choices_is_the_right_answer(
    item: QuizItem, choose: str, clicked: list[str]
) -> None:
    card = quiz_card(item)
    assert card.choose == choose and set(clicked) <= set(card.choices)
    assert judge(", ".join(clicked), item).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    "item",
    [QuizItem("Why?", "so"), QuizItem("Match", kind=QuizKind.MATCHING, pairs=(("a", "b"), ("c", "d")))],
)
def test_what_is_not_chosen_from_a_list_has_no_choices(item: QuizItem) -> None:
    assert quiz_card(item).choices == () and quiz_card(item).choose is None
