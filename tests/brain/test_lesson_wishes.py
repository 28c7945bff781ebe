"""What a learner may wish for in the midst of a lesson, and what an interruption does to it."""

import pytest

from tests.brain.tutor_talk import talk, until_question


# --- wishes --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", ["say that again please", "huh", "pardon", "I didn't catch that", "repeat"])
def test_what_was_said_is_said_again(words: str) -> None:
    begun = talk()
    said = begun.say("yes")
    core = said.split(". ", 1)[1]
    assert core in begun.say(words)
    assert core in begun.say(words)


@pytest.mark.parametrize("words", ["I don't understand", "can you explain it in other words", "no"])
def test_rephrasing_says_something_else_and_asks_whether_it_helped(words: str) -> None:
    begun = talk()
    before = begun.say("yes")
    said = begun.say(words)
    assert said.endswith("?")
    assert said != before


def test_rephrasing_a_question_gives_a_hint() -> None:
    begun = talk()
    item = until_question(begun)
    assert item.hints[0] in begun.say("I don't understand the question")


def test_slower_means_smaller_steps() -> None:
    begun, slow = talk(), talk()
    slow.say("slower please")
    assert len(slow.say("yes").split()) < len(begun.say("yes").split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("what is a numerator", "top number"),
        ("what's a common denominator", "both fractions can share"),
        ("what does simplifying mean", "smallest possible numbers"),
        ("how do you add", "dd"),
    ],
)
def test_a_question_is_answered_from_the_lesson_and_then_it_goes_back(words: str, expected: str) -> None:
    begun = talk()
    begun.say("yes")
    said = begun.say(words)
    assert expected in said
    assert said.endswith("?")


def test_what_the_lesson_does_not_say_is_not_made_up() -> None:
    begun = talk()
    begun.say("yes")
    said = begun.say("what is a dinosaur")
    assert "dinosaur" in said
    assert "lesson" in said


def test_a_question_in_between_does_not_lose_the_open_one() -> None:
    begun = talk()
    item = until_question(begun)
    assert item.question in begun.say("what is photosynthesis")
    assert begun.item == item


@pytest.mark.parametrize(
    "words", ["my dog is cute", "tell me a joke", "do you like football", "how are you", "who are you"]
)
def test_chatter_is_met_kindly_and_led_back(words: str) -> None:
    begun = talk()
    item = until_question(begun)
    assert item.question in begun.say(words)
    assert begun.item == item


def test_going_back_teaches_the_last_piece_again() -> None:
    begun = talk()
    begun.say("yes")
    assert "Picture a pizza" in begun.say("go back please")


def test_a_quiz_is_given_when_asked_for_even_at_the_very_start() -> None:
    begun = talk()
    assert begun.say("quiz me").endswith("?")
    assert begun.item is not None


def test_when_nothing_was_understood_twice_it_says_what_can_be_said() -> None:
    begun = talk()
    begun.say("um")
    assert "continue, repeat, or hint" in begun.say("")
    until_question(begun)
    begun.say("um")
    assert "hint, or skip" in begun.say("")


def test_stop_stops_and_continue_goes_on() -> None:
    begun = talk()
    item = until_question(begun)
    assert "?" not in begun.say("stop")
    assert begun.item is None
    begun.say("continue")
    assert begun.item == item


def test_goodbye_sums_up_and_asks_nothing() -> None:
    begun = talk()
    begun.say(until_question(begun).answer)
    said = begun.say("I have to go now")
    assert "Goodbye" in said
    assert "?" not in said


# --- interruptions -------------------------------------------------------------------------------------------
def test_what_an_interruption_cut_off_is_said_on_request() -> None:
    begun = talk()
    begun.say("yes")
    begun.cut("Picture a")
    said = begun.say("go on")
    assert "Picture a pizza" in said
    assert "A fraction is a number" not in said


def test_after_a_question_in_between_it_comes_back_to_what_was_not_heard() -> None:
    begun = talk()
    begun.say("yes")
    begun.cut("A fraction is a")
    said = begun.say("wait what is a numerator")
    assert said.index("top number") < said.index("Picture a pizza")


def test_an_answer_cannot_be_meant_for_a_question_that_was_not_heard() -> None:
    begun = talk()
    item = until_question(begun)
    begun.cut(begun.messages[-1].text.split(". ")[0])
    assert item.question in begun.say("and what about apples")
    assert begun.state.get("tries", 0) == 0


@pytest.mark.parametrize("words", ["go on", "what is a numerator", "how are you"])
def test_an_interrupted_return_is_not_said_a_second_time_after_another_one(words: str) -> None:
    begun = talk()
    begun.say("yes")
    begun.cut("A fraction is a")
    assert begun.say("go on").startswith("Back to where we were.")
    begun.cut("Back to")
    said = begun.say(words)
    assert "Now, where were we." in said and "Picture a pizza" in said
    assert "Back to where we were." not in said


def test_nor_is_an_interrupted_return_to_a_question() -> None:
    begun = talk()
    item = until_question(begun)
    assert "Back to my question." in begun.say("how are you")
    begun.cut("I'm fine")
    said = begun.say("who are you")
    assert item.question in said and "my question" not in said
