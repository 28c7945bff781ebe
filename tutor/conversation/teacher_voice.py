"""A teacher speaks to the learner: heard at once, and written down when a pause shows what it was."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import structlog
from numpy.typing import NDArray

from audio.pcm import Resampler, from_pcm16
from audio.silero import SileroBatch
from audio.stt.base import STT_RATE
from audio.vad import Listener
from tutor.conversation.events import Item, Part, ReplyOptions, Role
from tutor.conversation.rendition import Rendition
from tutor.conversation.speaker import Speaker, new_id
from tutor.conversation.utterance import Utterance

_PADDING_MS = 120
"""Sound before the start of speech that is sent with it: as little as keeps the first syllable, for it is delay."""
_log = structlog.get_logger(__name__)


class _Saying:
    """What the teacher says between two longer pauses; it becomes one item."""

    def __init__(self, rendition: Rendition, utterance: Utterance, rate: int) -> None:
        self.rendition, self.utterance = rendition, utterance
        self.resampler = Resampler(STT_RATE, rate)
        self.unsent: list[NDArray[np.int16]] = []
        """Sound that came before the response could be opened."""
        self.words: str | None = None
        """Known, and they have not gone on since."""


class TeacherVoice:
    """Sound without speech goes nowhere."""

    def __init__(
        self,
        rate: int,
        *,
        silero: SileroBatch,
        speaker: Speaker,
        utterance: Callable[[str], Utterance],
        output_rate: Callable[[], int],
        afterwards: Callable[[Callable[[], None]], None],
        spawn: Callable[..., asyncio.Task[None]],
        changed: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        """`rate`: Hz of what `hear` gets. `utterance` begins a recognition. `changed`: `speaking` has.

        `afterwards` calls back when all that was said before is durable, and its end was told.
        """
        self._speaker, self._new_utterance, self._output_rate = speaker, utterance, output_rate
        self._afterwards, self._spawn, self._changed, self._now = afterwards, spawn, changed, now
        self._listener = Listener(
            rate, silero, prefix_padding_ms=_PADDING_MS, on_started=self._started, on_audio=self._sound,
            on_stopped=self._stopped,
        )  # fmt: skip
        self._saying: _Saying | None = None
        self._talking = False
        self._then: Callable[[], None] | None = None

    @property
    def speaking(self) -> bool:
        """Something of theirs is being heard, or written down."""
        return self._saying is not None

    @property
    def finishing(self) -> bool:
        """They handed back, and their last words are being written down."""
        return self._then is not None

    def hear(self, pcm: bytes) -> None:
        if self._then is None:
            self._listener.feed(from_pcm16(pcm))

    def finish(self, then: Callable[[], None]) -> None:
        """Take no more, and call `then` when all is written down."""
        if self._then is not None:
            return
        self._then = then
        self._listener.close()
        if self._talking:
            self._stopped(0)
        else:
            self._is_finished()

    def cut(self) -> None:
        """The learner's link is lost: what they heard of it is written down all the same."""
        self._listener.close()
        saying = self._let_go()
        if saying is None:
            return
        if saying.rendition.begun:
            saying.rendition.stop(self._now(), "turn_detected")
        heard = saying.rendition.current
        self._spawn(self._amend, saying.utterance, heard.item if heard else None)

    def stop(self) -> None:
        """The session is over."""
        self._listener.close()
        saying = self._let_go()
        if saying is not None:
            saying.utterance.close()
            if saying.rendition.begun:
                saying.rendition.stop(self._now(), "client_cancelled")

    def _let_go(self) -> _Saying | None:
        saying, self._saying, self._talking = self._saying, None, False
        return saying

    # --- sound ------------------------------------------------------------------------------------------------

    def _started(self, _start_ms: int) -> None:
        self._talking = True
        if self._saying is not None:
            self._saying.words = None
            return
        rate = self._output_rate()
        rendition = self._speaker.rendition(ReplyOptions(), audio=True, rate=rate, role=Role.TEACHER)
        saying = self._saying = _Saying(rendition, self._new_utterance(new_id("item")), rate)
        self._afterwards(lambda: self._open(saying))  # one response after the other
        self._changed()

    def _open(self, saying: _Saying) -> None:
        if saying is not self._saying:
            return
        saying.rendition.start()
        for sound in saying.unsent:
            saying.rendition.piece(self._now(), "", sound, ())
        if saying.words is not None:
            self._close(saying, saying.words)

    def _sound(self, pcm: NDArray[np.int16]) -> None:
        saying = self._saying
        if saying is None:
            return
        saying.utterance.feed(pcm)
        sound = saying.resampler.feed(pcm)
        if saying.rendition.begun:
            saying.rendition.piece(self._now(), "", sound, ())
        else:
            saying.unsent.append(sound)

    def _stopped(self, _end_ms: int) -> None:
        self._talking = False
        if self._saying is not None:
            self._spawn(self._write_down, self._saying)

    # --- words ------------------------------------------------------------------------------------------------

    async def _write_down(self, saying: _Saying) -> None:
        text = await self._text_of(saying.utterance)
        if saying is not self._saying or self._talking:
            return  # they went on, and there will be more words
        saying.words = text
        if saying.rendition.begun:
            self._close(saying, text)

    def _close(self, saying: _Saying, text: str) -> None:
        self._saying = None
        saying.utterance.close()
        if text:
            saying.rendition.piece(self._now(), text, None, ())
        saying.rendition.complete(0, 0)
        self._changed()
        self._is_finished()

    async def _amend(self, utterance: Utterance, item: Item | None) -> None:
        text = await self._text_of(utterance)
        utterance.close()
        if item is not None:
            self._speaker.keep(replace(item, parts=(Part("output_audio", text),)), False)
        self._is_finished()

    def _is_finished(self) -> None:
        if self._then is not None and self._saying is None:
            then, self._then = self._then, None
            then()

    async def _text_of(self, utterance: Utterance) -> str:
        """Empty if it could not be recognised: the companion gets the floor back all the same."""
        try:
            transcript = await utterance.transcribe()
        except Exception:
            _log.exception("teacher.not_recognised")
            return ""
        return "" if transcript is None else transcript.text
