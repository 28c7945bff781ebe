"""Nine kinds of items, answered by click, by keyboard and by voice."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.answers import Answer, Places, Texts, Words
from lms_core.assessment.grading import grade, judge
from lms_core.assessment.items import QuizItem, QuizKind, check, data_of, item_of
from lms_core.assessment.spoken_answers import Verdict
from lms_core.errors import InvalidInput

METALS = QuizItem(
    "Which of these are metals?", kind=QuizKind.MULTIPLE_ANSWER,
    choices=("iron", "helium", "gold", "neon"), answers=("iron", "gold"),
)  # fmt: skip
GASES = QuizItem(
    "Which of these are gases?",
    kind=QuizKind.MULTIPLE_ANSWER,
    choices=("oxygen", "neon"),
    answers=("oxygen", "neon"),
)
EVEN = QuizItem(
    "Which numbers are even?",
    kind=QuizKind.MULTIPLE_ANSWER,
    choices=("4", "7", "10", "13"),
    answers=("4", "10"),
)
ANIMALS = QuizItem("In which order do they come?", kind=QuizKind.ORDERING, answers=("cats", "dogs", "birds"))
TWO = QuizItem("Which comes first?", kind=QuizKind.ORDERING, answers=("the egg", "the chicken"))
NUMERALS = QuizItem("Smallest first.", kind=QuizKind.ORDERING, answers=("one", "two", "three"))
DECIMALS = QuizItem("Which are equal?", kind=QuizKind.MATCHING, pairs=(("1/2", "0.5"), ("1/4", "0.25")))
FRACTIONS = QuizItem("Smallest first.", kind=QuizKind.ORDERING, answers=("1/8", "1/4", "1/2"))
SOUNDS = QuizItem(
    "What do they say?", kind=QuizKind.MATCHING, pairs=(("cats", "meow"), ("dogs", "woof"), ("cows", "moo"))
)
CAPITALS = QuizItem(
    "Which is the capital?", kind=QuizKind.MATCHING, pairs=(("France", "Paris"), ("Spain", "Madrid"))
)
GASES_IN_OUT = QuizItem(
    "Plants take in ___ and release ___.", kind=QuizKind.CLOZE, answers=("carbon dioxide|CO2", "oxygen")
)
ONE_GAP = QuizItem("Water freezes at ___ degrees.", kind=QuizKind.CLOZE, answers=("0|zero",))
PI = QuizItem("What is pi?", "3.14", QuizKind.NUMERIC, tolerance=0.01)
TRAIN = QuizItem(
    "A train goes 60 km in 40 minutes. How fast is it?", "90", QuizKind.PROBLEM_SOLVING,
    accept=("90 km/h",), answers=("40 minutes is two thirds of an hour|40 divided by 60", "60 divided by 2/3|60 times 1.5"),
    tolerance=0.5,
)  # fmt: skip
SIMPLE = QuizItem("Simplify 2/4.", "1/2", QuizKind.NUMERIC)
TRUE = QuizItem("Plants need light.", "true", QuizKind.TRUE_FALSE)
CHOICE = QuizItem("Which is a gas?", "helium", QuizKind.MULTIPLE_CHOICE, choices=("iron", "helium", "gold"))
SHORT = QuizItem("Which gas do plants take in?", "carbon dioxide", accept=("CO2",))
OXYGEN = QuizItem("Which gas do they release?", "oxygen")
EVERY = (
    METALS, GASES, EVEN, ANIMALS, TWO, FRACTIONS, SOUNDS, CAPITALS, GASES_IN_OUT, ONE_GAP, PI, TRAIN, SIMPLE, TRUE,
    CHOICE, SHORT, OXYGEN,
)  # fmt: skip
UNCLEAR = -1.0

SPOKEN = [
    # several choices
    (METALS, "iron and gold", 1), (METALS, "gold and iron", 1), (METALS, "the first and the third", 1),
    (METALS, "a and c", 1), (METALS, "ay and see", 1), (METALS, "a as in alpha and c as in charlie", 1),
    (METALS, "alpha and charlie", 1), (METALS, "one and three", 1), (METALS, "number one and number three", 1),
    (METALS, "iron and the third one", 1), (METALS, "I think it's iron and um gold", 1),
    (METALS, "everything except helium and neon", 1), (METALS, "all but the second and the fourth", 1),
    (METALS, "both iron and gold", 1), (METALS, "not helium but iron and gold", 1),
    (METALS, "helium no I mean iron and gold", 1), (METALS, "iorn and gold", 0.5), (METALS, "iron", 0.5),
    (METALS, "all but the last", 0.5), (METALS, "the first two", 0), (METALS, "iron helium and gold", 0.5),
    (METALS, "all of them", 0), (METALS, "helium and neon", 0), (METALS, "none of them", 0),
    (METALS, "bananas", UNCLEAR), (METALS, "", UNCLEAR), (METALS, "I don't know", UNCLEAR),
    (GASES, "both of them", 1), (GASES, "both", 1), (GASES, "all of them", 1), (GASES, "oxygen", 0.5),
    (GASES, "the first two", 1), (GASES, "neither", 0), (EVEN, "four and ten", 1), (EVEN, "the first and third", 1),
    (EVEN, "four ten and thirteen", 0.5), (EVEN, "a and c", 1),
    # order
    (ANIMALS, "first cats then dogs then birds", 1), (ANIMALS, "cats dogs birds", 1),
    (ANIMALS, "cats, after that dogs and birds last", 1), (ANIMALS, "dogs after cats then birds", 1),
    (ANIMALS, "dogs and birds but first cats", 1), (ANIMALS, "the cats, the dogs and finally the birds", 1),
    (ANIMALS, "cats birds dogs", 0.5), (ANIMALS, "first cats then dogs", 0.5), (ANIMALS, "birds dogs cats", 0),
    (ANIMALS, "birds dogs no wait cats dogs birds", 1), (ANIMALS, "bananas", UNCLEAR), (ANIMALS, "", UNCLEAR),
    (TWO, "the egg before the chicken", 1), (TWO, "the chicken comes after the egg", 1),
    (TWO, "the chicken and then the egg", 0), (FRACTIONS, "an eighth a quarter a half", 1),
    (FRACTIONS, "one eighth then one fourth then one half", 1), (FRACTIONS, "a half a quarter an eighth", 0),
    (NUMERALS, "first one, then two, then three", 1), (NUMERALS, "first three, then two, then one", 0),
    # pairs
    (SOUNDS, "cats go with meow dogs with woof and cows with moo", 1),
    (SOUNDS, "cats say meow, dogs say woof, cows say moo", 1),
    (SOUNDS, "meow is cats, woof is dogs and moo is cows", 1), (SOUNDS, "cats go with meow", 1 / 3),
    (SOUNDS, "cats with woof, dogs with meow, cows with moo", 1 / 3), (SOUNDS, "hello", UNCLEAR),
    (CAPITALS, "france is paris and spain is madrid", 1), (CAPITALS, "France goes with Madrid and Spain with Paris", 0),
    (DECIMALS, "one half is nought point five and one quarter is nought point two five", 1),
    (DECIMALS, "0.5 is one half, 0.25 is a quarter", 1), (DECIMALS, "a half is 0.25 and a quarter is 0.5", 0),
    # gaps
    (GASES_IN_OUT, "carbon dioxide and oxygen", 1), (GASES_IN_OUT, "c o two and oxygen", 1),
    (GASES_IN_OUT, "the first is carbon dioxide and the second one is oxygen", 1),
    (GASES_IN_OUT, "plants take in carbon dioxide and release oxygen", 1),
    (GASES_IN_OUT, "oxygen and carbon dioxide", 0.5), (GASES_IN_OUT, "nitrogen and oxygen", 0.5),
    (GASES_IN_OUT, "carbon dioxide or oxygen", 0), (GASES_IN_OUT, "", UNCLEAR), (ONE_GAP, "zero", 1),
    (ONE_GAP, "nought", 1), (ONE_GAP, "water freezes at zero degrees", 1), (ONE_GAP, "thirty two", 0),
    # numbers
    (PI, "three point one four", 1), (PI, "3.14", 1), (PI, "3,14", 1), (PI, "three point one five", 1),
    (PI, "three point one six", 0), (PI, "three", 0), (PI, "22/7", 1), (SIMPLE, "2/4", 0.5), (SIMPLE, ".5", 1),
    (SIMPLE, "one half", 1),
    # problems
    (TRAIN, "ninety", 1), (TRAIN, "90 km/h", 1), (TRAIN, "ninety kilometres an hour", 1), (TRAIN, "90.4", 1),
    (TRAIN, "sixty divided by two thirds is ninety", 1), (TRAIN, "sixty times one point five makes eighty", 0.25),
    (TRAIN, "forty minutes is two thirds of an hour so sixty divided by two thirds is a hundred", 0.5),
    (TRAIN, "a hundred", 0),
    # one answer
    (SHORT, "carbon", 0.5), (SHORT, "carbon dye oxide", 1), (SHORT, "nitrogen", 0),
    (OXYGEN, "o x y g e n", 1), (OXYGEN, "o as in oscar x y g as in golf e n", 1),
    (CHOICE, "b as in bravo", 1), (CHOICE, "b like banana", 1), (CHOICE, "bravo", 1), (CHOICE, "see", 0),
    (CHOICE, "the middle one", 1), (CHOICE, "second to last", 1), (CHOICE, "the last but one", 1),
    (CHOICE, "the second from the end", 1), (TRUE, "yes", 1), (TRUE, "falls", 0),
]  # fmt: skip

CLICKED = [
    (METALS, (0, 2), 1), (METALS, (2,), 0.5), (METALS, (0, 1, 2), 0.5), (METALS, (0, 1, 2, 3), 0), (METALS, (), 0),
    (METALS, (9,), UNCLEAR), (METALS, (-1,), UNCLEAR), (TRUE, (0,), 1), (TRUE, (1,), 0), (TRUE, (0, 1), UNCLEAR),
    (CHOICE, (1,), 1), (CHOICE, (0,), 0), (SHORT, (0,), UNCLEAR), (ANIMALS, (), 0),
]  # fmt: skip


def _worth(item: QuizItem, answer: Answer) -> float:
    given = grade(item, answer)
    return given.score if given.understood else UNCLEAR


@pytest.mark.parametrize(("item", "said", "score"), SPOKEN, ids=lambda value: str(value)[:60])
def test_what_a_spoken_answer_is_worth(item: QuizItem, said: str, score: float) -> None:
    assert _worth(item, Words(said)) == pytest.approx(score, abs=0.001)


@pytest.mark.parametrize(("item", "places", "score"), CLICKED, ids=lambda value: str(value)[:60])
def test_what_a_click_is_worth(item: QuizItem, places: tuple[int, ...], score: float) -> None:
    assert _worth(item, Places(places)) == score


@pytest.mark.parametrize(
    ("texts", "score"),
    [(("carbon dioxide", "oxygen"), 1), (("CO2", "Oxygen"), 1), (("carbon dioxid", "oxigen"), 1),
     (("carbon", "oxygen"), 0.75), (("oxygen", "carbon dioxide"), 0), (("", "oxygen"), 0.5),
     (("carbon dioxide",), UNCLEAR), ((), UNCLEAR)],
)  # fmt: skip
def test_what_typed_gaps_are_worth(texts: tuple[str, ...], score: float) -> None:
    assert _worth(GASES_IN_OUT, Texts(texts)) == score


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.question[:40])
def test_the_right_answer_as_it_is_said_gets_all(item: QuizItem) -> None:
    check(item)
    for said in (item.answer, f"um I think it's {item.answer}"):
        assert grade(item, Words(said)).correct, said
        assert judge(said, item).verdict is Verdict.RIGHT


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.question[:40])
def test_feedback_does_not_tell_the_right_answer(item: QuizItem) -> None:
    for answer in (Words("banana"), Places((0,)), Texts(("x",) * len(item.answers))):
        given = grade(item, answer)
        assert given.correct or item.answer.lower() not in given.feedback.lower()


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.question[:40])
def test_an_item_survives_being_stored(item: QuizItem) -> None:
    assert item_of(data_of(item)) == item


@given(item=st.sampled_from(EVERY), said=st.text(max_size=300))
def test_any_words_get_a_grade(item: QuizItem, said: str) -> None:
    assert 0 <= grade(item, Words(said)).score <= 1


_TALK = st.lists(
    st.sampled_from(
        "first second third last both all but not none cats dogs meow iron gold a b see two one and or after "
        "before then the middle to no wait ninety half 1/4 carbon dioxide as in bravo".split()
    ),
    max_size=25,
).map(" ".join)


@given(item=st.sampled_from(EVERY), said=_TALK)
def test_any_talk_about_choices_gets_a_grade(item: QuizItem, said: str) -> None:
    given = grade(item, Words(said))
    assert 0 <= given.score <= 1 and given.correct is (given.score == 1)


@given(item=st.sampled_from(EVERY), places=st.lists(st.integers(-2, 12), max_size=12))
def test_any_clicks_get_a_grade(item: QuizItem, places: list[int]) -> None:
    given = grade(item, Places(tuple(places)))
    assert 0 <= given.score <= 1 and given.correct is (given.score == 1)


@given(item=st.sampled_from(EVERY), texts=st.lists(st.text(max_size=40), max_size=5))
def test_any_typing_gets_a_grade(item: QuizItem, texts: list[str]) -> None:
    assert 0 <= grade(item, Texts(tuple(texts))).score <= 1


_THINGS = st.lists(
    st.sampled_from("apple river window garden mountain candle bottle pencil tiger cotton".split()),
    min_size=2, max_size=6, unique=True,
)  # fmt: skip


@given(things=_THINGS, data=st.data())
def test_only_the_right_order_gets_all(things: list[str], data: st.DataObject) -> None:
    item = QuizItem("Order?", kind=QuizKind.ORDERING, answers=tuple(things))
    assert item.options() != item.answers
    said = data.draw(st.permutations(things))
    assert grade(item, Words("first " + " then ".join(said))).correct is (said == things)
    assert grade(item, Places(tuple(item.options().index(one) for one in said))).correct is (said == things)


@given(things=_THINGS, data=st.data())
def test_clicked_and_spoken_choices_are_worth_the_same(things: list[str], data: st.DataObject) -> None:
    right = tuple(data.draw(st.lists(st.sampled_from(things), min_size=1, unique=True)))
    item = QuizItem("Which?", kind=QuizKind.MULTIPLE_ANSWER, choices=tuple(things), answers=right)
    picked = data.draw(st.lists(st.sampled_from(things), min_size=1, unique=True))
    clicked = grade(item, Places(tuple(things.index(one) for one in picked)))
    assert grade(item, Words(" and ".join(picked))) == clicked
    assert clicked.correct is (set(picked) == set(right))


@given(things=_THINGS, data=st.data())
def test_matching_is_worth_the_share_of_right_pairs(things: list[str], data: st.DataObject) -> None:
    things = things[: len(things) // 2 * 2]
    half = len(things) // 2
    pairs = tuple(zip(things[:half], things[half:], strict=True))
    item = QuizItem("Match.", kind=QuizKind.MATCHING, pairs=pairs)
    rights = data.draw(st.permutations(things[half:]))
    said = " and ".join(f"{left} with {right}" for (left, _), right in zip(pairs, rights, strict=True))
    places = tuple(item.options().index(right) for right in rights)
    share = sum(right == other for (_, right), other in zip(pairs, rights, strict=True)) / half
    assert (
        grade(item, Words(said)).score == grade(item, Places(places)).score == pytest.approx(share, abs=0.001)
    )


@given(st.floats(-1e6, 1e6), st.floats(0, 100), st.floats(-1000, 1000))
def test_a_number_is_right_within_its_tolerance_and_no_further(
    value: float, tolerance: float, off: float
) -> None:
    value, tolerance, said = round(value, 2), round(tolerance, 2), round(value + off, 2)
    item = QuizItem("How much?", f"{value:.2f}", QuizKind.NUMERIC, tolerance=tolerance)
    within = abs(round(said * 100) - round(value * 100)) <= round(tolerance * 100)
    assert grade(item, Words(f"{said:.2f}")).correct is within


WRONG = [
    QuizItem("?", "x", QuizKind.MULTIPLE_CHOICE, choices=("a", "b")),
    QuizItem("?", "a", QuizKind.MULTIPLE_CHOICE, choices=("a", "A")),
    QuizItem("?", kind=QuizKind.MULTIPLE_ANSWER, choices=("a", "b"), answers=("c",)),
    QuizItem("?", kind=QuizKind.MULTIPLE_ANSWER, choices=("a", "b")),
    QuizItem("?", "maybe", QuizKind.TRUE_FALSE), QuizItem("?", " "), QuizItem("?", "many", QuizKind.NUMERIC),
    QuizItem("?", "3", QuizKind.NUMERIC, tolerance=-1), QuizItem("?", "3", QuizKind.NUMERIC, tolerance=float("nan")),
    QuizItem("?", kind=QuizKind.ORDERING, answers=("a",)), QuizItem("?", kind=QuizKind.ORDERING, answers=("a", "a")),
    QuizItem("?", kind=QuizKind.MATCHING, pairs=(("a", "b"), ("a", "c"))),
    QuizItem("one ___", kind=QuizKind.CLOZE, answers=("a", "b")), QuizItem("none", kind=QuizKind.CLOZE, answers=("a",)),
    QuizItem("?", kind=QuizKind.ORDERING, answers=tuple("abcdefghijk")),
]  # fmt: skip


@pytest.mark.parametrize("item", WRONG, ids=lambda item: f"{item.kind}:{item.answer}"[:40])
def test_an_item_that_nobody_could_answer_is_refused(item: QuizItem) -> None:
    with pytest.raises(InvalidInput):
        check(item)


def test_two_gaps_may_have_the_same_answer() -> None:
    item = QuizItem("___ and ___ make four.", kind=QuizKind.CLOZE, answers=("two", "two"))
    check(item)
    assert grade(item, Words("two and two")).correct
    assert grade(item, Words("two")).score == 0.5


def test_every_kind_is_tried_here() -> None:
    assert {item.kind for item in EVERY} == set(QuizKind)
    assert {item.kind for item, _, _ in itertools.chain(SPOKEN, CLICKED)} == set(QuizKind)
