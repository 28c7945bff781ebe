"""The built-in lesson tutor: teaches from the lesson, asks, judges, hints and sums up, without any model.

A pure function from request and memory to sentences and new memory (`respond`), in the skin of a `Mind`.
It varies its phrases by counters in the memory, so the same talk is always the same. Client instructions
cannot be followed by rules and are left aside.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.brain.base import Message, MindEvent, MindRequest, Purpose, Remember, Show, TextDelta
from tutor.brain.intents import POINTING, Intent, understand
from tutor.brain.lesson_plan import lesson_plan
from tutor.brain.lesson_state import LessonState
from tutor.brain.lesson_talk import LessonTalk
from tutor.brain.lesson_voice import minutes
from tutor.brain.lesson_whispers import follow
from tutor.brain.no_lesson import NoLessonTalk

_WORDS_CHARS = 2000
"""More than a minute of speech; what comes before is left aside."""
_STAND_ALONE = (Intent.DEFINE, Intent.WHY, Intent.HOW)


@dataclass(frozen=True, slots=True)
class Response:
    """At least one sentence; `memory` is for the next request."""

    sentences: tuple[str, ...]
    shows: tuple[Show, ...]
    memory: Mapping[str, Any]


class LessonTutor:
    """A `Mind` without a model; keeps nothing between requests."""

    name = "lesson"

    async def start(self) -> None:
        """Nothing to load."""

    async def warm_up(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def reply(self, request: MindRequest) -> AsyncGenerator[MindEvent, None]:
        """See `Mind.reply`. One `TextDelta` a sentence, so that speech begins with the first; never fails."""
        response = respond(request)
        for show in response.shows:
            yield show
        last = len(response.sentences) - 1
        for place, sentence in enumerate(response.sentences):
            yield TextDelta(sentence if place == last else f"{sentence} ")
        yield Remember(response.memory)


def respond(request: MindRequest) -> Response:
    """The reply to a request. Pure: the request's memory is not changed."""
    lesson = request.lesson
    talk: LessonTalk | NoLessonTalk
    if lesson is None:
        state = LessonState.of(request.memory, "", 0, 0)
        talk = NoLessonTalk(request, state)
    else:
        plan = lesson_plan(lesson)
        state = LessonState.of(request.memory, lesson.id, len(plan.chunks), len(plan.questions))
        talk = LessonTalk(request, plan, state)
    if request.purpose is Purpose.BACK_CHANNEL:
        talk.voice.say("back_channel")
        return Response(tuple(talk.voice.reply()), (), state.within(request.memory))
    _speak(request, talk)
    sentences = talk.voice.reply()
    state.spoken, state.core = sentences, talk.voice.core
    return Response(tuple(sentences), tuple(talk.voice.shows), state.within(request.memory))


def _speak(request: MindRequest, talk: LessonTalk | NoLessonTalk) -> None:
    words = learner_words(request.messages)
    match request.purpose:
        case Purpose.GREETING:
            talk.greet()
        case Purpose.HINT:
            if not follow(request.whispers, talk, None):
                talk.nudge()
        case Purpose.SUMMARY:
            talk.summary(words)
        case Purpose.HAND_BACK:
            if not follow(request.whispers, talk, None):
                talk.go_on()
        case Purpose.NOTES:
            talk.notes()
        case Purpose.GOODBYE:
            talk.goodbye()
        case purpose:
            if purpose is Purpose.WRAP_UP:
                talk.voice.aside = ("time_aside", {"minutes": minutes(request.remaining_minutes)})
            if not follow(request.whispers, talk, words):
                talk.answer(words)


def learner_words(messages: tuple[Message, ...]) -> str | None:
    """What the learner said since the companion last spoke; None if nothing.

    Pieces of one answer belong together, but a question that comes after something unanswered stands for itself.
    """
    said: list[str] = []
    for message in reversed(messages):
        if message.role == "teacher" or (message.role == "tutor" and not message.tool_name):
            break
        if message.role == "learner":
            said.append(message.text)
    if len(said) > 1:
        latest = understand(said[0])
        if latest.intent in _STAND_ALONE and latest.topic not in POINTING:
            said = said[:1]
    return " ".join(reversed(said))[-_WORDS_CHARS:] if said else None
