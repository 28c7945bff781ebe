"""The cheap gate before Silero: tuned to miss nothing, and to cost next to nothing while nobody speaks."""

import numpy as np
import webrtcvad

from audio.pcm import Samples

_QUIET = 12.0**2
"""Mean square below which a block (about -69 dBFS) is silence whatever the noise floor."""
_ABOVE_FLOOR = 2.0
"""Power over the noise floor (3 dB) from which webrtcvad is asked."""
_RISE = 1.02
"""The floor rises by this factor a block (about 4 dB a second) and falls at once."""


class Gate:
    """Looks at blocks of 20 ms: level over an adaptive noise floor, then webrtcvad on a crude 8 kHz version."""

    def __init__(self, rate: int) -> None:
        self._step = rate // 8000
        self._floor = _QUIET
        self._vad = webrtcvad.Vad(0)

    def opens(self, block: Samples) -> bool:
        """True if there may be speech in these 20 ms."""
        narrow = block[:: self._step]
        wide = narrow.astype(np.float32)
        level = float(np.dot(wide, wide)) / len(narrow)
        if level < _QUIET:
            self._floor = max(1.0, min(self._floor, level))
            return False
        loud = level > self._floor * _ABOVE_FLOOR
        self._floor = min(level, self._floor * _RISE)
        return loud and bool(self._vad.is_speech(narrow.tobytes(), 8000))
