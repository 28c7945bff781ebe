"""Whatever is said in whatever order, the built-in tutor stays speakable and keeps its answers back."""

import json
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion, Style, Subject
from lms_core.courses import Lesson
from tests.brain.tutor_talk import ADA, DEMOS, Talk, is_speakable, talk
from tutor.brain.base import Message, MindRequest, Purpose
from tutor.brain.lesson_tutor import respond

SAYINGS = (
    "yes",
    "no",
    "",
    "um",
    "I don't know",
    "hint",
    "what",
    "say that again",
    "I don't understand",
    "go on",
    "skip",
    "quiz me",
    "stop",
    "bye",
    "go back",
    "start over",
    "slower",
    "tell me the answer",
    "what is a numerator",
    "why are leaves green",
    "how much time is left",
    "is it the roots",
    "the second one",
    "three quarters",
    "the denominator",
    "true",
    "false",
    "seven",
    "my dog ate it",
    "thanks",
    "give me an example",
    "sum up",
    "this is too hard",
    "too easy",
    "is that right",
    "hello",
    "what is {x} [y](z) *w* ?",
    "what is ??? is it? why?",
    "a or b",
    "not photosynthesis",
    "because the light is spread out",
)
words = st.sampled_from(SAYINGS) | st.text(max_size=60)
turns = st.lists(st.tuples(st.sampled_from(Purpose), words, st.integers(0, 300) | st.none()), max_size=25)
lessons = st.sampled_from([*(demo.lesson for demo in DEMOS.values()), None]) | st.builds(
    Lesson,
    st.just("l"),
    st.just("l"),
    st.text(max_size=20),
    st.text(alphabet=st.sampled_from("abc *#-.?\n1"), max_size=200),
    quiz=st.lists(
        st.builds(
            QuizItem,
            st.text(max_size=30),
            st.text(max_size=20),
            st.sampled_from(QuizKind),
            choices=st.lists(st.text(max_size=10), max_size=3).map(tuple),
            hints=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


def plays(begun: Talk, script: Iterable[tuple[Purpose, str, int | None]]) -> Iterable[str]:
    for purpose, spoken, heard in script:
        yield (
            begun.say(spoken, purpose) if purpose in (Purpose.ANSWER, Purpose.WRAP_UP) else begun.ask(purpose)
        )
        if heard is not None:
            begun.messages[-1] = replace(
                begun.messages[-1], text=begun.messages[-1].text[:heard], interrupted=True
            )


@settings(max_examples=150, deadline=None)
@given(lesson=lessons, style=st.sampled_from(Style), script=turns)
def test_any_conversation_stays_speakable_and_its_memory_small(
    lesson: Lesson | None, style: Style, script: list[tuple[Purpose, str, int | None]]
) -> None:
    begun = Talk(Companion("c", "c", "Ada", Subject.MATHS, "numbers", style), lesson)
    for said in plays(begun, script):
        assert is_speakable(said), said
        assert len(json.dumps(begun.memory)) < 20_000


@settings(max_examples=60, deadline=None)
@given(
    slug=st.sampled_from(list(DEMOS)),
    before=st.integers(0, 30),
    tries=st.lists(
        st.sampled_from(["I don't know", "hint", "banana", "no", "help me", "I don't understand"]),
        min_size=1,
        max_size=2,
    ),
)
def test_the_answer_is_never_told_before_the_hints_are_used_up(
    slug: str, before: int, tries: list[str]
) -> None:
    begun = talk(slug)
    for _ in range(before):
        begun.say("yes" if begun.item is None else begun.item.answer)
    for _ in range(8):
        if begun.item is None:
            begun.say("yes")
    item = begun.item
    if item is None or item.kind is not QuizKind.SHORT_ANSWER or len(item.hints) < 2:
        return
    for words in tries:
        said = begun.say(words).lower().replace(item.question.lower(), "")
        assert begun.item == item
        assert item.answer.lower() not in said


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Message,
            st.sampled_from(["learner", "tutor", "system", "tool"]),
            st.text(max_size=40),
            tool_name=st.sampled_from(["", "t"]),
            interrupted=st.booleans(),
        ),
        max_size=8,
    ),
    st.sampled_from(Purpose),
)
def test_any_history_out_of_band_gets_a_reply(history: list[Message], purpose: Purpose) -> None:
    demo = DEMOS[ADA]
    response = respond(MindRequest(purpose, demo.companion, demo.lesson, tuple(history)))
    assert is_speakable(" ".join(response.sentences))
