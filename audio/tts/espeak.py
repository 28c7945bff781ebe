"""The bundled mouth: espeak-ng, from the espeakng-loader wheel. GPL-3; see NOTICE for how to run without it.

The library is one global state that is not re-entrant, so one thread owns it and takes the sessions' sentences in
turn: it makes sound a few hundred times faster than it is played, so one thread speaks for hundreds of sessions.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.pool import OnJob, Pool, unmeasured
from audio.speakable import Spoken, speakable
from audio.tts.base import Speech, SpokenWord, Voice
from audio.tts.espeak_library import RATE, library
from audio.tts.espeak_voices import VOICES, voice_for
from audio.tts.outlet import Outlet, speak
from audio.tts.timing import WordEvents, portions
from audio.workers import ThreadWorker

_WORDS_PER_MINUTE = 175
_SLOWEST, _FASTEST = 80, 450
"""Words per minute that espeak-ng accepts."""
_PIECE = RATE
"""Samples of a piece after the first: fewer wake-ups of the event loop."""
_SENTENCE_PAUSE, _PHRASE_PAUSE = RATE * 3 // 10, RATE // 10
_SILENT = 200
"""Amplitude below which the sound at a sentence's beginning is waiting, not speech."""
_LEAD = RATE // 200
"""Samples kept before the first sound, so that it is not clipped."""


@dataclass(slots=True)
class _Job:
    """One portion of a text."""

    spoken: Spoken
    voice: str
    words_per_minute: int
    outlet: Outlet
    begin_samples: int
    """Made before this portion; before the very first word the silence is cut off."""
    pause: int
    """Samples of silence at the end: espeak-ng stops with the last sound, and the next sentence would follow at once."""


class _Portion:
    """Collects the callbacks' sound of one job into pieces; runs in the worker's thread."""

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._begin_ms = job.begin_samples * 1000 / RATE
        self._events = WordEvents(job.spoken, self._begin_ms)
        self._waiting_for_sound = job.begin_samples == 0
        self._skipped = self._made = self._last_loud = 0
        self._buffer: list[NDArray[np.int16]] = []
        self._words: list[SpokenWord] = []
        self._buffered = 0
        self._wanted = 1

    def take(self, sound: NDArray[np.int16], words: list[tuple[int, float]]) -> bool:
        """`OnSound` of the library."""
        if self._job.outlet.cancelled:
            return False
        loud = np.flatnonzero((sound > _SILENT) | (sound < -_SILENT))
        if self._waiting_for_sound:
            cut = max(0, int(loud[0]) - _LEAD) if len(loud) else len(sound)
            self._waiting_for_sound = not len(loud)
            self._skipped += cut
            sound, loud = sound[cut:], loud - cut
        if len(loud):
            self._last_loud = self._made + int(loud[-1])
        self._made += len(sound)
        for place, ms in words:
            self._words += self._events.began(place, self._at(ms))
        self._buffer.append(sound)
        self._buffered += len(sound)
        if self._buffered >= self._wanted:
            self._put()
        return True

    def finish(self) -> None:
        end_ms = self._begin_ms + self._last_loud * 1000 / RATE
        self._words += self._events.over(end_ms)
        self._buffer.append(np.zeros(self._job.pause, np.int16))
        self._put()

    def _at(self, ms: float) -> float:
        """A moment of the portion, as the library counts, in ms of the synthesis."""
        return self._begin_ms + max(0.0, ms - self._skipped * 1000 / RATE)

    def _put(self) -> None:
        self._job.outlet.put(Speech(np.concatenate(self._buffer), tuple(self._words)))
        self._buffer, self._words, self._buffered, self._wanted = [], [], 0, _PIECE


def _speak(job: _Job) -> None:
    if job.outlet.cancelled:
        return
    portion = _Portion(job)
    library().speak(job.spoken.text, job.voice, job.words_per_minute, portion.take)
    portion.finish()


class EspeakMouth:
    name = "espeak"
    sample_rate = RATE

    def __init__(self, *, on_job: OnJob = unmeasured) -> None:
        """`on_job`: see `OnJob`."""
        self._pool = Pool("espeak", 1, _worker, on_job=on_job)

    @property
    def voices(self) -> tuple[Voice, ...]:
        return VOICES

    async def start(self) -> None:
        await self._pool.start()

    async def aclose(self) -> None:
        await self._pool.aclose()

    def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncGenerator[Speech, None]:
        chosen = voice_for(voice, language)
        rate = min(max(round(_WORDS_PER_MINUTE * speed), _SLOWEST), _FASTEST)

        def job(portion: Spoken, made: int, outlet: Outlet) -> _Job:
            return _Job(
                portion, chosen, rate, outlet, made, round(_pause(portion) * _WORDS_PER_MINUTE / rate)
            )

        return speak(self._pool, portions(speakable(text, language)), job)


def _pause(portion: Spoken) -> int:
    """Samples of silence after it at normal speed."""
    return _SENTENCE_PAUSE if portion.text[-1] in ".!?…" else _PHRASE_PAUSE


def _worker() -> ThreadWorker:
    library()  # so that `start` fails, and not the first sentence
    speakable("", "en")  # compiles its rules
    return ThreadWorker(_speak)
