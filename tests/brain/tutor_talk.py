"""Whole conversations with the built-in tutor, as the session would have them."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion
from lms_core.courses import Lesson
from storage.demo import demo_lessons
from tutor.brain.base import Message, MindRequest, Purpose, Show
from tutor.brain.lesson_plan import lesson_plan
from tutor.brain.lesson_tutor import respond

DEMOS = {demo.companion.slug: demo for demo in demo_lessons()}
ADA, MILO, NORA = "ada-fractions", "milo-photosynthesis", "nora-seasons"
MARKDOWN = re.compile(r"[*`#|\[\]{}<>]|(?<!\w)_|_(?!\w)")


@dataclass
class Talk:
    """A conversation as the session would have it."""

    companion: Companion
    lesson: Lesson | None
    memory: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    shown: list[Show] = field(default_factory=list)

    def ask(self, purpose: Purpose, **options: Any) -> str:
        request = MindRequest(
            purpose, self.companion, self.lesson, tuple(self.messages), self.memory, **options
        )
        response = respond(request)
        self.memory = json.loads(json.dumps(response.memory))
        self.shown += response.shows
        said = " ".join(response.sentences)
        self.messages.append(Message("tutor", said))
        return said

    def say(self, words: str, purpose: Purpose = Purpose.ANSWER, **options: Any) -> str:
        self.messages.append(Message("learner", words))
        return self.ask(purpose, **options)

    def cut(self, after: str) -> None:
        """The learner interrupts; the last reply was heard up to and with `after`."""
        last = self.messages[-1]
        heard = last.text[: last.text.index(after) + len(after)]
        self.messages[-1] = replace(last, text=heard, interrupted=True)

    @property
    def state(self) -> dict[str, Any]:
        return self.memory["lesson_tutor"]  # type: ignore[no-any-return]

    @property
    def item(self) -> QuizItem | None:
        if self.state.get("pending") != "question" or self.lesson is None:
            return None
        return lesson_plan(self.lesson).questions[self.state["question"]].item


def talk(slug: str = ADA, *, lesson: bool = True, greeted: bool = True) -> Talk:
    demo = DEMOS[slug]
    begun = Talk(demo.companion, demo.lesson if lesson else None)
    if greeted:
        begun.ask(Purpose.GREETING)
    return begun


def until_question(begun: Talk, *, kind: QuizKind | None = None) -> QuizItem:
    """Say yes, and answer rightly, until a question of the kind is asked."""
    for _ in range(80):
        item = begun.item
        if item is not None and kind in (None, item.kind):
            return item
        begun.say("yes" if item is None else item.answer)
    raise AssertionError("no such question was asked")


def is_speakable(said: str) -> bool:
    return bool(said.strip()) and not MARKDOWN.search(said) and said.count("?") <= 1
