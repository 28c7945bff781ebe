"""Teachers follow a talk: what they get, what the learner is told, and whispers that shape what is said next."""

import asyncio

import pytest

from lms_core.errors import TooBusy
from tests.conversation.scene import SPEECH, FakeSupervisor, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars
from tutor.brain.base import Purpose
from tutor.conversation.audience import MOST_SUPERVISORS, LearnerThere, WhisperFollowed
from tutor.conversation.events import ReplyAudio, ReplyDone, Supervised, TranscriptCompleted


def test_the_learner_is_told_who_follows_also_after_a_lost_link() -> None:
    async def talk() -> list[Supervised]:
        async with Scene() as scene:
            teacher, admin = FakeSupervisor("Mr Okafor"), FakeSupervisor("Ms Lind")
            scene.session.join(teacher)
            scene.session.join(admin)
            await scene.reconnect(1)
            told = [*scene.events(Supervised)]
            scene.session.leave(teacher)
            scene.session.leave(admin)
            return told + scene.events(Supervised)[1:]

    assert run(talk()) == [
        Supervised("listening", ("Mr Okafor", "Ms Lind")),
        Supervised("listening", ("Ms Lind",)),
        Supervised("nobody", ()),
    ]


def test_a_supervisor_hears_and_reads_what_the_learner_does() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            reads, hears = FakeSupervisor(listening=False), FakeSupervisor()
            scene.session.join(reads)
            scene.session.join(hears)
            await scene.hear(SPEECH)
            await scene.quiet(8)
            assert hears.events(ReplyAudio) == scene.events(ReplyAudio) != []
            assert reads.events(TranscriptCompleted) == scene.events(TranscriptCompleted) != []
            assert hears.heard >= 2 * len(SPEECH) and reads.heard == 0
            await scene.reconnect(1)
            assert [event.there for event in reads.events(LearnerThere)] == [False, True]

    run(talk())


def test_no_more_than_a_few_follow_at_once() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            for number in range(MOST_SUPERVISORS):
                scene.session.join(FakeSupervisor(f"Teacher {number}"))
            with pytest.raises(TooBusy):
                scene.session.join(FakeSupervisor())

    run(talk())


def test_a_whisper_shapes_the_next_reply_and_no_other() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            scene.session.whisper("ask about halves")
            await scene.hear(SPEECH)
            await scene.quiet(8)
            assert teacher.events(WhisperFollowed) == [WhisperFollowed("ask about halves")]
            await scene.hear(SPEECH)
            await scene.quiet(8)
        return scene

    scene = run(talk())
    told = [request.whispers for request in scene.mind.requests if request.messages[-1].role == "learner"]
    assert told[0] == ("ask about halves",) and told[-1] == ()
    assert len(scene.events(ReplyDone)) == 2


def test_a_whisper_in_the_pause_before_the_answer_still_shapes_it() -> None:
    async def talk() -> Scene:
        async with Scene(silence_ms=2500) as scene:
            await scene.hear(SPEECH)
            while not scene.mind.requests:
                await scene.quiet(0.02)  # until the answer is being prepared
            assert not scene.events(ReplyDone)
            scene.session.whisper("give an example")
            await scene.quiet(8)
        return scene

    scene = run(talk())
    answers = [one for one in scene.mind.requests if one.purpose is Purpose.ANSWER]
    assert [request.whispers for request in answers] == [(), ("give an example",)]
    assert len(scene.events(ReplyDone)) == 1


def test_whispers_that_nobody_follows_do_not_pile_up() -> None:
    async def talk() -> None:
        async with Scene() as scene:
            for number in range(5):
                scene.session.whisper(f"whisper {number}")
            with pytest.raises(TooBusy):
                scene.session.whisper("one more")

    run(talk())


@pytest.mark.parametrize("asks", ["can I talk to my teacher", "Ich möchte mit meiner Lehrerin sprechen."])
def test_a_learner_who_asks_for_their_teacher_has_them_told_once_in_a_while(asks: str) -> None:
    calls: list[float] = []

    async def talk() -> Scene:
        async with Scene(ears=NullEars(asks)) as scene:

            async def call() -> None:
                calls.append(asyncio.get_running_loop().time())

            scene.session.reach_teachers(call)
            for _ in range(2):
                await scene.hear(SPEECH)
                await scene.quiet(8)
        return scene

    answers = [one for one in run(talk()).mind.requests if one.purpose is Purpose.ANSWER]
    assert all(one.teacher_called for one in answers) and len(calls) == 1


def test_where_there_is_no_teacher_nobody_says_that_one_was_called() -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("can I talk to my teacher")) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(8)
        return scene

    assert not any(one.teacher_called for one in run(talk()).mind.requests)
