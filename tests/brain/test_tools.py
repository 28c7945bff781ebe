"""The tools that a companion's model can use."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.courses import Lesson
from tutor.brain.base import Show
from tutor.brain.tools import Tool, open_question, tools_for, use

QUIZ = (
    QuizItem(
        "What is the wall made of?",
        "cellulose",
        hints=("It is in paper.", "It begins with c."),
        explanation="Yes.",
    ),
    QuizItem("Which is green?", "chloroplast", QuizKind.MULTIPLE_CHOICE, choices=("core", "chloroplast")),
)
TEXT = "Cells are small.\n\n# Walls\nThe wall is cellulose.\n\n# Green\nLeaves are green."
LESSON = Lesson("l1", "cells", "Plant cells", TEXT, quiz=QUIZ)
BARE = Lesson("l2", "bare", "Bare", "Only text.")


def tool(name: str) -> Tool:
    return next(tool for tool in tools_for(LESSON) if tool.spec.name == name)


def call(name: str, memory=None, lesson: Lesson | None = LESSON, **arguments):
    outcome = use(tool(name), json.dumps(arguments), lesson, memory or {})
    return json.loads(outcome.output), outcome


def test_only_tools_that_can_work_are_offered():
    names = [[tool.spec.name for tool in tools_for(lesson)] for lesson in (LESSON, BARE, None)]
    assert names == [
        ["look_up_lesson", "show_formula", "ask_quiz_question", "grade_answer"],
        ["look_up_lesson", "show_formula"],
        ["show_formula"],
    ]


def test_looking_up_gives_the_passage_to_the_model_and_to_the_page():
    output, outcome = call("look_up_lesson", query="what are walls made of")
    assert output["found"] and output["passages"][0] == {"heading": "Walls", "text": "The wall is cellulose."}
    assert outcome.shows == (Show("lesson", "Walls", "The wall is cellulose."),)


def test_what_is_not_in_the_lesson_is_not_made_up():
    output, outcome = call("look_up_lesson", query="submarines")
    assert output["found"] is False and outcome.shows == ()


def test_a_picture_of_the_lesson_is_shown_and_the_model_knows_which_there_are():
    lesson = Lesson("l3", "trees", "Trees", "![an oak](media:med_0123456789abcdef0123)\n\nIt is old.")
    (show,) = [one for one in tools_for(lesson) if one.spec.name == "show_picture"]
    assert "1. an oak" in show.spec.description
    outcome = use(show, '{"number": 1}', lesson, {})
    assert outcome.shows == (Show("picture", "an oak", "![an oak](media:med_0123456789abcdef0123)"),)
    assert "There is no picture 2" in use(show, '{"number": 2}', lesson, {}).output


def test_a_formula_is_shown():
    _, outcome = call("show_formula", formula="a^2+b^2=c^2", title="Pythagoras")
    assert outcome.shows == (Show("formula", "Pythagoras", "a^2+b^2=c^2"),)


def test_questions_come_one_after_the_other_until_none_is_left():
    first, outcome = call("ask_quiz_question", {"other": 1})
    assert (first["number"], first["question"]) == (1, QUIZ[0].question) and outcome.memory["other"] == 1
    assert "cellulose" not in outcome.output  # the answer stays with the grading
    second, outcome = call("ask_quiz_question", outcome.memory)
    assert second["choices"] == ["core", "chloroplast"] and "- core" in outcome.shows[0].body
    assert open_question(LESSON, outcome.memory) == (2, QUIZ[1])
    none, _ = call("ask_quiz_question", outcome.memory)
    assert none["done"]


def test_a_question_that_is_not_there_is_an_error_for_the_model():
    output, outcome = call("ask_quiz_question", number=9)
    assert "2" in output["error"] and outcome.memory == {}
    assert "error" in call("grade_answer", answer="x")[0]


def test_a_right_answer_closes_the_question():
    memory = call("ask_quiz_question")[1].memory
    output, outcome = call("grade_answer", memory, answer="it is cellulose")
    assert output["verdict"] == "right" and output["explanation"] == "Yes."
    assert open_question(LESSON, outcome.memory) is None and outcome.memory["quiz"]["scores"]["0"] > 0.5


def test_wrong_answers_get_larger_hints_and_at_last_the_answer():
    memory = call("ask_quiz_question")[1].memory
    told = []
    for _ in range(3):
        output, outcome = call("grade_answer", memory, answer="a bicycle")
        memory = outcome.memory
        told.append(output)
    assert [output.get("hint") for output in told] == ["It is in paper.", "It begins with c.", None]
    assert [output.get("right_answer") for output in told] == [None, None, "cellulose"]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "{",
        "[]",
        "5",
        '{"query": ""}',
        '{"query": 5}',
        '{"query": "' + "x" * 9000 + '"}',
        '{"query": null}',
    ],
)
def test_wrong_arguments_are_told_to_the_model(arguments):
    outcome = use(tool("look_up_lesson"), arguments, LESSON, {"kept": 1})
    assert "error" in json.loads(outcome.output) and outcome.memory == {"kept": 1} and outcome.shows == ()


MEMORY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["asked", "open", "tries", "scores", "0"]), inner, max_size=4)
    ),
)


@given(
    st.sampled_from(["look_up_lesson", "show_formula", "ask_quiz_question"]),
    st.dictionaries(st.sampled_from(["query", "number", "formula", "title"]), MEMORY) | st.text(),
    MEMORY,
    st.sampled_from([LESSON, BARE, None]),
)
def test_no_arguments_and_no_memory_break_a_tool(name, arguments, quiz, lesson):
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    outcome = use(tool(name), text, lesson, {"quiz": quiz})
    json.loads(outcome.output)
    json.dumps(outcome.memory)
    assert len(outcome.output) < 20_000


def test_the_specs_are_json_schemas_of_objects():
    for one in tools_for(LESSON):
        schema = json.loads(json.dumps(one.spec.parameters))
        assert schema["type"] == "object" and one.spec.description
