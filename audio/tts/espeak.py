"""The bundled mouth: espeak-ng, from the espeakng-loader wheel. GPL-3; see NOTICE for how to run without it.

The library is one global state that is not re-entrant, so one thread owns it, and takes the sessions' sentences
in turn. A sentence of 3.6 s takes about 5 ms, so that one thread speaks for hundreds of sessions.
"""

import ctypes
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError
from audio.pool import Pool, ThreadWorker
from audio.speakable import Spoken, speakable
from audio.tts.base import Speech, SpokenWord, Voice

_RATE = 22_050
_SYNCHRONOUS = 2
_UTF8 = 1
_EVENT_END, _EVENT_WORD = 0, 1
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_WORDS_PER_MINUTE = 165
_PIECE = _RATE // 4
_SILENT = 200
"""Amplitude below which the sound at a sentence's beginning is waiting, not speech."""

VOICES = (
    Voice("en-us", "Henry (US English)", "en-US"),
    Voice("en-us+f3", "Clara (US English)", "en-US"),
    Voice("en-gb-x-rp", "Edward (British English)", "en-GB"),
    Voice("en-gb-x-rp+f4", "Emma (British English)", "en-GB"),
    Voice("de", "Jonas (Deutsch)", "de"),
    Voice("de+f3", "Lena (Deutsch)", "de"),
    Voice("fr", "Louis (français)", "fr"),
    Voice("fr+f3", "Chloé (français)", "fr"),
    Voice("es", "Diego (español)", "es"),
    Voice("es+f3", "Lucía (español)", "es"),
    Voice("it", "Marco (italiano)", "it"),
    Voice("nl", "Daan (Nederlands)", "nl"),
    Voice("pt", "João (português)", "pt"),
    Voice("pl", "Jan (polski)", "pl"),
)


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng's speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    )  # fmt: skip


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)

_Job = tuple[str, str, int]
"""Text, espeak voice, words per minute."""
_Sound = tuple[NDArray[np.int16], list[tuple[int, int]]]
"""Samples, and (place in the text, ms) of every word."""


class _Library:
    """espeak-ng as a function; used by its one thread only."""

    def __init__(self) -> None:
        import espeakng_loader

        self._lib: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        if self._lib.espeak_Initialize(_SYNCHRONOUS, 200, data, 0) != _RATE:
            raise EngineError(
                "espeak-ng cannot start; reinstall espeakng-loader: pip install --force-reinstall espeakng-loader"
            )
        self._chunks: list[NDArray[np.int16]] = []
        self._words: list[tuple[int, int]] = []
        self._callback = _Callback(self._collect)  # kept: the library holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def _collect(self, sound: Any, count: int, events: Any) -> int:
        if sound and count > 0:
            self._chunks.append(np.ctypeslib.as_array(sound, (count,)).copy())
        place = 0
        while events[place].type != _EVENT_END:
            if events[place].type == _EVENT_WORD:
                self._words.append((events[place].text_position - 1, events[place].audio_position))
            place += 1
        return 0

    def speak(self, job: _Job) -> _Sound:
        text, voice, words_per_minute = job
        if voice != self._voice:
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                self._lib.espeak_SetVoiceByName(b"en-us")
            self._voice = voice
        self._lib.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
        self._lib.espeak_SetParameter(_PARAMETER_PITCH, 52, 0)
        self._lib.espeak_SetParameter(_PARAMETER_RANGE, 60, 0)
        self._chunks, self._words = [], []
        raw = text.encode()
        if self._lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None) != 0:
            raise EngineError("espeak-ng could not speak the text.")
        return (np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)), self._words


@cache
def _library() -> _Library:
    return _Library()


class EspeakMouth:
    name = "espeak"
    sample_rate = _RATE

    def __init__(self, *, on_wait: Callable[[float], None] = lambda _seconds: None) -> None:
        self._pool = Pool("espeak", 1, lambda: ThreadWorker(_library().speak), on_wait=on_wait)

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
        spoken = speakable(text, language)
        if not spoken.text.strip():
            return
        words_per_minute = round(_WORDS_PER_MINUTE * min(max(speed, 0.25), 2.0))
        job = (spoken.text, voice_for(voice, language), max(80, words_per_minute))
        sound, word_events = await self._pool.run(object(), job)
        pcm, skipped_ms = _trim(sound)
        words = _origins(spoken, word_events, skipped_ms, len(pcm) * 1000 // _RATE)
        first = True
        for start in range(0, len(pcm), _PIECE):
            yield Speech(pcm[start : start + _PIECE], words if first else ())
            first = False


def voice_for(voice: str, language: str) -> str:
    """The espeak voice for a companion's voice id; an unknown one becomes the language's default."""
    if any(known.id == voice for known in VOICES):
        return voice
    code = language.lower()
    for known in VOICES:
        if known.language.lower() == code or known.id.split("+")[0] == code:
            return known.id
    for known in VOICES:
        if known.language.lower().split("-")[0] == code.split("-")[0]:
            return known.id
    return code if code.isalpha() and len(code) <= 3 else "en-us"


def _trim(pcm: NDArray[np.int16]) -> tuple[NDArray[np.int16], int]:
    """Cut the silence at the beginning (about 50 ms), all but 5 ms; returns also the ms cut."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _SILENT)
    if not len(loud):
        return pcm, 0
    start = max(0, int(loud[0]) - _RATE // 200)
    return pcm[start:], start * 1000 // _RATE


def _origins(
    spoken: Spoken, events: list[tuple[int, int]], skipped_ms: int, end_ms: int
) -> tuple[SpokenWord, ...]:
    """Word events of the spoken text as spans of the original; what one span became is one word."""
    words: list[SpokenWord] = []
    for place, at_ms in events:
        segment = spoken.origin(place)
        moment = max(0, at_ms - skipped_ms)
        if segment is None or (words and segment.start < words[-1].end):
            continue
        if words:
            words[-1] = SpokenWord(
                words[-1].start, words[-1].end, words[-1].start_ms, max(moment, words[-1].start_ms)
            )
        words.append(SpokenWord(segment.start, segment.end, moment, max(moment, end_ms)))
    return tuple(words)
