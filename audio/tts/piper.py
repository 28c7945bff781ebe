"""piper: the good local mouth, once a voice was pulled (`viva models pull piper-en_US-lessac-medium`). GPL-3.

onnxruntime releases the GIL, so its workers are threads; piper's phonemes come from its own espeak-ng.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError, ModelError
from audio.models import installed_voices
from audio.pcm import Resampler
from audio.pool import Pool, ThreadWorker
from audio.speakable import speakable
from audio.tts.base import Speech, Voice
from audio.tts.timing import estimate_words


class PiperMouth:
    name = "piper"
    sample_rate = 22_050

    def __init__(
        self, models_dir: Path, *, workers: int = 1, on_wait: Callable[[float], None] = lambda _seconds: None
    ) -> None:
        self._models_dir = models_dir
        self._loaded: dict[str, Any] = {}
        self._pool = Pool("piper", workers, lambda: ThreadWorker(self._speak), on_wait=on_wait)

    @property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(_voice(path) for path in installed_voices(self._models_dir))

    async def start(self) -> None:
        if not self.voices:
            raise ModelError(
                f"There is no piper voice in {self._models_dir}; run: viva models pull piper-en_US-lessac-medium"
            )
        await asyncio.to_thread(self._load)
        await self._pool.start()

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        said = speakable(text, language).text
        if not said.strip():
            return
        name = self._voice_for(voice, language)
        pcm: NDArray[np.int16] = await self._pool.run(object(), (said, name, speed))
        words = estimate_words(text, len(pcm) * 1000 / self.sample_rate)
        step = self.sample_rate // 4
        for start in range(0, len(pcm), step):
            yield Speech(pcm[start : start + step], words if start == 0 else ())

    def _voice_for(self, voice: str, language: str) -> str:
        if voice in self._loaded:
            return voice
        code = language.lower().split("-")[0]
        fitting = (known.id for known in self.voices if known.language.lower().startswith(code))
        return next(fitting, next(iter(self._loaded)))

    def _load(self) -> None:
        try:
            from piper import PiperVoice
        except ImportError as error:
            raise EngineError("piper is not installed; run: pip install 'viva[piper]'") from error
        for path in installed_voices(self._models_dir):
            self._loaded[path.stem] = PiperVoice.load(path)

    def _speak(self, job: tuple[str, str, float]) -> NDArray[np.int16]:
        from piper.config import SynthesisConfig

        text, name, speed = job
        voice = self._loaded[name]
        config = SynthesisConfig(length_scale=1.0 / min(max(speed, 0.25), 2.0))
        pieces = [chunk.audio_int16_array for chunk in voice.synthesize(text, syn_config=config)]
        pcm = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        rate = voice.config.sample_rate
        if rate == self.sample_rate:
            return pcm
        resampler = Resampler(rate, self.sample_rate)
        return np.concatenate((resampler.feed(pcm), resampler.flush()))


def _voice(path: Path) -> Voice:
    language, speaker, _ = ([*path.stem.split("-"), "", ""])[:3]
    return Voice(path.stem, f"{speaker.capitalize()} ({language})", language.replace("_", "-"))
