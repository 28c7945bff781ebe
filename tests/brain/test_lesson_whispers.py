"""The lesson tutor does what a teacher whispers, as far as rules can."""

import pytest

from tests.brain.tutor_talk import is_speakable, talk, until_question
from tutor.brain.base import Purpose
from tutor.brain.lesson_whispers import Wish, understand


@pytest.mark.parametrize(
    ("whisper", "wish", "topic"),
    [
        ("Ask about halves", Wish.ASK, "halves"),
        ("ask her what a numerator is.", Wish.ASK, "numerator is"),
        ("Frag nach dem Nenner", Wish.ASK, "dem Nenner"),
        ("explain the denominator", Wish.ABOUT, "the denominator"),
        ("talk about quarters", Wish.ABOUT, "quarters"),
        ("Tell her that pizza is on the menu today.", Wish.TELL, "pizza is on the menu today"),
        ("remind them that the test ends at ten", Wish.TELL, "the test ends at ten"),
        ("go slower please", Wish.SLOWER, ""),
        ("give an example", Wish.EXAMPLE, ""),
        ("Gib ein Beispiel", Wish.EXAMPLE, ""),
        ("praise her", Wish.PRAISE, ""),
        ("Lob sie!", Wish.PRAISE, ""),
        ("move on", Wish.ONWARD, ""),
        ("summarise", Wish.SUMMARY, ""),
        ("end soon", Wish.END, ""),
        ("ask a question", Wish.QUIZ, ""),
        ("give him a hint", Wish.HINT, ""),
        ("explain it again in simpler words", Wish.REPHRASE, ""),
        ("His sister is called Pia", Wish.ELSE, ""),
    ],
)
def test_a_whisper_is_understood(whisper: str, wish: Wish, topic: str) -> None:
    assert understand(whisper) == (wish, topic)


def test_it_asks_about_what_the_teacher_names() -> None:
    begun = talk()
    said = begun.say("yes", whispers=("ask about the denominator",))
    assert "denominator" in said.lower() or "bottom" in said.lower()
    assert said.endswith("?")


def test_an_open_answer_is_judged_before_the_wish_is_followed() -> None:
    begun = talk()
    item = until_question(begun)
    said = begun.say(item.answer, whispers=("move on",))
    assert begun.state["outcomes"] and is_speakable(said)


def test_praise_comes_with_the_answer() -> None:
    begun = talk()
    said = begun.say("yes", whispers=("praise her",))
    assert said.startswith("You are doing really well.") and len(said) > 40


def test_what_no_rule_knows_is_said() -> None:
    assert "seven o'clock" in talk().say("yes", whispers=("Remember the party at seven o'clock.",))


def test_what_it_is_to_tell_is_told() -> None:
    for lesson in (True, False):
        said = talk(lesson=lesson).say("yes", whispers=("tell her that pizza is on the menu today",))
        assert "Pizza is on the menu today." in said


def test_it_says_that_it_goes_slower_and_waits_for_nothing() -> None:
    said = talk().say("yes", whispers=("Go slower",))
    assert "step" in said and "continue" not in said


def test_without_a_lesson_it_asks_at_least() -> None:
    said = talk(lesson=False).say("I like maths", whispers=("ask about halves",))
    assert "halves" in said and said.endswith("?")


@pytest.mark.parametrize(
    "whisper", ["hint", "example", "summarise", "quiz", "again", "end soon", "next", "slower", "x"]
)
@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.HINT, Purpose.WRAP_UP])
def test_whatever_is_whispered_and_whenever_something_is_said(whisper: str, purpose: Purpose) -> None:
    begun = talk()
    until_question(begun)
    said = begun.ask(purpose, whispers=(whisper,))
    assert is_speakable(said) and said


@pytest.mark.parametrize("lesson", [True, False])
def test_it_says_that_the_teacher_was_called_only_if_that_is_so(lesson: bool) -> None:
    words = "can I talk to my teacher"
    assert "told your teacher" in talk(lesson=lesson).say(words, teacher_called=True)
    assert "told your teacher" not in talk(lesson=lesson).say(words)
