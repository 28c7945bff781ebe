"""Whole lessons with the built-in tutor, with learners of many kinds."""

import re
from itertools import pairwise

import pytest

from lms_core.assessment.items import QuizKind
from tests.brain.tutor_talk import ADA, DEMOS, MILO, NORA, talk, until_question
from tutor.brain.base import Purpose
from tutor.brain.lesson_plan import lesson_plan


# --- to the end ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("slug", DEMOS)
def test_a_good_learner_gets_through_the_lesson_and_is_asked_everything(slug: str) -> None:
    begun = talk(slug)
    said = [begun.say("yes" if begun.item is None else begun.item.answer) for _ in range(70)]
    outcomes = begun.state["outcomes"]
    assert len(outcomes) == len(lesson_plan(DEMOS[slug].lesson).questions)
    assert set(outcomes.values()) == {"right"}
    assert any("whole lesson" in one for one in said)
    assert f"all {len(outcomes)} questions" in begun.ask(Purpose.SUMMARY)


@pytest.mark.parametrize("slug", DEMOS)
@pytest.mark.parametrize("words", ["I don't know", "okay", "banana", "", "no", "next", "um yes"])
def test_whatever_a_learner_keeps_saying_the_talk_comes_to_its_end(slug: str, words: str) -> None:
    begun = talk(slug)
    begun.say("start")
    for _ in range(400):
        begun.say(words)
        if begun.state.get("through"):
            break
    assert begun.state["through"]


@pytest.mark.parametrize("slug", DEMOS)
def test_ten_minutes_are_never_twice_the_same_reply_in_a_row(slug: str) -> None:
    begun = talk(slug)
    before = ""
    for words in [
        "yes",
        "mm-hm",
        "I don't know",
        "what",
        "go on",
        "hint",
        "no",
        "banana",
        "thanks",
        "okay",
    ] * 6:
        said = begun.say(words)
        assert said != before
        before = said


def test_after_the_lesson_there_are_questions_answers_and_an_end() -> None:
    begun = talk(MILO)
    while not begun.state.get("through"):
        last = begun.say("yes" if begun.item is None else begun.item.answer)
    assert "a few questions" in last
    assert "catches the light" in begun.say("what is chlorophyll")
    assert begun.say("quiz me").endswith("?")
    while begun.item is not None:
        last = begun.say(begun.item.answer)
    assert "again" in last and last.endswith("?")
    first = begun.say("yes")
    assert begun.item is not None and begun.item.question in first
    begun.say(begun.item.answer)
    assert "hear again" in begun.say("no thanks") or "else" in begun.messages[-1].text
    assert "goodbye" in begun.say("no thanks")


def test_whoever_agrees_at_the_end_is_not_asked_the_same_thing_again_and_again() -> None:
    begun = talk(ADA)
    said = [begun.say("yes" if begun.item is None else begun.item.answer) for _ in range(90)]
    assert all(one != other for one, other in pairwise(said))
    begun.say("no thanks")
    offers = [begun.say("okay") for _ in range(2)]
    assert offers[0] != offers[1]


# --- what learners are like ----------------------------------------------------------------------------------
def test_a_story_is_met_kindly_and_after_the_second_one_the_lesson_goes_on() -> None:
    begun = talk(MILO)
    story = "well you know my brother said that pizza is the best but yeah okay"
    assert begun.say(story).endswith("?") and not begun.state.get("chunk")
    assert "first part" in begun.say(story)
    until_question(begun)
    stories = [begun.say(story) for _ in range(3)]
    assert all("name for how plants make sugar" in one for one in stories)  # a question waits


def test_the_answer_in_a_long_speech_counts() -> None:
    begun = talk(MILO)
    while begun.item is None or begun.item.answer != "the roots":
        begun.say("yes" if begun.item is None else begun.item.answer)
    number = begun.state["question"]
    begun.say("my grandma waters her flowers every day and so I would say the roots or something like that")
    assert begun.state["outcomes"][str(number)] == "right"


def test_why_is_that_means_what_was_just_said() -> None:
    begun = talk(NORA)
    begun.say("yes")
    begun.say("go on")
    for words in ("why is that?", "how does it work"):
        assert "teacher" not in begun.say(words) and begun.state["pending"] == "clearer"
        begun.say("yes")
        if begun.item is not None:
            begun.say(begun.item.answer)


def test_who_is_not_understood_hears_what_helps_with_a_question() -> None:
    begun = talk(MILO)
    until_question(begun, kind=QuizKind.MULTIPLE_CHOICE)
    begun.say("the tilled of the ax is")
    assert "hint, or skip" in begun.say("for tea")


def test_who_does_not_know_is_asked_the_same_question_twice_at_most() -> None:
    begun = talk(MILO)
    answers: list[str] = []
    for _ in range(80):
        said = begun.say("I don't know")
        answers += re.findall(r"(?:The answer is|It is|looking for this:) (\w+)", said)
    assert answers.count("photosynthesis") <= 2
    assert "The sentence is false." in " ".join(message.text for message in begun.messages)


@pytest.mark.parametrize(
    ("misses", "expected"),
    [(0, "every one was right"), (1, "worked out the others"), (30, "worked them out")],
)
def test_the_score_is_honest(misses: int, expected: str) -> None:
    begun = talk(ADA)
    for _ in range(60):
        if begun.item is None:
            begun.say("yes")
        elif misses:
            misses -= 1
            begun.say("I don't know")
        else:
            begun.say(begun.item.answer)
        if len(begun.state.get("outcomes", ())) >= 3 and begun.item is None:
            break
    assert expected in begun.ask(Purpose.SUMMARY)
