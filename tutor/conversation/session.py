"""A session as its door sees it: the talk itself, and what a client may ask of it."""

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from audio.pcm import Resampler, from_pcm16
from audio.stt.base import STT_RATE
from lms_core.errors import VivaError
from tutor.brain.base import Purpose
from tutor.conversation.announced import AnnouncedTalk
from tutor.conversation.events import (
    InputCleared,
    Item,
    ItemDeleted,
    ItemRetrieved,
    ItemTruncated,
    Part,
    ReplyOptions,
    Role,
)
from tutor.conversation.ports import ItemRemoved, ItemSaved
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.speaker import MOST_OUT_OF_BAND, new_id

_SETTINGS = frozenset(field.name for field in fields(SessionConfig))
_MOST_ITEMS = 2000
_MOST_CHARACTERS = 500_000
"""What one conversation may hold; far beyond an hour of talk."""
_MOST_UNHEARD = 8
"""Spoken items that may wait for their words."""


class Session(AnnouncedTalk):
    """Every request is synchronous and answered through `Door.emit`; a bad one is answered with `Trouble`."""

    def configure(self, **changes: Any) -> None:
        """Change fields of `SessionConfig`; holds from the next utterance, sentence or decision on."""
        for name, value in changes.items():
            if name not in _SETTINGS:
                raise TypeError(f"SessionConfig has no '{name}'")
            setattr(self.config, name, value)
        self._taking.apply_policy()
        self._listening.configure()
        self._wind_timer()

    @property
    def recorded(self) -> bool:
        """What is said now is kept as sound."""
        return self._tape.running

    def recording_changed(self) -> None:
        """The recorder stopped; the client is told at once."""
        self._show_state(force=True)

    def played(self, item_id: str, ms: float) -> None:
        """The client's playback position within an item."""
        self._speaker.played(item_id, ms)

    # --- input ------------------------------------------------------------------------------------------------

    def type_text(self, text: str) -> None:
        """The learner typed: it counts as a turn, and as an interruption if the companion is speaking."""
        self._taking.cut_reply()
        self._taking.forget_input()
        said, began = (Part("input_text", text),), self._tape.ms_at(self._now())
        self._add(Item(new_id("item"), "message", Role.LEARNER, "completed", said, began_ms=began), None)
        self._taking.prompt()

    def commit_input(self, event_id: str | None = None) -> None:
        """Manual turns: what was sent so far is one learner turn; no reply is made unasked."""
        if not self._listening.commit_input():
            self._trouble("input_audio_buffer_commit_empty", "There is no audio to commit.", event_id)

    def clear_input(self) -> None:
        self._taking.forget_input()
        self._listening.close_utterance()
        self._emit(InputCleared())

    # --- items ------------------------------------------------------------------------------------------------

    def add_item(self, item: Item, previous_item_id: str | None = None, event_id: str | None = None) -> None:
        """Put an item after `previous_item_id` ("root": first; None: last)."""
        self._put(lambda: self._add(item, previous_item_id), item.characters, event_id)

    def add_spoken_item(
        self,
        item: Item,
        pcm: bytes | bytearray | memoryview,
        previous_item_id: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """The same for a learner's words that come as sound, PCM16 at the door's rate; they are recognised first."""
        if self._listening.unheard >= _MOST_UNHEARD:
            message = "Too many spoken items wait to be recognised; wait for their transcripts."
            self._trouble("too_many_items", message, event_id)
            return
        rate = self._door.input_rate if self._door is not None else STT_RATE
        resampler = Resampler(rate, STT_RATE)
        sound = np.concatenate((resampler.feed(from_pcm16(pcm)), resampler.flush()))
        self._put(lambda: self._listening.add_spoken(item, sound, previous_item_id), 0, event_id)

    def _put(self, add: Callable[[], None], characters: int, event_id: str | None) -> None:
        size = self.history.characters + characters
        if len(self.history) >= _MOST_ITEMS or size > _MOST_CHARACTERS:
            self._trouble(
                "conversation_full", "The conversation is full; delete items or open a new session.", event_id
            )
            return
        try:
            add()
        except VivaError as error:
            self._trouble(f"item_{error.code}", error.message, event_id, "previous_item_id")

    def delete_item(self, item_id: str, event_id: str | None = None) -> None:
        try:
            self.history.remove(item_id)
        except VivaError as error:
            self._trouble("item_delete_invalid_item_id", error.message, event_id, "item_id")
            return
        self._ledger.record(ItemRemoved(item_id), then=lambda: self._emit(ItemDeleted(item_id)))

    def retrieve_item(self, item_id: str, event_id: str | None = None) -> None:
        try:
            self._emit(ItemRetrieved(self.history.get(item_id)))
        except VivaError as error:
            self._trouble("item_retrieve_invalid_item_id", error.message, event_id, "item_id")

    def truncate_item(self, item_id: str, audio_end_ms: int, event_id: str | None = None) -> None:
        """The client played only `audio_end_ms` of a reply item: keep only the words heard by then."""
        try:
            item = self.history.get(item_id)
            if item.role is Role.TEACHER:
                self._emit(ItemTruncated(item_id, audio_end_ms))  # the transcript keeps what they said
                return
            if item.kind != "message" or item.role not in (Role.TUTOR, Role.ANNOUNCEMENT):
                self._trouble(
                    "invalid_value",
                    "Only the companion's audio messages can be truncated.",
                    event_id,
                    "item_id",
                )
                return
            self._truncate(item_id, audio_end_ms, event_id)
        except VivaError as error:
            self._trouble("item_truncate_invalid_item_id", error.message, event_id, "item_id")

    def _truncate(self, item_id: str, audio_end_ms: int, event_id: str | None) -> None:
        try:
            cut = self._speaker.truncate(item_id, audio_end_ms)
        except ValueError as error:
            self._trouble(
                "invalid_value", f"Audio content of {error} ms is already shorter than {audio_end_ms} ms.", event_id,
                "audio_end_ms",
            )  # fmt: skip
            return
        saved = ItemSaved(cut, self.history.position(item_id))
        self._ledger.record(saved, then=lambda: self._emit(ItemTruncated(item_id, audio_end_ms)))

    # --- replies ----------------------------------------------------------------------------------------------

    def request_reply(self, options: ReplyOptions) -> None:
        """Make a reply now. Out-of-band replies run beside the conversation, at most four at once."""
        options = replace(options, asked=True)
        if self._taking.turns.teacher and not options.out_of_band:
            message = (
                "A teacher speaks with the learner now; the companion answers again when they hand back."
            )
            self._trouble("teacher_has_taken_over", message, options.event_id)
            return
        if options.out_of_band:
            if self._speaker.out_of_band >= MOST_OUT_OF_BAND:
                self._trouble(
                    "too_many_responses", "Too many out-of-band responses are running.", options.event_id
                )
                return
            self._begin_after_input(self._answering.next_aside(), options)
            return
        if self._answering.under_way is not None:
            self._trouble(
                "conversation_already_has_active_response",
                "A response is in progress; wait for response.done or send response.cancel first.",
                options.event_id,
            )
            return
        self._answering.abandon_current()
        self._begin_after_input(self._taking.ask(), options)

    def cancel_reply(self, reply_id: str | None = None, event_id: str | None = None) -> None:
        """Cancel the reply under way, or the out-of-band one that is named."""
        number = self._answering.under_way if reply_id is None else self._speaker.find(reply_id)
        if number is None:
            self._trouble("response_cancel_not_active", "There is no active response to cancel.", event_id)
            return
        self._taking.cut_reply(number, "client_cancelled")

    def _begin_after_input(self, number: int, options: ReplyOptions) -> None:
        """A reply to a turn that is still being transcribed waits for its words."""
        transcribing = self._listening.transcribing
        if transcribing is None or transcribing.done():
            self._answering.begin(number, Purpose.ANSWER, options)
        else:
            self._answering.asked[number] = options
            self._spawn(self._begin_later, number, transcribing)

    async def _begin_later(self, number: int, transcribing: asyncio.Task[None]) -> None:
        await asyncio.wait([transcribing])
        self._answering.begin_asked(number)
