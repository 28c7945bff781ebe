"""The common part of ears that recognise an utterance as a whole: keep the audio, decode it when asked."""

from collections.abc import Awaitable, Callable

import numpy as np
import structlog
from numpy.typing import NDArray

from audio.stt.base import STT_RATE, Transcript

_MOST_SECONDS = 120
_log = structlog.get_logger(__name__)


class BufferedStream:
    """An `SttStream` over a function that transcribes PCM; asked twice for the same audio it answers from memory."""

    def __init__(self, transcribe: Callable[[NDArray[np.int16]], Awaitable[Transcript]]) -> None:
        self._transcribe = transcribe
        self._chunks: list[NDArray[np.int16]] = []
        self._samples = 0
        self._full = False
        self._known: tuple[int, Transcript] | None = None

    def feed(self, pcm: NDArray[np.int16]) -> None:
        if self._samples + len(pcm) > _MOST_SECONDS * STT_RATE:
            if not self._full:
                _log.warning("stt.utterance_too_long", seconds=_MOST_SECONDS)
            self._full = True
            return
        self._chunks.append(pcm)
        self._samples += len(pcm)

    async def transcribe(self) -> Transcript:
        if self._known is not None and self._known[0] == self._samples:
            return self._known[1]
        samples = self._samples
        if not samples or not self._chunks:
            return Transcript("")
        pcm = np.concatenate(self._chunks)
        self._chunks = [pcm]
        transcript = await self._transcribe(pcm)
        self._known = (samples, transcript)
        return transcript

    def close(self) -> None:
        self._chunks.clear()
        self._samples = 0
        self._known = None
