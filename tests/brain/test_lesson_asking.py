"""The built-in tutor asks, judges, gives hints, and asks again what was missed."""

from lms_core.assessment.items import QuizKind
from tests.brain.tutor_talk import MILO, talk, until_question


def test_a_check_question_comes_after_every_few_pieces() -> None:
    begun = talk()
    without = 0
    for _ in range(25):
        begun.say("yes" if begun.item is None else begun.item.answer)
        without = 0 if begun.item else without + 1
        assert without <= 4


def test_a_right_answer_is_praised_in_changing_words() -> None:
    begun = talk(MILO)
    praises = set()
    for _ in range(6):
        item = until_question(begun)
        praises.add(begun.say(item.answer).split(".")[0])
    assert len(praises) >= 4


def test_hints_go_from_small_to_large_and_then_the_answer_is_told_and_explained() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    assert item.hints[0] in begun.say("the fraction line")
    assert item.hints[1] in begun.say("I don't know")
    said = begun.say("no idea")
    assert "the denominator" in said
    assert item.explanation in said


def test_what_was_revealed_is_asked_again_but_not_at_once() -> None:
    begun = talk()
    item = until_question(begun)
    for _ in range(3):
        begun.say("I don't know")
    asked_between = []
    for _ in range(30):
        begun.say("yes" if begun.item is None else begun.item.answer)
        if begun.item is not None:
            asked_between.append(begun.item)
            if begun.item == item:
                break
    assert asked_between[-1] == item
    assert len(asked_between) >= 2


def test_what_was_right_in_half_an_answer_is_named() -> None:
    begun = talk(MILO)
    while until_question(begun).answer != "carbon dioxide":
        begun.say(begun.item.answer if begun.item else "yes")
    said = begun.say("just carbon")
    assert "arbon is" in said or "right about carbon" in said
    assert "dioxide" not in said


def test_half_right_fractions_are_named_too() -> None:
    begun = talk()
    while until_question(begun).question != "What is 1/4 plus 2/4?":
        begun.say(begun.item.answer if begun.item else "yes")
    assert "top number" in begun.say("three eighths")


def test_an_answer_that_was_not_understood_is_asked_for_again_in_the_terms_of_its_kind() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.NUMERIC)
    assert "number" in begun.say("well it is the top thing").lower()


def test_a_choice_is_read_out_and_can_be_picked_by_its_place() -> None:
    begun = talk(MILO)
    item = until_question(begun, kind=QuizKind.MULTIPLE_CHOICE)
    assert all(choice in begun.messages[-1].text for choice in item.choices)
    place = ("first", "second", "third")[item.choices.index(item.answer)]
    begun.say(f"the {place} one")
    assert begun.item != item


def test_a_wrong_true_or_false_is_explained_at_once_and_comes_again() -> None:
    begun = talk(MILO)
    item = until_question(begun, kind=QuizKind.TRUE_FALSE)
    assert item.explanation in begun.say("true" if item.answer == "false" else "false")
    assert begun.state["again"]


def test_the_answer_is_not_told_before_a_hint() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.SHORT_ANSWER)
    said = begun.say("tell me the answer")
    assert "denominator" not in said
    assert "the denominator" in begun.say("just tell me the answer")


def test_a_question_back_that_names_the_answer_counts_as_the_answer() -> None:
    begun = talk()
    item = until_question(begun, kind=QuizKind.SHORT_ANSWER)
    begun.say("is it the denominator")
    assert begun.item != item


def test_asking_for_the_answer_in_other_words_does_not_get_it() -> None:
    begun = talk()
    until_question(begun, kind=QuizKind.SHORT_ANSWER)
    assert "denominator" not in begun.say("what is the bottom number of a fraction called then")


def test_skipping_leaves_the_question_for_later() -> None:
    begun = talk()
    item = until_question(begun)
    begun.say("skip this one")
    assert begun.item != item
    assert begun.state["again"]
