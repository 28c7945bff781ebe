"""What makes Viva's turn-taking its own, seen from end to end on virtual time."""

from dataclasses import replace

import numpy as np

from tests.conversation.scene import COMPANION, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tutor.brain.base import Phase, Purpose
from tutor.conversation.endpointing import PauseProfile
from tutor.conversation.events import Ended, ReplyAudio, StateChanged, TranscriptCompleted
from tutor.conversation.ports import Restored, Snapshot

SPEECH = read_wav("goforward")
LONG = "One two three four five six seven eight nine ten. " * 8


def test_a_learner_who_was_cut_off_is_answered_as_if_both_parts_were_one_turn() -> None:
    async def talk() -> Scene:
        ears = NullEars("I think a fraction is a part", "of a whole thing you know")
        async with Scene(ears=ears, mind=NullMind(LONG)) as scene:
            await scene.hear(SPEECH)
            while not scene.events(ReplyAudio):
                await scene.quiet(0.1)
            await scene.hear(SPEECH)
            await scene.quiet(4)
        return scene

    scene = run(talk())
    messages = [request for request in scene.mind.requests if request.purpose is Purpose.ANSWER][-1].messages
    assert [message.role for message in messages] == ["learner", "learner"]
    assert scene.session._turns.pauses.count > 0, "the pause that was cut off was not learnt from"


def delay_with(pauses: PauseProfile) -> float:
    async def talk() -> Scene:
        restored = Restored((), Snapshot(pauses=pauses.to_json()))
        async with Scene(ears=NullEars("so then the"), restored=restored) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(8)
        return scene

    (metrics,) = run(talk()).counter.turns
    assert metrics.endpoint_delay_ms is not None
    return metrics.endpoint_delay_ms


def test_a_learner_whose_pauses_were_long_in_earlier_sessions_is_waited_for_longer() -> None:
    slow = PauseProfile()
    for _ in range(20):
        slow = slow.learn(4.0)
    assert delay_with(slow) > 1.3 * delay_with(PauseProfile())


def test_the_companions_duration_is_a_plan_that_is_kept() -> None:
    async def talk() -> Scene:
        companion = replace(COMPANION, duration_minutes=5)
        async with Scene(companion=companion, companion_leads=True) as scene:
            for _ in range(40):
                await scene.quiet(8)
                if scene.events(Ended):
                    break
                await scene.hear(SPEECH)
        return scene

    scene = run(talk())
    purposes = list(dict.fromkeys(request.purpose for request in scene.mind.requests))
    assert purposes[0] is Purpose.GREETING
    assert [one for one in purposes if one in (Purpose.ANSWER, Purpose.WRAP_UP, Purpose.SUMMARY)] == [
        Purpose.ANSWER, Purpose.WRAP_UP, Purpose.SUMMARY,
    ]  # fmt: skip
    phases = list(dict.fromkeys(event.phase for event in scene.events(StateChanged)))
    assert phases[:4] == [Phase.OPENING, Phase.BODY, Phase.WRAP_UP, Phase.SUMMARY]
    (ended,) = scene.events(Ended)
    assert (ended.reason, ended.summary) == ("finished", "This is the summary.")
    at = next(at for at, event in scene.door.got if event is ended)
    assert 4 * 60 < at < 5.5 * 60


def test_a_turn_without_end_is_answered_after_a_minute_and_a_half() -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("and then because")) as scene:
            sound = np.concatenate([SPEECH[4000:-4000]] * 60)[: 16_000 * 100]
            await scene.hear(sound)
            await scene.quiet(3)
        return scene

    heard = run(talk()).events(TranscriptCompleted)
    assert heard and 85 < heard[0].seconds < 95


def test_words_typed_in_the_middle_of_a_reply_stop_it_and_are_answered() -> None:
    async def talk() -> Scene:
        async with Scene(mind=NullMind(LONG)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            scene.session.type_text("What is a half?")
            await scene.quiet(3)
        return scene

    scene = run(talk())
    last = [request for request in scene.mind.requests if request.purpose is Purpose.ANSWER][-1]
    assert last.messages[-1].text == "What is a half?"
    assert last.messages[-2].role == "tutor" and last.messages[-2].interrupted
