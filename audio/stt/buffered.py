"""The common part of ears that recognise an utterance as a whole: keep the audio, decode it when asked."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import structlog
from numpy.typing import NDArray

from audio.errors import AudioError, EngineError
from audio.stt.base import STT_RATE, Transcript

_MOST_SECONDS = 120
_FIRST_PARTIAL = STT_RATE // 2
_GROWTH = 1.5
"""Partial results come at 0.5, 0.75, 1.1 s ...: all of them together cost at most twice the last one."""
_log = structlog.get_logger(__name__)


class BufferedStream:
    """An `SttStream` over a function that transcribes PCM; asked twice for the same audio it answers from memory."""

    def __init__(
        self,
        transcribe: Callable[[NDArray[np.int16]], Awaitable[Transcript]],
        *,
        on_partial: Callable[[str], None] | None = None,
        spare: Callable[[], bool] = lambda: True,
    ) -> None:
        """`on_partial`: transcribe also while the learner speaks, whenever `spare` says that nobody has to wait for it."""
        self._transcribe = transcribe
        self._on_partial, self._spare = on_partial, spare
        self._chunks: list[NDArray[np.int16]] = []
        self._samples = 0
        self._full = self._closed = False
        self._known: tuple[int, Transcript] | None = None
        self._partial: asyncio.Task[None] | None = None
        self._next_partial = _FIRST_PARTIAL

    def feed(self, pcm: NDArray[np.int16]) -> None:
        if self._closed:
            return
        if self._samples + len(pcm) > _MOST_SECONDS * STT_RATE:
            if not self._full:
                _log.warning("stt.utterance_too_long", seconds=_MOST_SECONDS)
            self._full = True
            return
        self._chunks.append(pcm.copy())  # it may be a view of a buffer that is used again
        self._samples += len(pcm)
        if self._on_partial is not None and self._samples >= self._next_partial:
            self._begin_partial(self._on_partial)

    async def transcribe(self) -> Transcript:
        if self._closed:
            raise EngineError("This utterance was closed.")
        if self._known is not None and self._known[0] == self._samples:
            return self._known[1]
        if not self._samples:
            return Transcript("")
        samples = self._samples
        transcript = await self._transcribe(self._sound())
        self._known = (samples, transcript)
        return transcript

    def close(self) -> None:
        self._closed = True
        if self._partial is not None:
            self._partial.cancel()
        self._chunks.clear()
        self._samples = 0
        self._known = None

    def _sound(self) -> NDArray[np.int16]:
        if len(self._chunks) > 1:
            self._chunks = [np.concatenate(self._chunks)]
        return self._chunks[0]

    def _begin_partial(self, tell: Callable[[str], None]) -> None:
        if (self._partial is not None and not self._partial.done()) or not self._spare():
            return
        self._next_partial = int(self._samples * _GROWTH)
        self._partial = asyncio.get_running_loop().create_task(self._tell_partial(self._sound(), tell))

    async def _tell_partial(self, pcm: NDArray[np.int16], tell: Callable[[str], None]) -> None:
        try:
            transcript = await self._transcribe(pcm)
        except AudioError as error:
            _log.info("stt.partial_failed", error=str(error))  # the whole utterance is tried again anyway
            return
        if transcript.text and not self._closed:
            tell(transcript.text)
