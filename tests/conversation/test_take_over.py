"""A teacher takes over by voice: the companion is silent, the learner hears the teacher, all is written down."""

import asyncio

import numpy as np
import pytest

from lms_core.errors import Conflict
from tests.conversation.scene import SPEECH, FakeSupervisor, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tutor.brain.base import Phase, Purpose
from tutor.conversation.events import (
    Ended,
    ItemDone,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    ReplyItemStarted,
    Role,
    SpeechStarted,
    Supervised,
)
from tutor.conversation.supervised import TEACHER_LOST

LONG = "One two three four five six seven eight nine ten. " * 5


async def teach(scene: Scene, teacher: FakeSupervisor, sound: np.ndarray = SPEECH) -> None:
    """The teacher speaks, at real speed, and then pauses; the learner's microphone is open meanwhile."""
    wide = np.repeat(sound, 3)[::2]  # 16 to 24 kHz, good enough for a detector of speech
    for start in range(0, len(wide), 480):
        scene.session.teacher_speaks(teacher, wide[start : start + 480].astype("<i2").tobytes())
        await scene.quiet(0.02)
    for _ in range(60):
        scene.session.teacher_speaks(teacher, bytes(960))
        await scene.quiet(0.02)


def taken_over(scene: Scene) -> FakeSupervisor:
    """By a teacher who just came."""
    scene.session.join(scene.teacher)
    scene.session.take_over(scene.teacher)
    return scene.teacher


def said(scene: Scene) -> list[tuple[Role | None, str]]:
    return [(item.role, item.text) for item in scene.session.history.items if item.text]


def test_the_companion_falls_silent_and_the_history_keeps_what_was_heard() -> None:
    async def talk() -> None:
        async with Scene(mind=NullMind(LONG)) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.hear(SPEECH)
            await scene.quiet(4)
            scene.session.take_over(teacher)
            sent = len(scene.events(ReplyAudio))
            await scene.quiet(5)
            assert len(scene.events(ReplyAudio)) == sent, "not one sample more"
            assert scene.events(SpeechStarted)[-1:] != scene.events(SpeechStarted)[:1], (
                "the client is told to be silent"
            )
            (done,) = scene.events(ReplyDone)
            assert done.status == "cancelled" and 0 < len(done.items[0].text) < len(LONG)
            assert scene.events(Supervised)[-1] == Supervised("speaking", ("Mr Okafor",))

    run(talk())


def test_the_teacher_is_heard_and_written_down_and_so_is_the_learner_and_nobody_else_speaks() -> None:
    async def talk() -> Scene:
        ears = NullEars("halves are equal", "oh I see")
        async with Scene(ears=ears, companion_leads=True) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(6)
            scene.session.take_over(teacher)
            before = len(scene.events(ReplyAudio))
            await teach(scene, teacher)
            assert len(scene.events(ReplyAudio)) > before
            await scene.hear(SPEECH)
            await scene.quiet(60)  # no reply, and no "take your time"
            assert said(scene)[1:] == [(Role.TEACHER, "halves are equal"), (Role.LEARNER, "oh I see")]
            assert [item.item.role for item in scene.events(ItemDone)][-2:] == [Role.TEACHER, Role.LEARNER]
            scene.session.hand_back(teacher)
            await scene.quiet(6)
            assert said(scene)[3:] == [(Role.TUTOR, "This is the hand_back. ")]
            assert scene.events(Supervised)[-1].mode == "listening"
        return scene

    scene = run(talk())
    (bridge,) = [one for one in scene.mind.requests if one.purpose is Purpose.HAND_BACK]
    assert [message.role for message in bridge.messages] == ["tutor", "teacher", "learner"]


def test_hand_back_in_mid_sentence_waits_for_its_words() -> None:
    async def talk() -> None:
        async with Scene(ears=NullEars("halves are equal")) as scene:
            teacher = taken_over(scene)
            spoken = asyncio.create_task(teach(scene, teacher))
            await asyncio.sleep(1.2)
            scene.session.hand_back(teacher)
            with pytest.raises(Conflict):
                scene.session.take_over(teacher)
            await spoken
            await scene.quiet(4)
            assert [role for role, _ in said(scene)] == [Role.TEACHER, Role.TUTOR]

    run(talk())


