"""An answered question's card is shown again, with what was right and what was not."""

import json

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.named import named_options, right_options
from lms_core.companions import Companion, Subject
from lms_core.courses import Lesson
from tests.brain.tutor_talk import Talk, until_question
from tutor.brain.base import Mark, Purpose
from tutor.brain.marks import marked_card
from tutor.brain.tools import tools_for, use

CHOICE = QuizItem("Which is a bird?", "owl", QuizKind.MULTIPLE_CHOICE, choices=("fox", "owl", "bat"), id="i1")
LETTER = QuizItem("Which is a bird?", "b", QuizKind.MULTIPLE_CHOICE, choices=("fox", "owl", "bat"))
TRUTH = QuizItem("Owls are birds.", "yes", QuizKind.TRUE_FALSE)
SEVERAL = QuizItem("Metals?", kind=QuizKind.MULTIPLE_ANSWER, choices=("iron", "neon", "gold"), answers=("iron", "gold"))  # fmt: skip
ORDER = QuizItem("In order?", kind=QuizKind.ORDERING, answers=("cats", "dogs", "birds"))
WORD = QuizItem("What does an owl hunt at?", "night", hints=("It is dark then.",), id="i2")


@pytest.mark.parametrize(
    ("item", "said", "mark"),
    [
        (CHOICE, "the owl", Mark("right", ("owl",), ("owl",))),
        (CHOICE, "I think the first one", Mark("wrong", ("fox",), ("owl",))),
        (LETTER, "B", Mark("right", ("owl",), ("owl",))), (LETTER, "a bat", Mark("wrong", ("bat",), ("owl",))),
        (TRUTH, "yes, that is true", Mark("right", ("true",), ("true",))), (TRUTH, "no", Mark("wrong", ("false",), ("true",))),
        (SEVERAL, "iron and neon", Mark("wrong", ("iron", "neon"), ("iron", "gold"))),
        (ORDER, "cats, birds, dogs", Mark("close", ("cats", "birds", "dogs"), ("cats", "dogs", "birds"))),
        (WORD, "at night", Mark("right", (), ("night",))), (WORD, "at noon", Mark("wrong", (), ("night",))),
        (CHOICE, "", Mark("told", (), ("owl",))), (CHOICE, "I don't know", Mark("told", (), ("owl",))),
    ],
)  # fmt: skip
def test_a_mark_says_what_was_chosen_and_what_is_right(item: QuizItem, said: str, mark: Mark) -> None:
    assert marked_card(item, said, closed=True).mark == mark


@pytest.mark.parametrize("item", [CHOICE, LETTER, TRUTH, SEVERAL, ORDER], ids=lambda item: item.kind.value)
def test_the_right_options_are_among_those_on_the_card_and_are_named_by_themselves(item: QuizItem) -> None:
    right = right_options(item)
    assert set(right) <= set(item.options())
    assert named_options(item, ", ".join(right)) == right


def talk_about(item: QuizItem) -> Talk:
    lesson = Lesson("l1", "one", "One", "Owls are birds. They hunt at night. They eat mice.", quiz=(item,))
    begun = Talk(Companion("c1", "c1", "Ada", Subject.SCIENCE, "owls", lesson_id="l1"), lesson)
    begun.ask(Purpose.GREETING)
    assert until_question(begun) == item
    begun.shown.clear()
    return begun


def marks(begun: Talk) -> list[Mark | None]:
    found = [show.mark for show in begun.shown if show.kind == "quiz"]
    begun.shown.clear()
    return found


def test_the_lesson_tutor_keeps_the_right_answer_back_while_a_second_try_is_left() -> None:
    begun = talk_about(CHOICE)
    begun.say("the fox")
    assert marks(begun) == [Mark("wrong", ("fox",))]
    begun.say("the owl")
    assert marks(begun)[0] == Mark("right", ("owl",), ("owl",))


def test_the_lesson_tutor_shows_the_answer_once_with_the_last_wrong_one() -> None:
    begun = talk_about(WORD)
    for _ in range(9):
        begun.say("at noon")
        (mark, *_) = marks(begun)
        if mark is not None and mark.right:
            break
    assert mark == Mark("wrong", (), ("night",))


def test_the_lesson_tutor_shows_the_answer_that_it_tells() -> None:
    begun = talk_about(CHOICE)
    for _ in range(9):
        begun.say("I don't know")
        found = marks(begun)
        if found:
            break
    assert found[0] == Mark("told", (), ("owl",))


def test_a_models_grade_marks_the_card_that_was_asked() -> None:
    lesson = Lesson("l1", "one", "One", "Owls.", quiz=(CHOICE,))
    tools = {tool.spec.name: tool for tool in tools_for(lesson)}
    asked = use(tools["ask_quiz_question"], "{}", lesson, {})
    (card,) = asked.shows
    memory, shown = asked.memory, []
    for said in ("hmm", "the bat", "the owl"):
        graded = use(tools["grade_answer"], json.dumps({"answer": said}), lesson, memory)
        memory, shown = graded.memory, [*shown, *graded.shows]
    assert [one.mark for one in shown] == [Mark("wrong", ("bat",)), Mark("right", ("owl",), ("owl",))]
    assert all((one.title, one.body, one.choices) == (card.title, card.body, card.choices) for one in shown)


@pytest.mark.parametrize(
    ("item", "clicked"),
    [(TRUTH, "false"), (TRUTH, "true"), (CHOICE, "fox"), (SEVERAL, "neon"), (ORDER, "birds, dogs, cats")],
)
def test_who_clicks_before_the_question_was_heard_has_answered_it(item: QuizItem, clicked: str) -> None:
    begun = talk_about(item)
    begun.cut(begun.messages[-1].text[:4])
    begun.say(clicked)
    (mark, *_) = marks(begun)
    assert mark is not None and ", ".join(mark.chosen) == clicked
