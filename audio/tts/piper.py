"""piper: the good local mouth, once a voice was pulled (`viva models pull piper-en_US-lessac-medium`).

The package `piper-tts` is GPL-3 and therefore an extra (`pip install -e '.[piper]'`), never bundled; see NOTICE.
onnxruntime releases the GIL, so the workers are threads; phonemes come from the espeak-ng inside piper.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError, ModelError
from audio.models import installed_voices
from audio.pcm import Resampler
from audio.pool import OnJob, Pool, unmeasured
from audio.speakable import Spoken, speakable
from audio.tts.base import Speech, SpokenWord, Voice
from audio.tts.outlet import Outlet, speak
from audio.tts.timing import WordEvents, estimate_words, portions
from audio.workers import ThreadWorker

_SLOWEST, _FASTEST = 0.25, 2.0
_SILENT = 300
"""Amplitude below which the end of a sentence is its pause."""
_PULL = "viva models pull piper-en_US-lessac-medium"


@dataclass(slots=True)
class _Job:
    """One sentence, or a few short ones; its words count from `begin_ms`."""

    spoken: Spoken
    voice: str
    speed: float
    begin_ms: float
    outlet: Outlet


class PiperMouth:
    name = "piper"
    sample_rate = 22_050
    """Voices of other rates (the "low" and "x_low" ones) are resampled."""

    def __init__(
        self,
        models_dir: Path,
        *,
        voice: str = "",
        workers: int = 1,
        on_job: OnJob = unmeasured,
    ) -> None:
        """`voice`: the default one, `en_US-lessac-medium`; empty: US English, else the first installed. `on_job`: see `OnJob`."""
        if voice:
            self.name = f"piper:{voice}"
        self._models_dir = models_dir
        self._default = voice.removeprefix("piper-")
        self._loaded: dict[str, Any] = {}
        self._loading = threading.Lock()
        self._pool = Pool("piper", workers, lambda: ThreadWorker(self._speak), on_job=on_job)

    @property
    def voices(self) -> tuple[Voice, ...]:
        found = (_voice(path) for path in installed_voices(self._models_dir))
        return tuple(sorted(found, key=lambda voice: (voice.id != self._default, voice.language != "en-US")))

    async def start(self) -> None:
        """Loads the default voice; others when they are first wanted, for each takes some 100 MB."""
        voices = self.voices
        if not voices:
            raise ModelError(f"There is no piper voice in {self._models_dir}; run: {_PULL}")
        if self._default and voices[0].id != self._default:
            there = ", ".join(voice.id for voice in voices)
            raise ModelError(
                f"There is no piper voice '{self._default}' in {self._models_dir}, only {there}; "
                f"run: viva models pull piper-{self._default}"
            )
        await asyncio.to_thread(self._load, voices[0].id)
        await self._pool.start()

    async def aclose(self) -> None:
        await self._pool.aclose()
        self._loaded.clear()

    def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncGenerator[Speech, None]:
        chosen = self._voice_for(voice, language)
        speed = min(max(speed, _SLOWEST), _FASTEST)

        def job(portion: Spoken, made: int, outlet: Outlet) -> _Job:
            return _Job(portion, chosen, speed, made * 1000 / self.sample_rate, outlet)

        return speak(self._pool, portions(speakable(text, language), short=0), job)

    def _voice_for(self, wanted: str, language: str) -> str:
        """The wanted voice if it speaks the language, else one that does, else the wanted or default one."""
        voices = self.voices
        code = language.lower().replace("_", "-").partition("-")[0]
        named = [voice for voice in voices if voice.id == wanted]
        fitting = [voice for voice in (*named, *voices) if voice.language.lower().partition("-")[0] == code]
        exact = [voice for voice in fitting if voice.language.lower() == language.lower()]
        return (named[:1] if named and named[0] in fitting else exact or fitting or named or list(voices))[
            0
        ].id

    # --- in the workers' threads --------------------------------------------------------------------------------

    def _load(self, name: str) -> Any:
        try:
            from piper import PiperVoice
        except ImportError as error:
            raise EngineError("piper is not installed; run: pip install -e '.[piper]'") from error
        with self._loading:
            if name not in self._loaded:
                path = next(path for path in installed_voices(self._models_dir) if path.stem == name)
                try:
                    self._loaded[name] = PiperVoice.load(path, include_alignments=True)
                except (
                    Exception
                ) as error:  # a damaged file fails in onnxruntime's, json's or piper's own ways
                    raise ModelError(
                        f"The piper voice {path} cannot be loaded ({error}); delete it and run: "
                        f"viva models pull piper-{name}"
                    ) from error
            return self._loaded[name]

    def _speak(self, job: _Job) -> None:
        if job.outlet.cancelled:
            return
        from piper.config import SynthesisConfig

        voice = self._load(job.voice)
        rate = voice.config.sample_rate
        config = SynthesisConfig(length_scale=voice.config.length_scale / job.speed)
        chunks = []
        for chunk in voice.synthesize(job.spoken.text, syn_config=config, include_alignments=True):
            if job.outlet.cancelled:
                return
            chunks.append(chunk)
        if not chunks:
            return
        sound = np.concatenate([chunk.audio_int16_array for chunk in chunks])
        words = _aligned(job.spoken, chunks, rate, job.begin_ms) or estimate_words(
            job.spoken, _audible_ms(sound, rate), job.begin_ms
        )
        job.outlet.put(Speech(self._at_our_rate(sound, rate), words))

    def _at_our_rate(self, sound: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
        if rate == self.sample_rate:
            return sound
        resampler = Resampler(rate, self.sample_rate)
        return np.concatenate((resampler.feed(sound), resampler.flush()))


def _aligned(spoken: Spoken, chunks: list[Any], rate: int, begin_ms: float) -> tuple[SpokenWord, ...]:
    """Words by the model's own phoneme durations, where the phonemes fall into the same words as the text."""
    begins: list[float] = []
    samples = 0
    for chunk in chunks:
        if chunk.phoneme_alignments is None:
            return ()
        in_word = False
        for alignment in chunk.phoneme_alignments:
            sounds = any(char.isalpha() for char in alignment.phoneme)
            if sounds and not in_word:
                begins.append(samples * 1000 / rate)
            in_word = alignment.phoneme != " " and (in_word or sounds)
            samples += int(alignment.num_samples)
    places = _word_places(spoken.text)
    if len(places) != len(begins):
        return ()  # espeak-ng joins some words ("of the"), so that nobody knows which is which
    events = WordEvents(spoken, begin_ms)
    words = [
        word for place, at in zip(places, begins, strict=True) for word in events.began(place, begin_ms + at)
    ]
    return (*words, *events.over(begin_ms + samples * 1000 / rate))


def _word_places(text: str) -> list[int]:
    return [
        place for place, char in enumerate(text) if char != " " and (place == 0 or text[place - 1] == " ")
    ]


def _audible_ms(sound: NDArray[np.int16], rate: int) -> float:
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _SILENT)
    return float((loud[-1] + 1 if len(loud) else len(sound)) * 1000 / rate)


def _voice(path: Path) -> Voice:
    """From names such as `en_US-lessac-medium.onnx`."""
    language, _, rest = path.stem.partition("-")
    speaker = rest.partition("-")[0].replace("_", " ").title() or path.stem
    return Voice(path.stem, f"{speaker} ({language.replace('_', '-')})", language.replace("_", "-"))
