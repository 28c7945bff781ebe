"""What counts as right. Every line is something that a learner says, or that a recogniser makes of it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Judgement, Verdict
from lms_core.assessment.spoken_numbers import numbers, tokens
from lms_core.assessment.word_likeness import edits, likeness, sound
from storage.demo import demo_lessons

ITEMS = {item.question: item for demo in demo_lessons() for item in demo.lesson.quiz}
SEVEN = QuizItem("What is three plus four?", "7", QuizKind.NUMERIC)
MINUS_THREE = QuizItem("What is two minus five?", "-3", QuizKind.NUMERIC)
THIRTY_TWO = QuizItem("At how many degrees Fahrenheit does water freeze?", "32", QuizKind.NUMERIC)
HALF = QuizItem("How much of the pie is left?", "1/2", QuizKind.NUMERIC)
MIXED = QuizItem("How many pies are there?", "1 1/2", QuizKind.NUMERIC, accept=("1.5",))
THREE_QUARTERS = QuizItem("What is a quarter plus a half?", "3/4", QuizKind.NUMERIC)
DAYS = QuizItem("How many days has a year?", "365", QuizKind.NUMERIC)
SHARE = QuizItem("Which share is that?", "25%", QuizKind.NUMERIC)
SIMPLE = QuizItem("Simplify 2/4.", "1/2", QuizKind.NUMERIC)
YEAR = QuizItem("When did the French Revolution begin?", "1789", QuizKind.NUMERIC)
TILT = QuizItem("By how many degrees is the axis tilted?", "23.5", QuizKind.NUMERIC)
PHOTO = QuizItem("What is the process called?", "photosynthesis")
DIOXIDE = QuizItem("Which gas do plants take in?", "carbon dioxide", accept=("CO2",))
OXYGEN = QuizItem("Which gas do they release?", "oxygen")
BOTTOM = QuizItem("What is the denominator?", "the bottom number")
NUMERATOR = QuizItem("What is the top number called?", "the numerator")
JUNE = QuizItem("In which month is the longest day?", "June")
SPREAD = QuizItem("Why does a low sun warm less?", "the light is spread over a larger area")
TILTED = QuizItem("Why do we have seasons?", "because the Earth's axis is tilted")
TRUE = QuizItem("Plants need light.", "true", QuizKind.TRUE_FALSE)
FALSE = QuizItem("Plants eat soil.", "false", QuizKind.TRUE_FALSE)
ROOTS = QuizItem(
    "What takes in water?",
    "the roots",
    QuizKind.MULTIPLE_CHOICE,
    choices=("the flowers", "the roots", "the leaves"),
)
LETTER = QuizItem("Which one is a gas?", "b", QuizKind.MULTIPLE_CHOICE, choices=("iron", "helium", "gold"))
EIGHTHS = QuizItem("Which is larger?", "3/4", QuizKind.MULTIPLE_CHOICE, choices=("3/8", "3/4"))
SIX = QuizItem("Which number fits?", "6", QuizKind.MULTIPLE_CHOICE, choices=("5", "6", "8"))
POLES = QuizItem(
    "Where?",
    "near the equator",
    QuizKind.MULTIPLE_CHOICE,
    choices=("near the North Pole", "near the equator"),
)

R, C, W, U = Verdict.RIGHT, Verdict.CLOSE, Verdict.WRONG, Verdict.UNSURE

NUMBERS = [
    (SEVEN, "7", R), (SEVEN, "seven", R), (SEVEN, "um I think it's seven", R),
    (SEVEN, "three plus four is seven", R), (SEVEN, "seven because three and four make seven", R),
    (SEVEN, "seven because I added three", R), (SEVEN, "eleven", W), (SEVEN, "seventeen", W),
    (SEVEN, "seventy", W), (SEVEN, "heaven", U), (SEVEN, "not seven", W), (SEVEN, "it's not seven", W),
    (SEVEN, "minus seven", W), (SEVEN, "six no wait seven", R), (SEVEN, "seven no wait eight", W),
    (SEVEN, "six or seven", U), (SEVEN, "seven eight nine", C), (SEVEN, "a lot", U), (SEVEN, "", U),
    (SEVEN, "um", U), (SEVEN, "I don't know", U), (SEVEN, "I don't know maybe seven", R),
    (SEVEN, "I'm not sure, seven", R), (SEVEN, "7.5", W), (MINUS_THREE, "minus three", R),
    (MINUS_THREE, "negative three", R), (MINUS_THREE, "-3", R), (MINUS_THREE, "three", W),
    (MINUS_THREE, "two minus five is minus three", R), (MINUS_THREE, "minus tree", R),
    (THIRTY_TWO, "thirty two", R), (THIRTY_TWO, "thirty too", R), (THIRTY_TWO, "thirty-two", R),
    (THIRTY_TWO, "thirty to", R), (THIRTY_TWO, "thirty", W), (THIRTY_TWO, "twenty three", W),
    (THIRTY_TWO, "thirteen two", W), (HALF, "a half", R), (HALF, "half", R), (HALF, "one half", R),
    (HALF, "half of it", R), (HALF, "1/2", R), (HALF, "½", R), (HALF, "zero point five", R),
    (HALF, "point five", R), (HALF, "fifty percent", R), (HALF, "two quarters", R),
    (HALF, "one out of two", R), (HALF, "a quarter", W), (HALF, "two", W), (MIXED, "one and a half", R),
    (MIXED, "1 1/2", R), (MIXED, "one point five", R), (MIXED, "three halves", R), (MIXED, "half", W),
    (THREE_QUARTERS, "three quarters", R), (THREE_QUARTERS, "tree quarters", R),
    (THREE_QUARTERS, "three fourths", R), (THREE_QUARTERS, "three over four", R),
    (THREE_QUARTERS, "3 out of 4", R), (THREE_QUARTERS, "three eighths", C),
    (THREE_QUARTERS, "two quarters", C), (THREE_QUARTERS, "one third", W),
    (THREE_QUARTERS, "four thirds", W), (DAYS, "three hundred and sixty five", R),
    (DAYS, "three hundred sixty-five", R), (DAYS, "365 days", R), (DAYS, "three hundred and sixty", C),
    (DAYS, "a hundred", W), (DAYS, "a thousand", W), (DAYS, "1,365", W), (SHARE, "twenty five percent", R),
    (SHARE, "a quarter", R), (SHARE, "25", R), (SHARE, "twenty per cent", W), (SIMPLE, "one half", R),
    (SIMPLE, "two quarters", C), (SIMPLE, "zero point five", R), (YEAR, "seventeen eighty nine", R),
    (YEAR, "1789", R), (YEAR, "seventeen hundred and eighty nine", R), (YEAR, "eighteen seventy nine", W),
    (TILT, "twenty three point five", R), (TILT, "23 and a half degrees", R), (TILT, "twenty three", C),
    (TILT, "ninety", W),
]  # fmt: skip

WORDS = [
    (PHOTO, "photosynthesis", R), (PHOTO, "it's photosynthesis I think", R), (PHOTO, "photo synthesis", R),
    (PHOTO, "foto synthesis", R), (PHOTO, "fotosintesis", R), (PHOTO, "not photosynthesis", W),
    (PHOTO, "it isn't photosynthesis", W), (PHOTO, "respiration", W), (PHOTO, "chemosynthesis", W),
    (PHOTO, "respiration no I mean photosynthesis", R),
    (PHOTO, "photosynthesis sorry I mean respiration", W), (PHOTO, "photosynthesis or respiration", U),
    (PHOTO, "photo", W), (DIOXIDE, "carbon dioxide", R), (DIOXIDE, "carbon dye oxide", R),
    (DIOXIDE, "c o two", R), (DIOXIDE, "CO2", R), (DIOXIDE, "carbon", C), (DIOXIDE, "carbon monoxide", C),
    (DIOXIDE, "dioxide", C), (DIOXIDE, "oxygen", W), (DIOXIDE, "nitrogen", W),
    (DIOXIDE, "plants take in gas", W), (DIOXIDE, "carbon monoxide no I mean carbon dioxide", R),
    (OXYGEN, "oxygen", R), (OXYGEN, "it's the oxygen", R), (OXYGEN, "oxigen", R),
    (OXYGEN, "o x y g e n", R), (OXYGEN, "hydrogen", W), (OXYGEN, "nitrogen", W), (OXYGEN, "no oxygen", W),
    (OXYGEN, "no, it's oxygen", R), (OXYGEN, "I don't know but maybe oxygen", R), (OXYGEN, "ox", W),
    (OXYGEN, "banana", W), (OXYGEN, "the", U), (OXYGEN, "what", U), (BOTTOM, "the number at the bottom", R),
    (BOTTOM, "the one at the bottom", R), (BOTTOM, "the top number", W), (BOTTOM, "the number", W),
    (NUMERATOR, "numerator", R), (NUMERATOR, "the numerators", R), (NUMERATOR, "new moderator", C),
    (NUMERATOR, "denominator", W), (JUNE, "June", R), (JUNE, "in june", R), (JUNE, "July", W),
    (JUNE, "Jane", W), (JUNE, "not June", W), (JUNE, "June or July", U),
    (SPREAD, "because the light spreads out over a bigger area", R),
    (SPREAD, "the light is spread over a larger area", R), (SPREAD, "the rays cover a larger area", R),
    (SPREAD, "the light is spread over a smaller area", W), (SPREAD, "the sun is far away", W),
    (SPREAD, "it is further away from the sun in winter", W), (SPREAD, "a larger area", C),
    (TILTED, "because the axis is tilted", R), (TILTED, "the earth's axis has a tilt", R),
    (TILTED, "the axis is not tilted", W), (TILTED, "because of the distance", W),
]  # fmt: skip

CHOICES = [
    (ROOTS, "the roots", R), (ROOTS, "roots", R), (ROOTS, "the routes", R), (ROOTS, "root", R),
    (ROOTS, "the second one", R), (ROOTS, "second", R), (ROOTS, "b", R), (ROOTS, "bee", R),
    (ROOTS, "number two", R), (ROOTS, "option b", R), (ROOTS, "two", R), (ROOTS, "the leaves", W),
    (ROOTS, "the first one", W), (ROOTS, "the last one", W), (ROOTS, "c", W), (ROOTS, "see", W),
    (ROOTS, "not the roots", U), (ROOTS, "not the leaves, the roots", R),
    (ROOTS, "the roots or the leaves", U), (ROOTS, "the stem", U),
    (ROOTS, "the leaves no wait the roots", R), (ROOTS, "I think it's the second one", R), (ROOTS, "", U),
    (LETTER, "helium", R), (LETTER, "heelium", R), (LETTER, "b", R), (LETTER, "the second", R),
    (LETTER, "gold", W), (LETTER, "iron", W), (EIGHTHS, "three quarters", R), (EIGHTHS, "three eighths", W),
    (EIGHTHS, "the second one", R), (EIGHTHS, "the first", W), (SIX, "six", R), (SIX, "sicks", R),
    (SIX, "five", W), (SIX, "the second", R), (SIX, "seven", U), (SIX, "eight", W),
    (POLES, "the equator", R), (POLES, "at the north pole", W), (POLES, "near", U),
]  # fmt: skip

TRUTHS = [
    (TRUE, "true", R), (TRUE, "yes", R), (TRUE, "that's true", R), (TRUE, "through", R),
    (TRUE, "I think so", R), (TRUE, "of course", R), (TRUE, "false", W), (TRUE, "no", W),
    (TRUE, "not true", W), (TRUE, "I don't think so", W), (TRUE, "untrue", W), (TRUE, "not false", R),
    (TRUE, "yes that's true", R), (TRUE, "true or false", U), (TRUE, "hmm", U), (TRUE, "banana", U),
    (TRUE, "I don't know", U), (FALSE, "false", R), (FALSE, "falls", R), (FALSE, "no", R),
    (FALSE, "nope that's wrong", R), (FALSE, "that isn't right", R), (FALSE, "yes", W), (FALSE, "true", W),
    (FALSE, "yes it's false", R), (FALSE, "that's not true", R), (FALSE, "they don't", R),
]  # fmt: skip


def _named(cases: list[tuple[QuizItem, str, Verdict]]) -> list[object]:
    return [pytest.param(*case, id=f"{case[0].answer}<-{case[1] or 'silence'}") for case in cases]


@pytest.mark.parametrize(("item", "said", "verdict"), _named(NUMBERS))
def test_numbers_count_by_value_however_they_are_said(item: QuizItem, said: str, verdict: Verdict) -> None:
    assert judge(said, item).verdict is verdict


@pytest.mark.parametrize(("item", "said", "verdict"), _named(WORDS))
def test_words_count_by_sense_and_sound(item: QuizItem, said: str, verdict: Verdict) -> None:
    assert judge(said, item).verdict is verdict


@pytest.mark.parametrize(("item", "said", "verdict"), _named(CHOICES))
def test_a_choice_can_be_named_by_words_letter_or_place(item: QuizItem, said: str, verdict: Verdict) -> None:
    assert judge(said, item).verdict is verdict


@pytest.mark.parametrize(("item", "said", "verdict"), _named(TRUTHS))
def test_true_and_false_can_be_said_in_many_ways(item: QuizItem, said: str, verdict: Verdict) -> None:
    assert judge(said, item).verdict is verdict


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.question[:40])
def test_the_demo_lessons_own_answers_are_right(item: QuizItem) -> None:
    for said in (item.answer, f"um I think it's {item.answer}", *item.accept):
        assert judge(said, item).verdict is Verdict.RIGHT, said


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.question[:40])
def test_reading_the_question_back_is_not_an_answer(item: QuizItem) -> None:
    if item.kind is not QuizKind.TRUE_FALSE:
        assert judge(item.question, item).verdict is not Verdict.RIGHT


def test_a_close_answer_says_what_was_there_and_what_was_not() -> None:
    assert judge("just carbon", DIOXIDE).matched == ("carbon",)
    assert judge("just carbon", DIOXIDE).missing == ("dioxide",)
    assert judge("three eighths", THREE_QUARTERS).matched == ("the top number",)


@given(said=st.text(max_size=200), item=st.sampled_from([*ITEMS.values(), SEVEN, PHOTO, ROOTS, TRUE]))
def test_any_words_get_a_verdict(said: str, item: QuizItem) -> None:
    judgement = judge(said, item)
    assert isinstance(judgement, Judgement)
    assert 0 <= judgement.score <= 1


@given(st.integers(min_value=0, max_value=1_999_999))
def test_numbers_in_words_and_in_digits_are_the_same(value: int) -> None:
    from num2words import num2words

    assert [number.value for number in numbers(tokens(num2words(value)))] == [value]
    assert [number.value for number in numbers(tokens(str(value)))] == [value]


@given(st.integers(min_value=0, max_value=99), st.integers(min_value=0, max_value=999))
def test_decimals_in_words_are_read_digit_by_digit(whole: int, part: int) -> None:
    from num2words import num2words

    assert numbers(tokens(num2words(float(f"{whole}.{part:03}1"))))[0].value == Fraction(
        f"{whole}.{part:03}1"
    )


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), st.text("abcdefgh", max_size=12))
def test_likeness_is_whole_for_the_same_word_and_edits_are_a_distance(one: str, other: str) -> None:
    assert likeness(one, one) == 1.0
    assert edits(one, other) == edits(other, one)
    assert (edits(one, other) == 0) is (one == other)


@pytest.mark.parametrize(
    ("one", "other"), [("photo", "foto"), ("knight", "nite"), ("chlorine", "klorine"), ("quick", "kwick")]
)
def test_words_that_sound_the_same_share_a_key(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("condensation", "conversation"), ("mitosis", "meiosis"), ("latitude", "altitude"), ("winter", "winner"),
     ("June", "July"), ("respiration", "evaporation"), ("chlorophyll", "chloroplast"),
     ("northern", "southern"), ("eleven", "seven")],
)  # fmt: skip
def test_words_that_only_look_alike_are_not_taken_for_each_other(one: str, other: str) -> None:
    assert likeness(one.lower(), other.lower()) < 0.7