def test_a_learner_who_speaks_at_the_hand_back_is_answered() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            teacher = taken_over(scene)
            await scene.hear(SPEECH[:20_000])
            scene.session.hand_back(teacher)
            await scene.hear(SPEECH[20_000:])
            await scene.quiet(8)
            assert [role for role, _ in said(scene)] == [Role.LEARNER, Role.TUTOR]
        return scene

    assert Purpose.HAND_BACK not in [one.purpose for one in run(talk()).mind.requests]


def test_if_the_teachers_link_is_lost_the_companion_goes_on_by_itself() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            teacher = taken_over(scene)
            scene.session.leave(teacher)
            await scene.quiet(TEACHER_LOST - 1)
            assert said(scene) == []
            await scene.quiet(4)
            assert [role for role, _ in said(scene)] == [Role.TUTOR]
            assert scene.events(Supervised)[-1].mode == "nobody"

    run(talk())


def test_a_teacher_who_comes_back_in_time_keeps_the_floor() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            first, again = FakeSupervisor(), FakeSupervisor()
            scene.session.join(first)
            scene.session.take_over(first)
            scene.session.leave(first)
            await scene.quiet(TEACHER_LOST - 1)
            scene.session.join(again)
            scene.session.take_over(again)
            await scene.quiet(TEACHER_LOST + 2)
            assert said(scene) == [] and scene.session.supervised.mode == "speaking"

    run(talk())


def test_one_teacher_at_a_time() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            one, other = FakeSupervisor("A"), FakeSupervisor("B")
            scene.session.join(one)
            scene.session.join(other)
            scene.session.take_over(one)
            with pytest.raises(Conflict):
                scene.session.take_over(other)
            with pytest.raises(Conflict):
                scene.session.hand_back(other)
            await teach(scene, other)
            assert not scene.events(ReplyItemStarted)

    run(talk())


def test_a_lost_link_of_the_learners_loses_no_word_of_the_teachers() -> None:
    async def talk() -> None:
        async with Scene(ears=NullEars("halves are equal")) as scene:
            teacher = taken_over(scene)
            spoken = asyncio.create_task(teach(scene, teacher))
            await asyncio.sleep(1.5)
            await scene.reconnect(1)
            await spoken
            await scene.quiet(3)
            roles = {role for role, _ in said(scene)}
            assert roles == {Role.TEACHER}
            assert all(done.item.role is Role.TEACHER for done in scene.events(ReplyItemDone))

    run(talk())


def test_the_time_is_up_also_while_a_teacher_speaks() -> None:
    async def talk() -> Scene:
        async with Scene(companion_leads=True) as scene:
            teacher = taken_over(scene)
            await asyncio.sleep(11 * 60)
            assert scene.events(Ended)[0].reason == "finished" and teacher.events(Ended)
        return scene

    assert Purpose.SUMMARY not in [one.purpose for one in run(talk()).mind.requests]


def test_a_hand_back_while_the_learner_is_away_sums_up_to_nobody() -> None:
    async def talk() -> None:
        async with Scene(companion_leads=True) as scene:
            teacher = taken_over(scene)
            await asyncio.sleep(9.7 * 60)
            assert scene.session.phase is Phase.SUMMARY
            scene.session.detach(scene.door)
            scene.session.hand_back(teacher)
            await asyncio.sleep(20)
            assert scene.session.ended is None
            await scene.reconnect(1)
            await scene.quiet(10)
            assert [ended.summary.strip() for ended in scene.events(Ended)] == ["This is the summary."]

    run(talk())


def test_a_text_to_say_waits_for_a_pause_and_is_said_word_by_word() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            await scene.hear(SPEECH[:20_000])
            scene.session.say("Please look at the board.")
            await scene.hear(SPEECH[20_000:])
            await scene.quiet(14)
            texts = [text.strip() for _, text in said(scene)]
            assert texts[-1] == "Please look at the board." and len(texts) == 3
            scene.session.say("Well done.")
            await scene.quiet(4)
            assert said(scene)[-1] == (Role.TUTOR, "Well done.")

    run(talk())


def test_nobody_hears_what_is_to_be_said_while_the_learner_is_away() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            scene.session.detach(scene.door)
            with pytest.raises(Conflict):
                scene.session.say("Hello?")

    run(talk())
