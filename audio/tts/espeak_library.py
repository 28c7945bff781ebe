"""espeak-ng as a function, from the espeakng-loader wheel, by ctypes.

The library is one global state that is not re-entrant: one call at a time.
"""

import ctypes
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError
from audio.tts.espeak_voices import VOICES

RATE = 22_050
_PITCH, _PITCH_RANGE = 50, 60
"""0 to 100; the default range of 50 is monotonous."""
_BUFFER_MS = 200
"""Sound of one callback: each takes the GIL, and the first one is what the learner waits for."""


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
OnSound = Callable[[NDArray[np.int16], list[tuple[int, float]]], bool]
"""Takes samples, and (place in the text, ms) of the words that begin in them; says whether to go on."""


class Library:
    """espeak-ng as a function."""

    def __init__(self) -> None:
        import espeakng_loader

        try:
            self._lib: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EngineError(f"espeak-ng cannot be loaded ({error}); {_REINSTALL}") from error
        data = str(espeakng_loader.get_data_path()).encode()
        if self._lib.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, 0) != RATE:
            raise EngineError(f"espeak-ng cannot start; {_REINSTALL}")
        self._one_at_a_time = threading.Lock()  # there may be several mouths, but there is only one library
        self._on_sound: OnSound = lambda _sound, _words: False
        self._callback = _Callback(self._collect)  # kept: the library holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def speak(self, text: str, voice: str, words_per_minute: int, on_sound: OnSound) -> None:
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
def _load() -> Library:
    return Library()


def library() -> Library:
    with _loading:
        return _load()
