"""Engines that answer at once: for tests of turns and doors, and for the bench. Loaded as `tests.null_engines:ears`."""

from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from audio.stt.base import HeardWord, SttStream, Transcript
from audio.tts.base import Speech, SpokenWord, Voice
from tutor.brain.base import MindEvent, MindRequest, Purpose, Remember, TextDelta, Usage

SPEECH_RATE = 24_000
WORD_MS = 250


class NullEars:
    """Hears the next of `texts` in every utterance of at least `least_ms`; nothing in shorter ones."""

    name = "null"

    def __init__(self, *texts: str, least_ms: int = 200) -> None:
        self.texts = list(texts)
        self.least = least_ms * 16
        self.heard = 0

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        return _NullStream(self)

    async def start(self) -> None: ...
    async def aclose(self) -> None: ...


class _NullStream:
    def __init__(self, ears: NullEars) -> None:
        self._ears = ears
        self._samples = 0
        self._text: str | None = None

    def feed(self, pcm: NDArray[np.int16]) -> None:
        self._samples += len(pcm)

    async def transcribe(self) -> Transcript:
        if self._samples < self._ears.least:
            return Transcript("")
        if self._text is None:
            texts = self._ears.texts
            self._text = texts[min(self._ears.heard, len(texts) - 1)] if texts else "I think it is seven."
            self._ears.heard += 1
        words = tuple(HeardWord(w, i * WORD_MS, (i + 1) * WORD_MS) for i, w in enumerate(self._text.split()))
        return Transcript(self._text, words)

    def close(self) -> None: ...


class NullMind:
    """Answers with fixed sentences, different for every purpose; counts its replies in its memory."""

    name = "null"

    def __init__(self, answer: str = "That is a good answer. Now tell me a little more about it.") -> None:
        self.answer = answer
        self.requests: list[MindRequest] = []

    async def start(self) -> None: ...
    async def warm_up(self) -> None: ...
    async def aclose(self) -> None: ...

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        self.requests.append(request)
        text = self.answer if request.purpose is Purpose.ANSWER else f"This is the {request.purpose.value}."
        for word in text.split(" "):
            yield TextDelta(word + " ")
        yield Remember({"replies": int(request.memory.get("replies", 0)) + 1})
        yield Usage(10, len(text.split()))


class NullMouth:
    """A quiet tone of 250 ms a word, with word times."""

    name = "null"
    sample_rate = SPEECH_RATE
    voices = (Voice("null", "Null", "en"),)

    async def start(self) -> None: ...
    async def aclose(self) -> None: ...

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        spans, place = [], 0
        for word in text.split():
            place = text.index(word, place)
            spans.append((place, place + len(word)))
            place += len(word)
        samples = SPEECH_RATE * WORD_MS // 1000
        tone = (np.sin(np.arange(samples) * 0.05) * 3000).astype(np.int16)
        for number, (start, end) in enumerate(spans):
            word_time = SpokenWord(start, end, number * WORD_MS, (number + 1) * WORD_MS)
            yield Speech(tone, (word_time,))


def ears() -> NullEars:
    return NullEars()


def mind() -> NullMind:
    return NullMind()


def talkative_mind() -> NullMind:
    """Speaks for half a minute, at four words a second."""
    return NullMind("I could talk about this for hours. " * 18)


def mouth() -> NullMouth:
    return NullMouth()
