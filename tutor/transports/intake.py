"""The learner's audio on its way in: decoded, bounded, and paced when it comes faster than real time.

A client may send a whole recording at once. The session gets it at up to 25 times real time, so that the
VAD's batch keeps up and no other session waits; whatever the client sent after the audio is done after it.
"""

import binascii
from collections import deque
from collections.abc import Callable
from typing import Any

from audio.pcm import Resampler, decode_alaw, decode_ulaw
from tutor.transports.wire_errors import WireError

LONGEST_APPEND = 1024 * 1024
"""Characters of base64 in one message: 16 s of PCM at 24 kHz."""
_DIRECT_SECONDS = 1.0
"""This much may go in at once; what is ahead of it waits."""
_PACE = 25.0
_SLICE_SECONDS = 0.5

Sound = bytes | memoryview


class Intake:
    """One client's input audio. `hear` gets little-endian PCM16 at `output_rate`, in order."""

    def __init__(
        self,
        hear: Callable[[Sound], None],
        *,
        output_rate: int,
        now: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Any],
        burst_seconds: float = 60.0,
    ) -> None:
        """`burst_seconds`: how far ahead of real time a client may be."""
        self._hear = hear
        self._now, self._call_later = now, call_later
        self._output_rate = output_rate
        self._second = output_rate * 2
        self._burst = burst_seconds * self._second
        self._ahead = 0.0
        self._direct = 0.0
        self._at = 0.0
        self._waiting: deque[Sound | Callable[[], None]] = deque()
        self._pumping = False
        self._closed = False
        self._convert: Callable[[bytes], Sound] | None = None
        self.refused_seconds = 0.0
        """Audio thrown away because it came too fast, since it last came at a fair pace."""

    @property
    def busy(self) -> bool:
        """True while audio waits; what else the client wants must wait behind it (`then`)."""
        return self._pumping

    def use_format(self, name: str) -> None:
        """`audio/pcm` is at `output_rate` already; G.711 is decoded and, if need be, resampled."""
        self._convert = converter(name, self._output_rate)

    def append(self, audio: str | bytes) -> None:
        """More audio in base64. Raises WireError; then nothing of it was heard."""
        if len(audio) > LONGEST_APPEND:
            raise WireError(
                "audio_too_long",
                f"One append may hold {LONGEST_APPEND} base64 characters; send the audio in pieces.",
                "audio",
            )
        sound = decoded(audio, self._convert, "audio")
        size = sound.nbytes if isinstance(sound, memoryview) else len(sound)
        now = self._now()
        elapsed = now - self._at
        self._at = now
        ahead = self._ahead - elapsed * self._second
        ahead = size if ahead < 0.0 else ahead + size
        if ahead > self._burst:
            self._refuse(ahead - size, size)
        self._ahead = ahead
        direct = self._direct - elapsed * self._second * _PACE
        direct = size if direct < 0.0 else direct + size
        self._direct = direct
        self.refused_seconds = 0.0
        if direct <= self._second * _DIRECT_SECONDS and not self._pumping:
            self._hear(sound)
        else:
            self._queue(sound, size)

    def then(self, act: Callable[[], None]) -> None:
        """Do something after all audio that came before; at once if none waits."""
        if self._pumping:
            self._waiting.append(act)
        else:
            act()

    def close(self) -> None:
        """Nothing more is heard."""
        self._closed = True
        self._waiting.clear()

    # --- inside -----------------------------------------------------------------------------------

    def _refuse(self, ahead: float, size: int) -> None:
        self._ahead = max(0.0, ahead)
        self.refused_seconds += size / self._second
        raise WireError(
            "input_audio_too_fast",
            f"Audio comes too fast: more than {self._burst / self._second:.0f} s ahead of real time; "
            "this piece was dropped.",
            "audio",
        )

    def _queue(self, sound: Sound, size: int) -> None:
        piece = int(self._second * _SLICE_SECONDS) & ~1
        view = memoryview(sound).cast("B")
        self._waiting.extend(view[start : start + piece] for start in range(0, size, piece))
        if not self._pumping:
            self._pumping = True
            self._call_later(0.0, self._pump)

    def _pump(self) -> None:
        """Feed up to a slice of audio, and do what stands right behind it."""
        fed = 0
        slice_bytes = self._second * _SLICE_SECONDS
        while self._waiting and not self._closed:
            first = self._waiting[0]
            if isinstance(first, (bytes, memoryview)):
                if fed and fed + len(first) > slice_bytes:
                    break
                fed += len(first)
                self._waiting.popleft()
                self._hear(first)
            else:
                self._waiting.popleft()
                first()
        self._pumping = bool(self._waiting) and not self._closed
        if self._pumping:
            self._call_later(_SLICE_SECONDS / _PACE, self._pump)


def decoded(audio: str | bytes, convert: Callable[[bytes], Sound] | None, path: str) -> Sound:
    """Base64 to PCM16; `convert` None: it is that already. Raises WireError that names `path`."""
    try:
        data = binascii.a2b_base64(audio, strict_mode=True)
    except ValueError:
        raise WireError("invalid_audio", f"Invalid '{path}': it is not valid base64.", path) from None
    if convert is not None:
        return convert(data)
    if len(data) & 1:
        raise WireError("invalid_audio", f"Invalid '{path}': 16-bit PCM has an even number of bytes.", path)
    return data


def converter(name: str, rate: int) -> Callable[[bytes], Sound] | None:
    """From the wire's format `name` to PCM16 at `rate`; None where there is nothing to do. Keeps state: one a stream."""
    return None if name == "audio/pcm" else _g711(name, rate)


def _g711(name: str, rate: int) -> Callable[[bytes], Sound]:
    decode = decode_ulaw if name == "audio/pcmu" else decode_alaw
    if rate == 8000:
        return lambda data: decode(data).data
    resampler = Resampler(8000, rate, low_delay=True)
    return lambda data: resampler.feed(decode(data)).data
