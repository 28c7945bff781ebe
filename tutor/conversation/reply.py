"""One reply: from the mind to sentences to the mouth. Cancellable, and silent until it is released."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audio.pcm import Resampler
from audio.tts.base import Speech, TextToSpeech
from tutor.brain.base import (
    LAST_WORDS,
    Mind,
    MindEvent,
    MindRequest,
    Remember,
    Show,
    TextDelta,
    ToolCall,
    Usage,
)
from tutor.conversation.events import CaptionWord
from tutor.conversation.failures import log_failure
from tutor.conversation.heard import spread_words
from tutor.conversation.languages import LOST_LAST_WORDS, LOST_THREAD, NOT_HEARD, in_language
from tutor.conversation.sentences import SentenceSplitter
from tutor.errors import MindError

AHEAD_MS = 8000
"""How far synthesis runs ahead of the ear: enough to hide any delay, little enough to lose on an interruption."""
_MIND_PATIENCE = 30.0
"""Seconds without news from the mind until it counts as failed."""
_MOUTH_PATIENCE = 10.0
_SENTENCES = 64
"""Sentences that may wait for the mouth; then the mind waits."""


class NotHeard:
    """Answers for the mind where the ears failed: there are no words that it could answer."""

    name = "not-heard"

    async def start(self) -> None: ...
    async def warm_up(self) -> None: ...
    async def aclose(self) -> None: ...

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        yield TextDelta(in_language(NOT_HEARD, request.companion.language))


class Says:
    """Answers for the mind with words that somebody else has chosen."""

    name = "says"

    def __init__(self, text: str) -> None:
        self._text = text

    async def start(self) -> None: ...
    async def warm_up(self) -> None: ...
    async def aclose(self) -> None: ...

    async def reply(self, _request: MindRequest) -> AsyncIterator[MindEvent]:
        yield TextDelta(self._text)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, and some sound of it. `pcm` at the door's rate; `words` count from the reply's first
    character and sample."""

    text: str = ""
    pcm: NDArray[np.int16] | None = None
    words: tuple[CaptionWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more comes. `failed` is a text for the client; `truncated`: the model hit its token limit."""

    failed: str | None = None


Output = Piece | ToolCall | Show | Finished


class Reply:
    """Runs as one task; hands its outputs to `deliver` in order, but only while released and not paused."""

    def __init__(
        self,
        number: int,
        request: MindRequest,
        *,
        mind: Mind,
        mouth: TextToSpeech | None,
        output_rate: int,
        voice: str,
        speed: float,
        deliver: Callable[["Reply", Output], None],
        position_ms: Callable[["Reply"], float],
        now: Callable[[], float],
        engine_failed: Callable[[str], None],
    ) -> None:
        """`mouth` None: a text reply. `position_ms` tells how much of the sound was heard."""
        self.number = number
        self.request = request
        self.memory: Remember | None = None
        self.failed: str | None = None
        """Why the mind could not say all of it."""
        self.usage = Usage(0, 0)
        self.first_token_at: float | None = None
        self.first_audio_at: float | None = None
        self.flowing = False
        self._mind, self._mouth = mind, mouth
        self._output_rate, self._voice, self._speed = output_rate, voice, speed
        self._deliver, self._position_ms, self._now = deliver, position_ms, now
        self._engine_failed = engine_failed
        self._waiting: deque[Output] = deque()
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue(_SENTENCES)
        self._chars = 0
        self._made_ms = 0.0

    @property
    def language(self) -> str:
        return self.request.companion.language

    def flow(self, flowing: bool) -> None:
        """Let outputs out, or keep them back."""
        self.flowing = flowing
        while self.flowing and self._waiting:
            self._deliver(self, self._waiting.popleft())

    async def run(self) -> None:
        """Make the reply. Engine failures are told to the learner, never raised."""
        if self._mouth is None:
            await self._think(self._write)
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._think(self._say_later))
                group.create_task(self._speak(self._mouth))
        self._put(Finished(self.failed))

    # --- mind -------------------------------------------------------------------------------------------------

    async def _think(self, write: Callable[[str], Awaitable[None]]) -> None:
        splitter = SentenceSplitter()
        try:
            async for event in self._thoughts():
                if isinstance(event, TextDelta):
                    for sentence in splitter.feed(event.text):
                        await write(sentence)
                elif isinstance(event, Remember):
                    self.memory = event
                elif isinstance(event, Usage):
                    self.usage = event
                else:
                    self._put(event)
            await write(splitter.flush())
        except Exception as error:  # whatever an engine does, the learner is not left in silence
            self._engine_failed("mind")
            self.failed = _told(error)
            log_failure("mind.failed", error)
            excuse = LOST_LAST_WORDS if self.request.purpose in LAST_WORDS else LOST_THREAD
            await write(splitter.flush() + " " + in_language(excuse, self.language))
        if self._mouth is not None:
            await self._sentences.put(None)

    async def _thoughts(self) -> AsyncIterator[MindEvent]:
        """The mind's events. Minds try again by themselves, as long as nothing was said."""
        async with aclosing(self._mind.reply(self.request)) as events:  # type: ignore[type-var]
            while True:
                async with asyncio.timeout(_MIND_PATIENCE):
                    event = await anext(events, None)
                if event is None:
                    return
                if self.first_token_at is None:
                    self.first_token_at = self._now()
                yield event

    async def _write(self, text: str) -> None:
        if text:
            self._put(Piece(text))

    async def _say_later(self, sentence: str) -> None:
        if sentence:
            await self._sentences.put(sentence)

    # --- mouth ------------------------------------------------------------------------------------------------

    async def _speak(self, mouth: TextToSpeech) -> None:
        while (sentence := await self._sentences.get()) is not None:
            while (excess := self._made_ms - self._position_ms(self) - AHEAD_MS) > 0:  # noqa: ASYNC110
                await asyncio.sleep(max(0.1, excess / 1000))
            if sentence.strip():
                await self._say(mouth, sentence)
            else:
                self._put(Piece(sentence))
            self._chars += len(sentence)

    async def _say(self, mouth: TextToSpeech, sentence: str) -> None:
        """Speak one sentence, tried twice; if the mouth fails, it is at least shown."""
        for attempt in (1, 2):
            begun = False
            try:
                async for piece in self._sound(mouth, sentence):
                    self._put(piece if begun else replace(piece, text=sentence))
                    begun = True
                if begun:
                    return
                break
            except Exception as error:
                self._engine_failed("mouth")
                log_failure("mouth.failed", error, attempt=attempt)
                if begun:
                    return
        self._put(Piece(sentence))

    async def _sound(self, mouth: TextToSpeech, sentence: str) -> AsyncIterator[Piece]:
        resampler = Resampler(mouth.sample_rate, self._output_rate)
        begin_ms = self._made_ms
        timed = False
        speech = mouth.synthesize(sentence, voice=self._voice, speed=self._speed, language=self.language)
        async with aclosing(speech) as pieces:  # type: ignore[type-var]
            while True:
                async with asyncio.timeout(_MOUTH_PATIENCE):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                timed = timed or bool(piece.words)
                pcm = resampler.feed(piece.pcm)
                if len(pcm) or piece.words:
                    yield self._piece(pcm, self._placed(piece, begin_ms))
        tail = resampler.flush()
        words = () if timed else tuple(spread_words(sentence, self._chars, begin_ms, self._made_ms))
        if len(tail) or words:
            yield self._piece(tail, words)

    def _piece(self, pcm: NDArray[np.int16], words: tuple[CaptionWord, ...]) -> Piece:
        if self.first_audio_at is None:
            self.first_audio_at = self._now()
        self._made_ms += len(pcm) * 1000 / self._output_rate
        return Piece("", pcm, words)

    def _placed(self, piece: Speech, begin_ms: float) -> tuple[CaptionWord, ...]:
        chars, shift = self._chars, round(begin_ms)
        return tuple(
            CaptionWord(chars + word.start, chars + word.end, shift + word.start_ms, shift + word.end_ms)
            for word in piece.words
        )

    def _put(self, output: Output) -> None:
        self._waiting.append(output)
        self.flow(self.flowing)


def _told(error: Exception) -> str:
    """To the client; of what no mind should raise, nothing."""
    if isinstance(error, TimeoutError):
        return "The mind did not answer in time."
    return str(error) if isinstance(error, MindError) else "The mind failed."
