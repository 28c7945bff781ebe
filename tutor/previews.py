"""A companion before there is one: how a voice sounds, and what it would answer."""

import asyncio
import io
import time
import wave
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import numpy as np
import structlog

from audio.errors import AudioError
from audio.tts.base import TextToSpeech, Voice
from lms_core.companions import Companion
from lms_core.courses import Lesson
from lms_core.errors import InvalidInput, TooBusy
from tutor.brain.base import Message, Mind, MindRequest, Purpose, TextDelta
from tutor.errors import MindError
from tutor.speech_load import SpeechLoad

_AT_ONCE = 2
_LONGEST_SECONDS = 30.0  # of waiting, and of sound
_MOST_TOKENS, _MOST_LETTERS = 400, 4000
_log = structlog.get_logger(__name__)


class Previews:
    """Two at a time in the whole process, and none while sessions wait for the speech workers."""

    def __init__(self, mind: Mind, mouth: TextToSpeech, load: SpeechLoad) -> None:
        self._mind, self._mouth, self._load = mind, mouth, load
        self._places = asyncio.Semaphore(_AT_ONCE)

    @property
    def voices(self) -> tuple[Voice, ...]:
        return self._mouth.voices

    def check_voice(self, voice: str) -> None:
        """Raises InvalidInput unless the mouth in use has it; "" is the default one."""
        if voice and voice not in {one.id for one in self.voices}:
            raise InvalidInput(f"There is no voice '{voice}'; GET /api/v1/voices lists them.")

    async def sound(self, text: str, *, voice: str, speed: float, language: str) -> bytes:
        """A WAV file of at most 30 seconds. Raises InvalidInput, TooBusy."""
        self.check_voice(voice)
        if self._load.is_full(time.monotonic()):
            raise TooBusy("The speech workers are busy with sessions; try again later.")
        rate, pieces, samples = self._mouth.sample_rate, [], 0
        async with self._place():
            speech: Any = self._mouth.synthesize(text, voice=voice, speed=speed, language=language)
            async with aclosing(speech):
                async for piece in speech:
                    pieces.append(piece.pcm)
                    samples += len(piece.pcm)
                    if samples > rate * _LONGEST_SECONDS:
                        break
        pcm = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        return _wav(pcm[: int(rate * _LONGEST_SECONDS)].astype("<i2").tobytes(), rate)

    async def answer(self, companion: Companion, lesson: Lesson | None, said: str) -> str:
        """What the companion says to a learner's first words; without any, its greeting. Raises TooBusy."""
        request = MindRequest(
            Purpose.ANSWER if said else Purpose.GREETING, companion, lesson,
            messages=(Message("learner", said),) if said else (),
            remaining_minutes=companion.duration_minutes, max_output_tokens=_MOST_TOKENS,
        )  # fmt: skip
        text = ""
        async with self._place():
            thoughts: Any = self._mind.reply(request)
            async with aclosing(thoughts):
                async for thought in thoughts:
                    text += thought.text if isinstance(thought, TextDelta) else ""
                    if len(text) > _MOST_LETTERS:
                        break
        return text.strip()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._places.locked():
            raise TooBusy("Others are trying companions; try again in a moment.")
        try:
            async with self._places, asyncio.timeout(_LONGEST_SECONDS):
                yield
        except (AudioError, MindError, TimeoutError) as error:
            _log.warning("preview.failed", cause=type(error).__name__)
            raise TooBusy("The companion's voice or mind did not answer; the log says why.") from error


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return file.getvalue()
