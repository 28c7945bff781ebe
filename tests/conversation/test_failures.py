"""Engines that fail or hang in mid-session: tried again, then the companion says so, and the session goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from audio.errors import EngineError
from audio.stt.base import SttStream, Transcript
from audio.tts.base import Speech
from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind, NullMouth
from tests.speech import read_wav
from tutor.brain.base import MindEvent, MindRequest, TextDelta
from tutor.conversation.events import (
    ReplyAudio,
    ReplyDone,
    Role,
    TranscriptCompleted,
    TranscriptFailed,
    Trouble,
)
from tutor.errors import MindError

ANSWER = "That is a good answer."


class Moods:
    """What happens at each call: "ok", "fail" or "hang"; "ok" when the list is over."""

    def __init__(self, *moods: str) -> None:
        self.moods = list(moods)
        self.calls = 0

    async def __call__(self, error: Exception) -> None:
        self.calls += 1
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood == "fail":
            raise error
        if mood == "bug":
            raise LookupError("a secret path")
        if mood == "hang":
            await asyncio.Event().wait()


class MoodyEars(NullEars):
    def __init__(self, *moods: str) -> None:
        super().__init__("first words", "second words", "third words")
        self.mood = Moods(*moods)

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        stream, mood = super().open(language=language, hints=hints, on_partial=on_partial), self.mood
        transcribe = stream.transcribe

        async def moody() -> Transcript:
            await mood(EngineError("ears are broken"))
            return await transcribe()

        stream.transcribe = moody  # type: ignore[method-assign]
        return stream


class MoodyMind(NullMind):
    def __init__(self, *moods: str, after: int = 0) -> None:
        """`after`: words that are said before the mood shows."""
        super().__init__(ANSWER)
        self.mood, self.after = Moods(*moods), after

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        for _ in range(self.after):
            yield TextDelta("Well. ")
        await self.mood(MindError("the mind is broken"))
        async for event in super().reply(request):
            yield event


class MoodyMouth(NullMouth):
    def __init__(self, *moods: str) -> None:
        self.mood = Moods(*moods)

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        await self.mood(EngineError("mouth is broken"))
        async for piece in super().synthesize(text, voice=voice, speed=speed, language=language):
            yield piece


def two_turns(**engines: Any) -> Scene:
    """The learner speaks, waits long enough for anything to be given up, and speaks again."""

    async def talk() -> Scene:
        async with Scene(**engines) as scene:
            for _ in range(2):
                await scene.hear(SPEECH)
                await scene.quiet(45)
        return scene

    return run(talk())  # type: ignore[no-any-return]


def said(scene: Scene) -> list[str]:
    return ["".join(item.text for item in done.items).strip() for done in scene.events(ReplyDone)]


def heard(scene: Scene) -> list[str]:
    return [event.text for event in scene.events(TranscriptCompleted)]


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_ears_that_stumble_once_are_asked_again_and_nobody_notices(mood: str) -> None:
    scene = two_turns(ears=MoodyEars(mood), mind=NullMind(ANSWER))
    assert len(heard(scene)) == 2 and said(scene) == [ANSWER, ANSWER]
    assert scene.counter.failures == []


@pytest.mark.parametrize("mood", [1, 2])
def test_an_engine_of_somebody_elses_that_breaks_its_promise_is_a_failed_one(mood: int) -> None:
    """It raises what no engine should; the learner is not left in silence."""
    broken = ["bug"] * 2
    scene = two_turns(ears=MoodyEars(*broken[:mood]), mind=NullMind(ANSWER))
    assert said(scene)[-1] == ANSWER and len(said(scene)) == 2
    scene = two_turns(mind=MoodyMind("bug"))
    assert said(scene) == [EXCUSE, ANSWER]
    assert "secret" not in str(scene.door.got)
    scene = two_turns(mouth=MoodyMouth(*broken), mind=NullMind(ANSWER))
    assert said(scene) == [ANSWER, ANSWER] and scene.events(Trouble) == []


@pytest.mark.parametrize(("seconds", "until"), [(2, 9), (60, 130)])
def test_the_ears_get_the_time_that_the_operator_gives_them(seconds: float, until: float) -> None:
    async def talk() -> Scene:
        async with Scene(ears=MoodyEars("hang", "hang"), hearing_seconds=seconds) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(2 * seconds)
            assert scene.events(TranscriptFailed) == []
            await scene.quiet(until - 2 * seconds)
        return scene

    assert said(run(talk())) == ["I'm sorry, I could not hear that properly. Could you say it again?"]


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_ears_that_fail_twice_make_the_companion_say_so(mood: str) -> None:
    scene = two_turns(ears=MoodyEars(mood, mood), mind=NullMind(ANSWER))
    assert len(scene.events(TranscriptFailed)) == 1
    assert said(scene) == ["I'm sorry, I could not hear that properly. Could you say it again?", ANSWER]
    assert scene.counter.failures == ["ears"]
    assert scene.events(Trouble) == []


def test_ears_that_fail_over_a_reply_do_not_stop_it() -> None:
    long = "One two three four five six seven eight nine ten. " * 8

    async def talk() -> Scene:
        async with Scene(ears=MoodyEars("ok", "fail", "fail"), mind=NullMind(long)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            await scene.hear(read_wav("cards_001")[4000:10000])
            await scene.quiet(30)
        return scene

    assert " ".join(said(run(talk()))).split() == long.split()


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_a_mind_that_fails_makes_the_companion_say_so(mood: str) -> None:
    scene = two_turns(mind=MoodyMind(mood))
    assert said(scene) == ["I'm sorry, I lost my train of thought. Could you say that again?", ANSWER]
    assert "mind" in scene.counter.failures
    assert [done.status for done in scene.events(ReplyDone)] == ["completed", "completed"]


def test_a_mind_that_breaks_off_is_not_asked_twice_and_says_so() -> None:
    mind = MoodyMind("fail", after=1)
    scene = two_turns(mind=mind)
    assert said(scene)[0] == "Well.  I'm sorry, I lost my train of thought. Could you say that again?"
    assert mind.mood.calls == 3  # two turns and the summary


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_a_mouth_that_stumbles_once_is_asked_again(mood: str) -> None:
    scene = two_turns(mouth=MoodyMouth(mood), mind=NullMind(ANSWER))
    assert said(scene) == [ANSWER, ANSWER]
    audio = {event.reply_id for event in scene.events(ReplyAudio)}
    assert len(audio) == 2


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_what_a_failing_mouth_cannot_say_is_shown_and_the_session_goes_on(mood: str) -> None:
    scene = two_turns(mouth=MoodyMouth(mood, mood), mind=NullMind(ANSWER))
    assert said(scene) == [ANSWER, ANSWER]
    first, second = scene.events(ReplyDone)
    assert [done.status for done in (first, second)] == ["completed", "completed"]
    assert {event.reply_id for event in scene.events(ReplyAudio)} == {second.reply_id}
    assert scene.counter.failures == ["mouth", "mouth"]


def test_everything_failing_at_once_leaves_a_session_that_still_listens() -> None:
    scene = two_turns(
        ears=MoodyEars("fail", "fail"), mind=MoodyMind("fail"), mouth=MoodyMouth("fail", "fail")
    )
    assert said(scene)[-1].startswith("I'm sorry, I lost my train of thought")
    assert [item.role for item in scene.session.history.items].count(Role.LEARNER) == 1


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_an_end_of_turn_model_that_fails_is_left_out_of_that_turn_and_asked_again_in_the_next(
    mood: str,
) -> None:
    mood_of = Moods(mood)

    async def judge(_sound: object) -> float:
        await mood_of(EngineError("the model is broken"))
        return 0.99

    scene = two_turns(mind=NullMind(ANSWER), end_of_turn=judge)
    first, second = scene.counter.turns
    without, _ = two_turns(mind=NullMind(ANSWER)).counter.turns
    assert said(scene) == [ANSWER, ANSWER]
    assert first.endpoint_delay_ms == without.endpoint_delay_ms
    assert (first.transcript_ms or 0) - (without.transcript_ms or 0) < 310
    assert (second.endpoint_delay_ms or 0) < (without.endpoint_delay_ms or 0)
    assert scene.counter.failures == ["end_of_turn"]


# --- while a reply is only speculation, and over a reply --------------------------------------------------------

EXCUSE = "I'm sorry, I lost my train of thought. Could you say that again?"
LONG = "One two three four five six seven eight nine ten. " * 8


def goes_on_after_a_pause(**engines: Any) -> Scene:
    """A reply is begun in the learner's short pause and thrown away, for the learner goes on."""

    async def talk() -> Scene:
        async with Scene(silence_ms=1800, **engines) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(0.3)
            await scene.hear(SPEECH)
            await scene.quiet(45)
        return scene

    scene = run(talk())
    assert scene.counter.speculations == {True: 1, False: 1}, "there was no lost speculation"
    return scene  # type: ignore[no-any-return]


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_a_mind_or_a_mouth_that_fails_in_a_speculation_that_is_lost_is_not_heard_of(mood: str) -> None:
    for engines in ({"mind": MoodyMind(mood)}, {"mouth": MoodyMouth(mood), "mind": NullMind(ANSWER)}):
        scene = goes_on_after_a_pause(ears=ChangingEars(), **engines)
        assert said(scene) == [ANSWER] and scene.events(Trouble) == []


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_ears_that_stumble_in_the_pause_hear_all_of_it_at_the_end(mood: str) -> None:
    async def talk() -> Scene:
        async with Scene(silence_ms=1800, ears=MoodyEars(mood), mind=NullMind(ANSWER)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(0.3)
            await scene.hear(SPEECH)
            await scene.quiet(45)
        return scene

    scene = run(talk())
    assert said(scene) == [ANSWER] and len(heard(scene)) == 1


class ChangingEars(NullEars):
    """Hears more in a longer utterance."""

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        stream = super().open(language=language, hints=hints, on_partial=on_partial)

        async def longer() -> Transcript:
            return Transcript("It is seven." if stream._samples < 50_000 else "It is seven, no, eight.")  # type: ignore[attr-defined]

        stream.transcribe = longer  # type: ignore[method-assign]
        return stream


def interrupts(*, ears: Any = None, mind: Any, mouth: Any = None) -> Scene:
    """The learner speaks into the middle of the reply."""

    async def talk() -> Scene:
        async with Scene(ears=ears or MoodyEars(), mind=mind, mouth=mouth) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(5)
            await scene.hear(SPEECH)
            await scene.quiet(45)
        return scene

    return run(talk())  # type: ignore[no-any-return]


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_ears_that_fail_at_an_interruption_ask_for_it_again(mood: str) -> None:
    scene = interrupts(ears=MoodyEars("ok", mood, mood), mind=NullMind(LONG))
    cut, excuse = scene.events(ReplyDone)
    assert (cut.status, excuse.status) == ("cancelled", "completed")
    assert said(scene)[1].startswith("I'm sorry, I could not hear that properly.")


@pytest.mark.parametrize("mood", ["fail", "hang"])
def test_a_mind_that_fails_at_an_interruption_says_so(mood: str) -> None:
    mind = MoodyMind("ok", mood)
    mind.answer = LONG
    scene = interrupts(mind=mind)
    assert [done.status for done in scene.events(ReplyDone)] == ["cancelled", "completed"]
    assert said(scene)[1] == EXCUSE


def test_a_mouth_that_hangs_in_mid_reply_does_not_hold_up_an_interruption() -> None:
    scene = interrupts(mind=NullMind(LONG), mouth=MoodyMouth("ok", "hang"))
    cut, answer = scene.events(ReplyDone)
    assert (cut.status, answer.status) == ("cancelled", "completed")
    assert said(scene)[1].split() == LONG.split()
    assert scene.counter.failures == []
