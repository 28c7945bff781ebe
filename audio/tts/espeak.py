"""The bundled mouth: espeak-ng, from the espeakng-loader wheel. GPL-3; see NOTICE for how to run without it.

The library is one global state that is not re-entrant, so one thread owns it and takes the sessions' sentences in
turn: it makes sound a few hundred times faster than it is played, so one thread speaks for hundreds of sessions.
"""

import ctypes
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError
from audio.pool import OnJob, Pool, unmeasured
from audio.speakable import Spoken, speakable
from audio.tts.base import Speech, SpokenWord, Voice
from audio.tts.outlet import Outlet
from audio.tts.timing import WordEvents, portions
from audio.workers import ThreadWorker

_RATE = 22_050
_WORDS_PER_MINUTE = 175
_SLOWEST, _FASTEST = 80, 450
"""Words per minute that espeak-ng accepts."""
_PITCH, _PITCH_RANGE = 50, 60
"""0 to 100; the default range of 50 is monotonous."""
_BUFFER_MS = 200
"""Sound of one callback: each takes the GIL, and the first one is what the learner waits for."""
_PIECE = _RATE
"""Samples of a piece after the first: fewer wake-ups of the event loop."""
_SENTENCE_PAUSE, _PHRASE_PAUSE = _RATE * 3 // 10, _RATE // 10
_SILENT = 200
"""Amplitude below which the sound at a sentence's beginning is waiting, not speech."""
_LEAD = _RATE // 200
"""Samples kept before the first sound, so that it is not clipped."""

# Of espeak-ng's timbres those that pocketsphinx understood best (word error rate on six simple sentences: michel
# 0.31, f5 0.36, f2 0.38; plain en-us 0.71, f3 0.51, Annie 0.87): a stand-in for ears, but a better one than none.
VOICES = (
    Voice("en-us+michel", "Henry (US English)", "en-US"),
    Voice("en-us+f2", "Clara (US English)", "en-US"),
    Voice("en-us+f5", "Grace (US English)", "en-US"),
    Voice("en-us", "Walter (US English)", "en-US"),
    Voice("en-gb-x-rp", "Edward (British English)", "en-GB"),
    Voice("en-gb-x-rp+f2", "Emma (British English)", "en-GB"),
    Voice("en-gb-scotland", "Ewan (Scottish English)", "en-GB"),
    Voice("de", "Jonas (Deutsch)", "de-DE"),
    Voice("de+f2", "Lena (Deutsch)", "de-DE"),
    Voice("fr", "Louis (français)", "fr-FR"),
    Voice("fr+f2", "Chloé (français)", "fr-FR"),
    Voice("es", "Diego (español)", "es-ES"),
    Voice("es+f2", "Lucía (español)", "es-ES"),
    Voice("es-419", "Mateo (español de América)", "es-419"),
    Voice("it", "Marco (italiano)", "it-IT"),
    Voice("it+f2", "Giulia (italiano)", "it-IT"),
    Voice("nl", "Daan (Nederlands)", "nl-NL"),
    Voice("pt", "João (português)", "pt-PT"),
    Voice("pt-br", "Rafael (português do Brasil)", "pt-BR"),
    Voice("pl", "Jan (polski)", "pl-PL"),
    Voice("sv", "Erik (svenska)", "sv-SE"),
    Voice("nb", "Olav (norsk)", "nb-NO"),
    Voice("tr", "Emre (Türkçe)", "tr-TR"),
    Voice("uk", "Andrij (українська)", "uk-UA"),
    Voice("ru", "Ivan (русский)", "ru-RU"),
    Voice("hi", "Arjun (हिन्दी)", "hi-IN"),
    Voice("cmn", "Wei (普通话)", "zh-CN"),
)


# --- the library ----------------------------------------------------------------------------------------------


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng's speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    )  # fmt: skip


_EVENT_END, _EVENT_WORD = 0, 1
_SYNCHRONOUS = 2
_UTF8 = 1
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_GO_ON, _STOP = 0, 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))
_OnSound = Callable[[NDArray[np.int16], list[tuple[int, float]]], bool]
"""Takes samples, and (place in the text, ms) of the words that begin in them; says whether to go on."""


class _Library:
    """espeak-ng as a function."""

    def __init__(self) -> None:
        import espeakng_loader

        try:
            self._lib: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EngineError(f"espeak-ng cannot be loaded ({error}); {_REINSTALL}") from error
        data = str(espeakng_loader.get_data_path()).encode()
        if self._lib.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, 0) != _RATE:
            raise EngineError(f"espeak-ng cannot start; {_REINSTALL}")
        self._one_at_a_time = threading.Lock()  # there may be several mouths, but there is only one library
        self._on_sound: _OnSound = lambda _sound, _words: False
        self._callback = _Callback(self._collect)  # kept: the library holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def speak(self, text: str, voice: str, words_per_minute: int, on_sound: _OnSound) -> None:
        """Blocks until all is said or `on_sound` said no. An unknown voice becomes US English."""
        with self._one_at_a_time:
            self._use(voice)
            self._lib.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
            self._on_sound = on_sound
            raw = text.encode()
            if self._lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None) != 0:
                raise EngineError("espeak-ng could not speak the text.")

    def _use(self, voice: str) -> None:
        if voice == self._voice:
            return
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            self._lib.espeak_SetVoiceByName(VOICES[0].id.encode())
        self._voice = voice
        # a voice brings parameters of its own, so ours are set after it
        self._lib.espeak_SetParameter(_PARAMETER_PITCH, _PITCH, 0)
        self._lib.espeak_SetParameter(_PARAMETER_RANGE, _PITCH_RANGE, 0)

    def _collect(self, sound: int | None, count: int, events: Any) -> int:
        samples = (
            np.frombuffer(ctypes.string_at(sound, count * 2), "<i2") if sound and count > 0 else _NO_SOUND
        )
        words = []
        place = 0
        while events[place].type != _EVENT_END:
            if events[place].type == _EVENT_WORD:
                words.append((events[place].text_position - 1, float(events[place].audio_position)))
            place += 1
        return _GO_ON if self._on_sound(samples, words) else _STOP


