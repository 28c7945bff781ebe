"""The order of the protocol holds however slow the disk is; `Scene` checks it in every test, here it is hard to keep."""

import pytest

from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tutor.conversation.events import ReplyDone, ReplyOptions, ReplyStarted
from tutor.conversation.ports import ItemSaved

MURMUR = read_wav("cards_001")[4000:10000]
LONG = "One two three four five six seven eight nine ten. " * 8


def said(scene: Scene) -> str:
    return " ".join(item.text for done in scene.events(ReplyDone) for item in done.items)


@pytest.mark.parametrize("disk", [0.002, 0.3, 2.5])
@pytest.mark.parametrize("murmurs", [1, 3])
def test_a_resumed_reply_begins_after_the_end_of_the_stopped_one_and_no_word_is_lost(
    disk: float, murmurs: int
) -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("first", *["mm-hm"] * murmurs), mind=NullMind(LONG)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            scene.journal.seconds = disk
            for _ in range(murmurs):
                await scene.hear(MURMUR)
                await scene.quiet(1.5)
            await scene.quiet(30)
        return scene

    scene = run(talk())
    assert said(scene).split() == LONG.split()
    assert scene.events(ReplyDone)[-1].status == "completed"


def test_an_interruption_while_the_stopped_response_is_still_being_saved_ends_the_reply() -> None:
    async def talk() -> Scene:
        async with Scene(
            ears=NullEars("first", "mm-hm", "stop, I have a question"), mind=NullMind(LONG)
        ) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            scene.journal.seconds = 3.0
            await scene.hear(MURMUR)
            await scene.quiet(0.8)
            await scene.hear(SPEECH)
            await scene.quiet(40)
        return scene

    scene = run(talk())
    assert scene.counter.barge_ins == {True: 1, False: 1}
    assert [done.status for done in scene.events(ReplyDone)] == ["cancelled", "completed"]


def test_a_reply_that_is_cancelled_before_it_began_is_told_after_the_end_of_the_one_before() -> None:
    async def talk() -> Scene:
        async with Scene(mind=NullMind(LONG)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            scene.journal.seconds = 2.0
            scene.session.cancel_reply()
            scene.session.request_reply(ReplyOptions())
            scene.session.cancel_reply()
            await scene.quiet(10)
        return scene

    scene = run(talk())
    assert [done.status for done in scene.events(ReplyDone)] == ["cancelled", "cancelled"]
    assert len(scene.events(ReplyStarted)) == 2


@pytest.mark.parametrize("cancels", [False, True])
def test_words_typed_before_the_reply_to_earlier_ones_began_take_its_place(cancels: bool) -> None:
    async def talk() -> Scene:
        async with Scene(mind=NullMind("Well.")) as scene:
            scene.journal.seconds = 0.8
            scene.session.type_text("What is a half?")
            if cancels:
                scene.session.cancel_reply()
            scene.session.type_text("And a quarter?")
            await scene.quiet(8)
        return scene

    expected = ["cancelled", "completed"] if cancels else ["completed"]
    assert [done.status for done in run(talk()).events(ReplyDone)] == expected


def test_a_new_client_hears_nothing_of_what_was_made_for_the_lost_one() -> None:
    async def talk() -> Scene:
        async with Scene(mind=NullMind(LONG)) as scene:
            scene.journal.seconds = 0.8
            scene.session.request_reply(ReplyOptions(out_of_band=True))
            await scene.quiet(1.5)
            scene.session.type_text("What is a half?")
            await scene.quiet(0.1)
            await scene.reconnect(0.2)
            await scene.quiet(30)
        return scene

    scene = run(talk())
    (answer,) = scene.events(ReplyDone)
    assert answer.status == "completed" and not answer.options.out_of_band
    assert scene.session.history.items[-1].text == LONG + " "
    assert any(
        change.item.text == "What is a half?"
        for change in scene.journal.changes
        if isinstance(change, ItemSaved)
    )
