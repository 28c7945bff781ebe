"""The summary on the last page: from the mind, and if it fails from the transcript."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.conversation.scene import COMPANION, SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullMind
from tutor.brain.base import MindEvent, MindRequest, Purpose
from tutor.conversation.events import Ended, Item, Part, ReplyDone, Role
from tutor.conversation.plain_summary import plain_summary
from tutor.conversation.ports import Snapshot
from tutor.errors import MindError


class Forgetful(NullMind):
    """Answers, but fails, hangs or says nothing when it is asked for something of `purposes`."""

    def __init__(self, how: str, *purposes: Purpose) -> None:
        super().__init__("Good. What is a half of a half?")
        self.how, self.purposes = how, purposes

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        if request.purpose not in self.purposes:
            async for event in super().reply(request):
                yield event
        elif self.how == "hang":
            await asyncio.Event().wait()
        elif self.how == "fail":
            raise MindError("the mind is broken")


def talk_with(mind: NullMind, *, speaks: bool = True) -> Scene:
    async def talk() -> Scene:
        async with Scene(mind=mind) as scene:
            if speaks:
                await scene.hear(SPEECH)
            await scene.quiet(8)
        return scene

    return run(talk())  # type: ignore[no-any-return]


@pytest.mark.parametrize("how", ["fail", "hang", "silent"])
def test_a_mind_without_notes_leaves_a_summary_made_from_the_transcript(how: str) -> None:
    scene = talk_with(Forgetful(how, Purpose.NOTES))
    (ended,) = scene.events(Ended)
    assert ended.summary == (
        "You talked with Tess about testing for a minute. Tess's last question was: What is a half of a half?"
    )
    snapshots = [change for change in scene.journal.changes if isinstance(change, Snapshot)]
    assert snapshots[-1].summary == ended.summary


def test_where_nobody_spoke_there_is_no_summary() -> None:
    assert talk_with(Forgetful("hang", Purpose.NOTES), speaks=False).events(Ended) == [Ended("closed", "")]


def test_a_spoken_summary_that_fails_is_a_farewell_and_not_what_is_kept() -> None:
    async def talk() -> Scene:
        companion = replace(COMPANION, duration_minutes=5)
        async with Scene(companion=companion, mind=Forgetful("fail", Purpose.SUMMARY)) as scene:
            await scene.talk_until_ended()
        return scene

    scene = run(talk())
    assert scene.events(ReplyDone)[-1].items[0].text.endswith("Goodbye!")
    assert [(event.reason, event.summary) for event in scene.events(Ended)] == [
        ("finished", "This is the notes.")
    ]


def said(role: Role, text: str) -> Item:
    return Item(text[:8], "message", role, parts=(Part("output_audio", text),))


@pytest.mark.parametrize(
    ("texts", "language", "end"),
    [
        (("What is a half? Think of a pizza.",), "en", "Tess's last question was: What is a half?"),
        (("Is it one? Or two?", "Well done."), "en-GB", "Tess's last question was: Or two?"),
        (("Well done.",), "en", "for 12 minutes."),
        (("Long " * 50 + "?",), "en", "for 12 minutes."),
        ((), "de", "12 Minuten lang."),
    ],
)
def test_a_plain_summary_names_topic_time_and_the_last_question(
    texts: tuple[str, ...], language: str, end: str
) -> None:
    items = [said(Role.TUTOR, text) for text in texts] + [said(Role.LEARNER, "Really?")]
    assert plain_summary(COMPANION, language, items, 700.0).endswith(end)
