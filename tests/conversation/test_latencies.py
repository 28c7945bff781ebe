"""The latencies of `viva.turn.metrics` are what the clock says, with engines that take a known time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from audio.stt.base import SttStream, Transcript
from audio.tts.base import Speech
from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind, NullMouth
from tutor.brain.base import MindEvent, MindRequest
from tutor.conversation import turn_events as t
from tutor.conversation.events import ReplyAudio, TurnMetrics

DISK = 0.03


class Ears(NullEars):
    def __init__(self, seconds: float) -> None:
        super().__init__("It is seven.")
        self.seconds = seconds

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        stream, seconds = super().open(language=language, hints=hints, on_partial=on_partial), self.seconds
        transcribe = stream.transcribe

        async def late() -> Transcript:
            await asyncio.sleep(seconds)
            return await transcribe()

        stream.transcribe = late  # type: ignore[method-assign]
        return stream


class Mind(NullMind):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        await asyncio.sleep(self.seconds)
        async for event in super().reply(request):
            yield event


class Mouth(NullMouth):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        await asyncio.sleep(self.seconds)
        async for piece in super().synthesize(text, voice=voice, speed=speed, language=language):
            yield piece


def one_turn(ears: float, mind: float, mouth: float, silence_ms: int | None) -> Scene:
    async def talk() -> Scene:
        async with Scene(
            ears=Ears(ears), mind=Mind(mind), mouth=Mouth(mouth), silence_ms=silence_ms
        ) as scene:
            scene.journal.seconds = DISK
            await scene.hear(SPEECH)
            await scene.quiet(20)
        return scene

    return run(talk())  # type: ignore[no-any-return]


def moment(scene: Scene, wanted: type[t.Event] | type[t.Effect]) -> float:
    """When turn-taking last heard of, or last decided, such a thing."""
    return max(
        event.at
        for event, effects in scene.steps
        if isinstance(event, wanted) or any(isinstance(effect, wanted) for effect in effects)
    )


@pytest.mark.parametrize(
    ("ears", "mind", "mouth"), [(0.0, 0.0, 0.0), (0.1, 0.05, 0.08), (0.2, 0.9, 0.7), (1.6, 0.4, 0.3)]
)
@pytest.mark.parametrize("silence_ms", [None, 500])
def test_every_latency_counts_from_the_end_of_speech(
    ears: float, mind: float, mouth: float, silence_ms: int | None
) -> None:
    scene = one_turn(ears, mind, mouth, silence_ms)
    ended = next(event.since for event, _ in scene.steps if isinstance(event, t.SpeechPaused))
    paused, transcript = moment(scene, t.SpeechPaused), moment(scene, t.TranscriptReady)
    committed = moment(scene, t.CommitTurn)
    begun = moment(scene, t.Speculate)
    first_sound = next(at for at, event in scene.door.got if isinstance(event, ReplyAudio))
    (metrics,) = scene.events(TurnMetrics)
    assert scene.counter.turns == [metrics] and metrics in scene.journal.changes

    def ms(at: float) -> Any:
        return pytest.approx((at - ended) * 1000, abs=0.11)

    assert transcript == pytest.approx(paused + ears, abs=1e-6)
    assert metrics.transcript_ms == ms(transcript)
    assert metrics.endpoint_ms == ms(committed)
    assert metrics.first_token_ms == ms(begun + mind)
    assert metrics.first_audio_ms == ms(begun + mind + mouth)
    assert metrics.first_sent_ms == ms(first_sound)
    assert first_sound == pytest.approx(max(committed + DISK, begun + mind + mouth), abs=0.002)
    assert committed >= ended + (metrics.endpoint_delay_ms or 0) / 1000 - 1e-3
