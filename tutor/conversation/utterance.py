"""What the learner is saying: one stretch of audio on its way to becoming a turn."""

import asyncio
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audio.stt.base import STT_RATE, SpeechToText, Transcript
from tutor.conversation.events import CaptionWord
from tutor.conversation.failures import log_failure

_RECENT = 8 * STT_RATE
_TIME_PER_SECOND = 0.5
"""What one transcription gets for each second of speech, beside its `patience`: a learner waits for it in silence."""


class Utterance:
    """Audio since the learner began to speak, with its recognition. `item_id` is the item that it will become."""

    def __init__(
        self,
        item_id: str,
        ears: SpeechToText,
        *,
        start_ms: int,
        language: str,
        hints: tuple[str, ...],
        on_partial: Callable[[str], None] | None,
        now: Callable[[], float],
        patience: float,
        keep_recent: bool = False,
    ) -> None:
        """`patience`: seconds that a transcription gets at least. `keep_recent`: hold the last 8 s of sound for the end-of-turn model."""
        self.item_id = item_id
        self.start_ms = start_ms
        self.end_ms = start_ms
        self.announced = False
        """The client was told that speech began."""
        self.transcript: Transcript | None = None
        self.transcribed_at: float | None = None
        self.samples = 0
        self._now, self._patience = now, patience
        self._recent: deque[NDArray[np.int16]] | None = deque() if keep_recent else None
        self._recent_samples = 0
        self._stream = ears.open(language=language, hints=hints, on_partial=on_partial)

    @property
    def seconds(self) -> float:
        return self.samples / STT_RATE

    def feed(self, pcm: NDArray[np.int16]) -> None:
        """More audio, 16 kHz mono."""
        self.samples += len(pcm)
        self._stream.feed(pcm)
        if self._recent is not None:
            self._recent.append(pcm)
            self._recent_samples += len(pcm)
            while self._recent_samples - len(self._recent[0]) > _RECENT:
                self._recent_samples -= len(self._recent.popleft())

    @property
    def recent(self) -> NDArray[np.int16]:
        """The last 8 s or so, 16 kHz."""
        return np.concatenate(self._recent) if self._recent else np.zeros(0, np.int16)

    async def transcribe(self) -> Transcript | None:
        """The words so far, tried twice; None if the ear fails both times."""
        for attempt in (1, 2):
            try:
                async with asyncio.timeout(self._patience + _TIME_PER_SECOND * self.seconds):
                    self.transcript = await self._stream.transcribe()
                self.transcribed_at = self._now()
                return self.transcript
            except Exception as error:  # whatever an engine does, the learner is not left in silence
                log_failure("ears.failed", error, attempt=attempt)
        return None

    def close(self) -> None:
        self._stream.close()


def caption_words(transcript: Transcript) -> tuple[CaptionWord, ...]:
    """Word times as spans of the transcript's text; words that the text does not have are left out."""
    words = []
    place = 0
    for word in transcript.words:
        start = transcript.text.find(word.text, place)
        if start >= 0:
            place = start + len(word.text)
            words.append(CaptionWord(start, place, word.start_ms, word.end_ms))
    return tuple(words)
