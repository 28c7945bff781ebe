"""The learner's side: sound becomes an utterance, an utterance becomes words, words become an item."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import structlog
from numpy.typing import NDArray

from audio.pcm import from_pcm16
from audio.vad import Listener
from tutor.conversation import turn_events as t
from tutor.conversation.events import (
    InputCommitted,
    Item,
    ItemAdded,
    Part,
    Role,
    SessionEvent,
    SpeechDropped,
    SpeechStarted,
    SpeechStopped,
    TranscriptCompleted,
    TranscriptDelta,
    TranscriptFailed,
)
from tutor.conversation.history import History
from tutor.conversation.ports import Engines, Observer
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.speaker import new_id
from tutor.conversation.tape import Tape
from tutor.conversation.utterance import Utterance, caption_words

_STARVED = 0.8
"""Seconds without any audio in mid-speech after which silence is assumed: some clients stop sending."""
_MOST_JUDGING = 0.3
"""Seconds after which nobody waits for the end-of-turn model: the shortest turns are decided about then."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ListeningEvents:
    """What the session wants to know; all are called on the event loop."""

    emit: Callable[[SessionEvent], None]
    step: Callable[[t.Event], None]
    """For turn-taking."""
    save: Callable[[Item], None]
    """The item is final: make it durable and acknowledge it."""
    not_heard: Callable[[], None]
    """The ears failed; nobody knows what was said."""