_REINSTALL = "reinstall it: pip install --force-reinstall espeakng-loader"
_NO_SOUND = np.zeros(0, np.int16)
_loading = threading.Lock()


@cache
def _load() -> _Library:
    return _Library()


def _library() -> _Library:
    with _loading:
        return _load()


# --- the mouth ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Job:
    """One portion of a text; `trim` cuts the silence before the first word."""

    spoken: Spoken
    voice: str
    words_per_minute: int
    trim: bool
    outlet: Outlet[Speech]
    begin_samples: int
    pause: int
    """Samples of silence at the end: espeak-ng stops with the last sound, and the next sentence would follow at once."""


class _Portion:
    """Collects the callbacks' sound of one job into pieces; runs in the worker's thread."""

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._begin_ms = job.begin_samples * 1000 / _RATE
        self._events = WordEvents(job.spoken, self._begin_ms)
        self._waiting_for_sound = job.trim
        self._skipped = self._made = self._last_loud = 0
        self._buffer: list[NDArray[np.int16]] = []
        self._words: list[SpokenWord] = []
        self._buffered = 0
        self._wanted = 1

    def take(self, sound: NDArray[np.int16], words: list[tuple[int, float]]) -> bool:
        """`_OnSound` of the library."""
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
        end_ms = self._begin_ms + self._last_loud * 1000 / _RATE
        self._words += self._events.over(end_ms)
        self._buffer.append(np.zeros(self._job.pause, np.int16))
        self._put()

    def _at(self, ms: float) -> float:
        """A moment of the portion, as the library counts, in ms of the synthesis."""
        return self._begin_ms + max(0.0, ms - self._skipped * 1000 / _RATE)

    def _put(self) -> None:
        self._job.outlet.put(Speech(np.concatenate(self._buffer), tuple(self._words)))
        self._buffer, self._words, self._buffered, self._wanted = [], [], 0, _PIECE


def _speak(job: _Job) -> None:
    if job.outlet.cancelled:
        return
    portion = _Portion(job)
    _library().speak(job.spoken.text, job.voice, job.words_per_minute, portion.take)
    portion.finish()


class EspeakMouth:
    name = "espeak"
    sample_rate = _RATE

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

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        chosen = voice_for(voice, language)
        rate = min(max(round(_WORDS_PER_MINUTE * speed), _SLOWEST), _FASTEST)
        made, caller = 0, object()
        for portion in portions(speakable(text, language)):
            outlet: Outlet[Speech] = Outlet()
            pause = round(_pause(portion) * _WORDS_PER_MINUTE / rate)
            job = _Job(portion, chosen, rate, made == 0, outlet, made, pause)
            async with aclosing(outlet.run(self._pool, caller, job)) as pieces:
                async for piece in pieces:
                    made += len(piece.pcm)
                    yield piece


def _pause(portion: Spoken) -> int:
    """Samples of silence after it at normal speed."""
    return _SENTENCE_PAUSE if portion.text[-1] in ".!?…" else _PHRASE_PAUSE


def _worker() -> ThreadWorker:
    _library()  # so that `start` fails, and not the first sentence
    speakable("", "en")  # compiles its rules
    return ThreadWorker(_speak)


def voice_for(voice: str, language: str) -> str:
    """The espeak-ng voice for a companion's voice id and language.

    A voice of another language lends its timbre (`en-us+f2` speaks German as `de+f2`); an unknown one becomes the
    language's default, and an unknown language is tried by its code.
    """
    known = next((known for known in VOICES if known.id == voice), None)
    wanted = language.lower().replace("_", "-")
    code = _OTHER_CODES.get(_primary(wanted), _primary(wanted))
    if known is not None and _primary(known.language) == code:
        return voice
    fitting = [other for other in VOICES if other.language.lower() == wanted] or [
        other for other in VOICES if _primary(other.language) == code
    ]
    unlisted = code if code.isascii() and code.isalpha() and len(code) <= 3 else VOICES[0].id  # never a path
    base = fitting[0].id if fitting else unlisted
    timbre = voice.partition("+")[2] if known is not None else ""
    return f"{base.partition('+')[0]}+{timbre}" if timbre else base


_OTHER_CODES = {"no": "nb", "nn": "nb"}
"""Language codes that espeak-ng knows by another one."""


def _primary(language: str) -> str:
    return language.lower().partition("-")[0]
