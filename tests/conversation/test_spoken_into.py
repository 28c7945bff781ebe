"""A companion that is spoken into: it introduces itself once, goes on from there, and takes up its thread after mere noise."""

import pytest

from storage.demo import demo_lessons
from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tutor.brain.base import Purpose
from tutor.brain.lesson_tutor import LessonTutor
from tutor.brain.prompting import chat_messages
from tutor.conversation.events import Item, Part, ReplyAudio, ReplyDone, ReplyOptions, Role

DEMO = demo_lessons()[0]
MOMENTS = [0.0, 0.3, 0.6, 1.2, 2.5, 5.0, 9.0]
"""Seconds after the first sound of the greeting."""


def interrupted(after: float, words: str, mind: object) -> Scene:
    async def talk() -> Scene:
        async with Scene(
            ears=NullEars(words),
            mind=mind,
            companion=DEMO.companion,
            lesson=DEMO.lesson,
            companion_leads=True,
        ) as scene:
            while not scene.events(ReplyAudio):
                await scene.quiet(0.02)
            await scene.quiet(after)
            await scene.hear(SPEECH)
            await scene.quiet(14)
        return scene

    return run(talk())  # type: ignore[no-any-return]


def tutor_said(scene: Scene) -> list[str]:
    return [item.text for item in scene.session.history.items if item.role is Role.TUTOR]


@pytest.mark.parametrize("after", MOMENTS)
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("hello can you hear me", "Yes, I can hear you."),
        ("yes let us start", "Great, let's go. The first part"),
        ("what is a numerator", "The numerator is the top number"),
    ],
)
def test_the_lesson_tutor_introduces_itself_once_and_answers(after: float, words: str, answer: str) -> None:
    greeting, *rest = tutor_said(interrupted(after, words, LessonTutor()))
    assert greeting.startswith("Hello!") and rest[0].startswith(answer)
    for once in ("I'm Ada", "built-in", "topic today", "interrupt me"):
        assert " ".join([greeting, *rest]).count(once) <= 1
    assert "topic today is adding fractions" in greeting + rest[0] or "first part is called" in rest[0]


@pytest.mark.parametrize("after", MOMENTS)
def test_a_model_is_told_what_was_heard_of_its_greeting_and_not_to_begin_again(after: float) -> None:
    scene = interrupted(after, "hello can you hear me", NullMind("One two three four five six. " * 20))
    request = next(one for one in scene.mind.requests if one.purpose is Purpose.ANSWER)
    assert [message.role for message in request.messages] == ["tutor", "learner"]
    assert request.memory == {"replies": 1}
    *_, greeting, answered = chat_messages(request)
    assert greeting["role"] == "assistant" and greeting["content"].startswith("This is")
    assert request.messages[0].interrupted == ("Do not begin again" in answered["content"])


def test_who_types_into_the_last_words_of_the_greeting_is_not_greeted_again() -> None:
    async def talk() -> Scene:
        async with Scene(
            mind=LessonTutor(), companion=DEMO.companion, lesson=DEMO.lesson, companion_leads=True
        ) as scene:
            while not scene.events(ReplyDone):  # all of it is sent; it is still being played
                await scene.quiet(0.1)
            text = (Part("input_text", "yes please"),)
            scene.session.add_item(Item("item_typed", "message", Role.LEARNER, "completed", text))
            scene.session.request_reply(ReplyOptions())
            await scene.quiet(10)
        return scene

    greeting, answer, *_ = tutor_said(run(talk()))
    assert greeting.startswith("Hello!") and answer.startswith("Great, let's go.")


def test_after_a_long_noise_the_lesson_tutor_takes_up_its_thread() -> None:
    async def talk() -> Scene:
        async with Scene(
            ears=NullEars("yes", ""),
            mind=LessonTutor(),
            companion=DEMO.companion,
            lesson=DEMO.lesson,
            companion_leads=True,
        ) as scene:
            await scene.quiet(13)
            await scene.hear(SPEECH)
            await scene.quiet(6)
            await scene.hear(SPEECH)  # a lorry passes
            await scene.quiet(14)
        return scene

    greeting, cut, resumed = tutor_said(run(talk()))
    sentences = ["A fraction is a number", "Picture a pizza", "One slice is", "Shall I go on?"]
    unheard = [one for one in sentences if one not in cut]
    assert unheard and all(one in resumed for one in unheard)
    assert greeting.startswith("Hello!") and "Hello" not in resumed
