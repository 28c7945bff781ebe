"""What both minds note of a quiz that they ask, and how they ask the kinds that have several parts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_quiz import spoken_answers
from lms_core.companions import Companion, Subject
from lms_core.courses import Lesson
from tests.brain.tutor_talk import ADA, talk, until_question
from tutor.brain.tools import tools_for, use

ORDER = QuizItem(
    "Which comes first?", kind=QuizKind.ORDERING, answers=("cats", "dogs", "birds"), id="item_order"
)
MATCH = QuizItem(
    "Who says what?", kind=QuizKind.MATCHING, pairs=(("cats", "meow"), ("dogs", "woof")), id="item_match"
)
CLOZE = QuizItem("Plants take in ___.", kind=QuizKind.CLOZE, answers=("carbon dioxide",), id="item_cloze")
SEVERAL = QuizItem(
    "Which are metals?", kind=QuizKind.MULTIPLE_ANSWER, choices=("iron", "neon", "gold"), answers=("iron", "gold"),
    id="item_several",
)  # fmt: skip


def lesson_with(item: QuizItem) -> Lesson:
    return Lesson("l1", "one", "One", "Animals are alive. They move and eat. So do we.", quiz=(item,))


@pytest.mark.parametrize(
    ("item", "asked", "said"),
    [
        (ORDER, "Put these in order", "first cats then dogs then birds"),
        (MATCH, "What goes together", "cats go with meow and dogs with woof"),
        (CLOZE, "Plants take in blank", "carbon dioxide"), (SEVERAL, "iron, neon", "iron and gold"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, QuizItem) else "",
)  # fmt: skip
def test_items_of_several_parts_are_asked_judged_and_noted_by_the_lesson_tutor(
    item: QuizItem, asked: str, said: str
) -> None:
    begun = talk(ADA)
    begun.companion = Companion("c1", "c1", "Ada", Subject.SCIENCE, "animals", lesson_id="l1")
    begun.lesson = lesson_with(item)
    question = until_question(begun)
    assert question == item and asked in begun.messages[-1].text
    begun.say(said)
    assert spoken_answers(begun.memory) == {item.id: said}


def test_the_first_answer_is_noted_and_not_the_one_after_a_hint() -> None:
    memory: dict[str, Any] = {}
    lesson = lesson_with(replace(SEVERAL, hints=("Two of them.",)))
    tools = {tool.spec.name: tool for tool in tools_for(lesson)}
    asked = use(tools["ask_quiz_question"], "{}", lesson, memory)
    assert json.loads(asked.output)["choices"] == ["iron", "neon", "gold"]
    memory = dict(asked.memory)
    for said in ("hmm", "neon", "iron and gold"):
        memory = dict(use(tools["grade_answer"], json.dumps({"answer": said}), lesson, memory).memory)
    assert spoken_answers(memory) == {"item_several": "neon"}