class Listening:
    """At most one utterance is under way; earlier ones may still be transcribed."""

    def __init__(
        self,
        *,
        engines: Engines,
        config: SessionConfig,
        history: History,
        observer: Observer,
        events: ListeningEvents,
        tape: Tape,
        spawn: Callable[..., asyncio.Task[None]],
        now: Callable[[], float],
    ) -> None:
        self._engines, self._config, self._history = engines, config, history
        self._observer, self._events, self._spawn, self._now = observer, events, spawn, now
        self._tape = tape
        self._listener: Listener | None = None
        self._utterance: Utterance | None = None
        self._start_ms = 0
        self._audio_at = 0.0
        self.transcribing: asyncio.Task[None] | None = None
        """The latest item whose words are still to come."""
        self.unheard = 0
        """Items whose words are still to come."""

    # --- sound ------------------------------------------------------------------------------------------------

    def attach(self, rate: int) -> None:
        """A client is there that sends sound at `rate`."""
        self._listener = Listener(
            rate, self._engines.silero, on_started=self._speech_started, on_audio=self._speech_audio,
            on_stopped=self._speech_stopped,
        )  # fmt: skip
        self.configure()

    def configure(self) -> None:
        """Take over what may have changed in the session's configuration."""
        if self._listener is not None:
            self._listener.threshold = self._config.vad_threshold
            self._listener.prefix_padding_ms = self._config.prefix_padding_ms
            self._listener.deliver_all = not self._config.automatic_turns

    def detach(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def stop(self) -> None:
        """The session is over."""
        self.detach()
        self.close_utterance()
        if self.transcribing is not None:
            self.transcribing.cancel()

    def hear(self, pcm: bytes | bytearray | memoryview) -> None:
        if self._listener is not None:
            self._audio_at = self._now()
            self._listener.feed(from_pcm16(pcm))

    @property
    def starving_at(self) -> float | None:
        """When a client that stopped sending in mid-speech is taken to be silent."""
        return self._audio_at + _STARVED if self._listener is not None and self._listener.speaking else None

    def feed_starving(self) -> None:
        """If that moment has come, hear half a second of silence."""
        starving, now = self.starving_at, self._now()
        if starving is not None and now >= starving and self._listener is not None:
            self._audio_at = now
            self._listener.feed(np.zeros(self._listener.rate // 2, np.int16))

    def _speech_started(self, start_ms: int) -> None:
        if self._config.automatic_turns:
            self._start_ms = start_ms
            self._events.step(t.SpeechBegan(self._now(), self._at(start_ms)))

    def _speech_audio(self, pcm: NDArray[np.int16]) -> None:
        if self._utterance is None and not self._config.automatic_turns:
            self._start_ms = self._listener.now_ms if self._listener is not None else 0
            self.open_utterance()
        if self._utterance is not None:
            self._utterance.feed(pcm)

    def _speech_stopped(self, end_ms: int) -> None:
        if self._config.automatic_turns:
            if self._utterance is not None:
                self._utterance.end_ms = end_ms
            self._events.step(t.SpeechPaused(self._now(), self._at(end_ms)))

    def _at(self, audio_ms: int) -> float:
        """Clock time of a moment of the input audio."""
        assert self._listener is not None
        return self._audio_at - max(0, self._listener.now_ms - audio_ms) / 1000

    # --- the utterance, as turn-taking wants it ---------------------------------------------------------------

    def open_utterance(self) -> None:
        self.close_utterance()
        self._utterance = self._new_utterance(
            new_id("item"),
            start_ms=self._start_ms,
            on_partial=lambda text: self._events.step(t.WordsHeard(self._now(), text)),
        )

    def announce(self) -> None:
        if self._utterance is not None:
            self._utterance.announced = True
            self._events.emit(SpeechStarted(self._utterance.item_id, self._utterance.start_ms))

    def hush(self) -> None:
        """Have the client throw away what it still plays, as it does where speech begins, though nobody spoke."""
        if self._listener is None or (self._utterance is not None and self._utterance.announced):
            return
        item_id, now_ms = new_id("item"), self._listener.now_ms
        self._events.emit(SpeechStarted(item_id, now_ms))
        self._events.emit(SpeechStopped(item_id, now_ms))
        self._events.emit(SpeechDropped(item_id))

    def utterance_of(self, item_id: str) -> Utterance:
        """A recognition for somebody else's speech."""
        return self._new_utterance(item_id, start_ms=0, on_partial=lambda _text: None)

    def close_utterance(self) -> None:
        if self._utterance is not None:
            self._utterance.close()
            self._utterance = None

    def drop_utterance(self) -> None:
        """There was nothing in it."""
        utterance = self._utterance
        if utterance is not None:
            self.close_utterance()
            self._tell_stopped(utterance)
            self._events.emit(SpeechDropped(utterance.item_id))

    def transcribe(self, snapshot: int) -> None:
        """Recognise what was said so far; `TranscriptReady` tells."""
        if self._utterance is not None:
            self._spawn(self._transcribe, self._utterance, snapshot)

    async def _transcribe(self, utterance: Utterance, snapshot: int) -> None:
        transcript, finished = await asyncio.gather(
            utterance.transcribe(), self._judge_sound(utterance.recent)
        )
        if utterance is not self._utterance:
            return
        text = None if transcript is None else transcript.text
        self._events.step(t.TranscriptReady(self._now(), snapshot, text, finished))
        if transcript is None:
            self._tell_failed(utterance)
            self._events.not_heard()

    async def _judge_sound(self, sound: NDArray[np.int16]) -> float | None:
        """What the end-of-turn model makes of the sound, where there is one and it answers in time."""
        model = self._engines.end_of_turn
        if model is None:
            return None
        try:
            async with asyncio.timeout(_MOST_JUDGING):
                return await model.probability(sound)
        except Exception as error:  # an optional model never stops the conversation
            _log.warning("end_of_turn.failed", error=str(error) or type(error).__name__)
            self._observer.engine_failed("end_of_turn")
            return None

    # --- words become items -----------------------------------------------------------------------------------

    def commit_turn(self, text: str) -> Utterance | None:
        """The utterance is over and these were its words; None if there is none."""
        utterance, self._utterance = self._utterance, None
        if utterance is None:
            return None
        utterance.close()
        self._tell_stopped(utterance)
        item = self._place(utterance, text)
        self._tell_transcript(utterance, text)
        self._events.save(item)
        return utterance

    def commit_input(self) -> bool:
        """Manual turns: what was sent so far is one learner turn; False if nothing was."""
        utterance = self._utterance
        if utterance is None or not utterance.samples:
            return False
        self._utterance = None
        self._events.step(t.InputForgotten(self._now()))
        self._tell_stopped(utterance)
        self._transcribe_item(utterance, self._place(utterance, ""))
        return True

    def add_spoken(self, item: Item, pcm: NDArray[np.int16], after: str | None) -> None:
        """An item whose words are still to be recognised. `pcm`: 16 kHz. Raises VivaError for a wrong place."""
        self._history.add(item, after)
        self._events.emit(ItemAdded(item, self._history.previous_id(item.id)))
        utterance = self._new_utterance(item.id, start_ms=0, on_partial=lambda _text: None)
        utterance.feed(pcm)
        self._transcribe_item(utterance, item)

    def _transcribe_item(self, utterance: Utterance, item: Item) -> None:
        self.unheard += 1
        self.transcribing = self._spawn(self._words_of, utterance, item, self.transcribing)

    async def _words_of(self, utterance: Utterance, item: Item, before: asyncio.Task[None] | None) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            transcript = await utterance.transcribe()
        finally:
            self.unheard -= 1
            utterance.close()
        if item.id not in self._history:
            return  # the client deleted it meanwhile
        if transcript is None:
            self._tell_failed(utterance)
        else:
            item = replace(item, parts=(Part("input_audio", transcript.text),))
            self._history.replace(item)
            self._tell_transcript(utterance, transcript.text)
        self._events.save(item)

    def _new_utterance(self, item_id: str, *, start_ms: int, on_partial: Callable[[str], None]) -> Utterance:
        return Utterance(
            item_id, self._engines.ears, start_ms=start_ms, language=self._config.language, hints=self._config.hints,
            on_partial=on_partial, now=self._now, patience=self._engines.hearing_seconds,
            keep_recent=self._engines.end_of_turn is not None,
        )  # fmt: skip

    def _place(self, utterance: Utterance, text: str) -> Item:
        previous = self._history.last_id
        said = (Part("input_audio", text),)
        began = self._tape.ms_at(self._at(utterance.start_ms)) if self._listener is not None else None
        item = Item(utterance.item_id, "message", Role.LEARNER, "completed", said, began_ms=began)
        self._history.add(item)
        self._events.emit(InputCommitted(item.id, previous))
        self._events.emit(ItemAdded(item, previous))
        return item

    # --- to the client ----------------------------------------------------------------------------------------

    def _tell_stopped(self, utterance: Utterance) -> None:
        if utterance.announced:
            self._events.emit(SpeechStopped(utterance.item_id, max(utterance.end_ms, utterance.start_ms)))

    def _tell_transcript(self, utterance: Utterance, text: str) -> None:
        words = caption_words(utterance.transcript) if utterance.transcript is not None else ()
        self._events.emit(TranscriptDelta(utterance.item_id, text))
        self._events.emit(TranscriptCompleted(utterance.item_id, text, words, utterance.seconds))

    def _tell_failed(self, utterance: Utterance) -> None:
        self._observer.engine_failed("ears")
        self._events.emit(TranscriptFailed(utterance.item_id, "The speech could not be recognised."))
