"""What makes Viva's turn-taking its own, seen from end to end on virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.stt.base import SttStream
from storage.database import Database
from storage.sessions import SessionStore
from storage.writer import SessionWriter
from tests.conversation.scene import COMPANION, SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.storage.rows import learner_with_sessions
from tutor.brain.base import MindEvent, MindRequest, Phase, Purpose
from tutor.conversation.endpointing import PauseProfile
from tutor.conversation.events import (
    Ended,
    ReplyAudio,
    ReplyDone,
    ReplyOptions,
    Role,
    SpeechDropped,
    SpeechStarted,
    State,
    StateChanged,
    TranscriptCompleted,
)
from tutor.conversation.ports import Change, Restored, Snapshot
from tutor.journal import DatabaseJournal

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
    assert scene.session._taking.turns.pauses.count > 0, "the pause that was cut off was not learnt from"


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
            await scene.talk_until_ended()
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


class Echo(NullEars):
    """Recognises `partials` in mid-speech, one at every third of a second, besides the final texts."""

    def __init__(self, *texts: str, partials: tuple[str, ...] = ()) -> None:
        super().__init__(*texts)
        self.partials = partials

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        stream, left = (
            super().open(language=language, hints=hints, on_partial=on_partial),
            list(self.partials),
        )
        feed, fed = stream.feed, 0

        def told(pcm: NDArray[np.int16]) -> None:
            nonlocal fed
            feed(pcm)
            fed += len(pcm)
            if on_partial is not None and left and fed > 16_000 / 3:
                fed = 0
                on_partial(left.pop(0))

        stream.feed = told  # type: ignore[method-assign]
        return stream


def sound_over_the_first_words(ears: NullEars, seconds: float) -> Scene:
    """The first words come back through the loudspeaker, before the client's echo canceller has learnt."""

    async def talk() -> Scene:
        async with Scene(ears=ears, mind=NullMind(LONG)) as scene:
            scene.session.request_reply(ReplyOptions())
            while not scene.events(ReplyAudio):
                await scene.quiet(0.02)
            await scene.hear(SPEECH[4000:][: int(16_000 * seconds)])
            await scene.quiet(30)
        return scene

    return run(talk())  # type: ignore[no-any-return]


def test_an_echo_of_the_first_words_neither_stops_nor_pauses_the_companion() -> None:
    scene = sound_over_the_first_words(Echo(""), 0.5)
    assert [done.status for done in scene.events(ReplyDone)][:1] == ["completed"]
    assert scene.events(SpeechStarted) == [] and scene.counter.barge_ins == {True: 0, False: 0}


def test_recognised_words_interrupt_even_the_first_words() -> None:
    scene = sound_over_the_first_words(Echo("stop please", partials=("stop", "stop please")), 0.9)
    assert scene.events(ReplyDone)[0].status == "cancelled"
    assert [event.text for event in scene.events(TranscriptCompleted)] == ["stop please"]


def test_a_learner_who_goes_on_while_the_companion_thinks_is_answered_once_and_to_all_of_it() -> None:
    class Thinking(NullMind):
        async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
            await asyncio.sleep(4)
            async for event in super().reply(request):
                yield event

    async def talk() -> Scene:
        mind = Thinking("Well then.")
        async with Scene(ears=NullEars("What is a half?", "And why is it more?"), mind=mind) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(1.6)
            assert scene.events(StateChanged)[-1].state is State.THINKING
            await scene.hear(SPEECH)
            await scene.quiet(15)
        return scene

    scene = run(talk())
    unheard, answer = scene.events(ReplyDone)
    assert (unheard.status, unheard.items, answer.status) == ("cancelled", (), "completed")
    assert [item.text.strip() for item in answer.items] == ["Well then."]
    asked = [request for request in scene.mind.requests if request.purpose is Purpose.ANSWER]
    assert [message.text for message in asked[-1].messages] == ["What is a half?", "And why is it more?"]
    assert len(scene.events(TranscriptCompleted)) == 2


def test_words_typed_in_mid_speech_are_the_turn_and_the_sound_is_forgotten() -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("never heard")) as scene:
            await scene.hear(SPEECH[:16_000])
            scene.session.type_text("I cannot speak here.")
            await scene.hear(SPEECH[16_000:])
            await scene.quiet(12)
        return scene

    scene = run(talk())
    learner = [item.text for item in scene.session.history.items if item.role is Role.LEARNER]
    assert learner[0] == "I cannot speak here."
    assert len(scene.events(SpeechDropped)) >= 1
    assert [done.status for done in scene.events(ReplyDone)].count("completed") == len(
        scene.events(ReplyDone)
    )
    assert len(scene.events(ReplyDone)) == len(learner)


def test_the_pauses_learnt_in_one_session_are_known_in_the_next_one_through_the_database(
    tmp_path: Path,
) -> None:
    slow = PauseProfile()
    for _ in range(20):
        slow = slow.learn(4.0)

    async def first_session() -> Scene:
        async with Scene(restored=Restored((), Snapshot(pauses=slow.to_json()))) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(6)
        return scene

    async def through_the_database(changes: list[Change]) -> dict[str, Any]:
        database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
        await database.migrate()
        try:
            learner = await learner_with_sessions(database, "sess_1")
            writer = SessionWriter(database)
            writing = asyncio.create_task(writer.run())
            await DatabaseJournal(writer).commit("sess_1", changes)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            return await SessionStore(database).last_pauses(learner.id)
        finally:
            await database.aclose()

    pauses = asyncio.run(through_the_database(run(first_session()).journal.changes))
    assert delay_with(PauseProfile.from_json(pauses)) > 1.3 * delay_with(PauseProfile())
