"""How one reply reaches the client: as responses and items with sound, played, paused, resumed or cut."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tutor.conversation.events import (
    CaptionWord,
    Item,
    Part,
    ReplyAudio,
    ReplyDone,
    ReplyItemDone,
    ReplyItemStarted,
    ReplyOptions,
    ReplyStarted,
    ReplyText,
    Role,
    SessionEvent,
)
from tutor.conversation.heard import Playback, heard_text, shift_words
from tutor.conversation.tape import Tape

_KEEP_MS = 500.0
"""Played sound that is kept, in case the client's position was a little behind the estimate."""

Status = Literal["completed", "cancelled", "failed", "incomplete"]


@dataclass(slots=True)
class Spoken:
    """One item as it was sent: all of its text and words, however much of it was heard."""

    item: Item
    index: int
    text: str = ""
    words: tuple[CaptionWord, ...] = ()
    chars_before: int = 0
    """Where it begins in the reply: an item that resumes a reply begins where the one before was stopped."""
    ms_before: float = 0.0
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Sound:
    """Sound from `start_ms` of the reply on."""

    start_ms: float
    pcm: NDArray[np.int16]
    words: tuple[CaptionWord, ...]


class Rendition:
    """The wire side of a reply. A resumed reply is a second response with a second item: clients throw away
    what they held of an item that they silenced.

    `place` puts an item into the conversation and returns the id of the item before it (None if the reply is
    out of band); `keep` makes a final item durable, acknowledged or (when it is only corrected) not;
    `afterwards` calls back when all that was kept so far is durable.
    """

    def __init__(
        self,
        *,
        options: ReplyOptions,
        audio: bool,
        rate: int,
        new_id: Callable[[str], str],
        emit: Callable[[SessionEvent], None],
        place: Callable[[Item], str | None],
        keep: Callable[[Item, bool], None],
        afterwards: Callable[[Callable[[], None]], None],
        tape: Tape,
        role: Role = Role.TUTOR,
    ) -> None:
        self.options = options
        self.audio = audio
        self.playback = Playback()
        self.reply_id = ""
        self.response_open = False
        self.spoken: list[Spoken] = []
        self.failed: str | None = None
        self._rate, self._new_id, self._emit, self._place = rate, new_id, emit, place
        self._keep, self._afterwards, self._tape = keep, afterwards, tape
        self._role = role
        self._items: list[Item] = []
        self._sounds: deque[_Sound] = deque()
        self._tokens = (0, 0)
        self._whole = False
        self._rest = (0, 0.0)
        """Where a suspended reply goes on: characters and ms from its beginning."""
        self._text = ""
        self._made_ms = 0.0

    @property
    def current(self) -> Spoken | None:
        return self.spoken[-1] if self.spoken else None

    @property
    def _recorded(self) -> bool:
        """Not what runs beside the conversation: the client perhaps never plays it. Nor a teacher's voice: the learner
        speaks for themself only."""
        return self.audio and not self.options.out_of_band and self._role is not Role.TEACHER

    @property
    def begun(self) -> bool:
        return bool(self.reply_id)

    def position(self, now: float) -> float:
        """How much of the whole reply was heard, in ms."""
        before = self.current.ms_before if self.current else 0.0
        return before + self.playback.position(now)

    def heard(self, now: float) -> str:
        """What the learner heard of the whole reply."""
        if not self.audio:
            return self._text
        spoken = self.current
        if spoken is None:
            return ""
        return self._text[: spoken.chars_before] + self._heard_of(spoken, self.playback.position(now))

    def start(self) -> None:
        """Open a response."""
        self.reply_id = self._new_id("resp")
        self.response_open = True
        self._items = []
        self._emit(ReplyStarted(self.reply_id, self.options))

    def open_and_close(self, reason: str) -> None:
        """The response was stopped before it began: whoever asked for it hears of both at once."""
        self.start()
        self.response_open = False
        self._emit(ReplyDone(self.reply_id, self.options, "cancelled", reason, ()))

    # --- output -----------------------------------------------------------------------------------------------

    def piece(
        self, now: float, text: str, pcm: NDArray[np.int16] | None, words: tuple[CaptionWord, ...]
    ) -> None:
        """More text and sound, `words` in the coordinates of the reply."""
        spoken = self.current
        if spoken is None or spoken.done:
            spoken = self._open_item()
        if text:
            self._text += text
            spoken.text += text
            self._emit(ReplyText(self.reply_id, spoken.item.id, text))
        if pcm is not None and (len(pcm) or words):
            sound = _Sound(self._made_ms, pcm, words)
            self._made_ms += len(pcm) * 1000 / self._rate
            self._sounds.append(sound)
            self._send(now, spoken, sound)
            self._prune(now)

    def call(self, name: str, call_id: str, arguments: str) -> Item:
        """A function call of the mind becomes an item of the response."""
        self._close_item("completed")
        item = Item(
            self._new_id("item"),
            "function_call",
            None,
            "completed",
            name=name,
            call_id=call_id,
            arguments=arguments,
        )
        self._open(item)
        self._finish_item(item, len(self._items) - 1)
        return item

    def complete(self, input_tokens: int, output_tokens: int) -> None:
        """Everything is out."""
        self._whole, self._tokens = True, (input_tokens, output_tokens)
        self._close_item("completed")
        self._close_response("failed" if self.failed else "completed", self.failed)

    # --- interruptions ----------------------------------------------------------------------------------------

    def freeze(self, now: float) -> float:
        """The client fell silent; returns how much of the item was heard, in ms."""
        if self._recorded:
            self._tape.hush()
        return self.playback.freeze(now)

    def stop(self, now: float, reason: str) -> Spoken | None:
        """Cut what is being said at what was heard and close the response; returns what was cut."""
        spoken = self.current
        if spoken is not None and self.audio:
            self.cut(spoken, self.freeze(now))
        elif spoken is not None and not spoken.done:
            self._close_item("incomplete")
        self._close_response("cancelled", reason)
        return spoken

    def cut(self, spoken: Spoken, heard_ms: float) -> Item:
        """The learner heard `spoken` only until `heard_ms`; may be told again with a better number."""
        part = Part("output_audio", self._heard_of(spoken, heard_ms))
        spoken.item = replace(spoken.item, status="incomplete", parts=(part,), heard_ms=round(heard_ms))
        if spoken.done:
            self._keep(spoken.item, False)
        else:
            spoken.done = True
            self._finish_item(spoken.item, spoken.index)
        return spoken.item

    def suspend(self, now: float) -> None:
        """Perhaps a false alarm: close the response at what was heard; `resume` says the rest."""
        stopped = self.current
        if stopped is None:
            return
        position = self.freeze(now)
        self.stop(now, "turn_detected")
        heard = stopped.item.text
        unheard = (word.start_ms for word in stopped.words if word.start >= len(heard))
        self._rest = (
            stopped.chars_before + len(heard), stopped.ms_before + min(position, next(unheard, position))
        )  # fmt: skip

    def resume(self, now: float) -> None:
        """It was one: say the rest, from where the sound stopped, as a new response."""
        self.start()
        self.playback = Playback()
        spoken = self._open_item(*self._rest)
        rest = self._text[spoken.chars_before :]
        if rest:
            spoken.text = rest
            self._emit(ReplyText(self.reply_id, spoken.item.id, rest))
        for sound in tuple(self._sounds):
            self._send(now, spoken, sound)
        if self._whole:
            self.complete(*self._tokens)

    # --- inside -----------------------------------------------------------------------------------------------

    def _open_item(self, chars_before: int | None = None, ms_before: float | None = None) -> Spoken:
        kind: Literal["output_audio", "output_text"] = "output_audio" if self.audio else "output_text"
        item = Item(self._new_id("item"), "message", self._role, "in_progress", (Part(kind, ""),))
        self._open(item)
        spoken = Spoken(
            item,
            len(self._items) - 1,
            chars_before=len(self._text) if chars_before is None else chars_before,
            ms_before=self._made_ms if ms_before is None else ms_before,
        )
        self.spoken.append(spoken)
        return spoken

    def _open(self, item: Item) -> None:
        previous = self._place(item)
        index = len(self._items)
        self._items.append(item)
        self._emit(ReplyItemStarted(self.reply_id, item, index, previous, not self.options.out_of_band))

    def _close_item(self, status: Literal["completed", "incomplete"]) -> None:
        spoken = self.current
        if spoken is None or spoken.done:
            return
        kind: Literal["output_audio", "output_text"] = "output_audio" if self.audio else "output_text"
        spoken.item = replace(spoken.item, status=status, parts=(Part(kind, spoken.text),))
        spoken.done = True
        self._finish_item(spoken.item, spoken.index)

    def _finish_item(self, item: Item, index: int) -> None:
        self._items[index] = item
        self._emit(ReplyItemDone(self.reply_id, item, index))
        self._keep(item, True)

    def _close_response(self, status: Status, reason: str | None) -> None:
        if not self.response_open:
            return
        self.response_open = False
        done = ReplyDone(self.reply_id, self.options, status, reason, tuple(self._items), *self._tokens)
        self._afterwards(lambda: self._emit(done))

    def _send(self, now: float, spoken: Spoken, sound: _Sound) -> None:
        """Send the part of `sound` that belongs to the item `spoken`."""
        skip = max(0, round((spoken.ms_before - sound.start_ms) * self._rate / 1000))
        pcm = sound.pcm[skip:]
        words = shift_words(sound.words, spoken.chars_before, spoken.ms_before)
        spoken.words += words
        if not len(pcm) and not words:
            return
        start_ms = max(0.0, sound.start_ms - spoken.ms_before)
        self.playback.sent(now, len(pcm) * 1000 / self._rate)
        if spoken.item.began_ms is None:
            spoken.item = replace(spoken.item, began_ms=self._tape.ms_at(now))
        if self._recorded:
            self._tape.companion(self.playback.finish_time(now) - len(pcm) / self._rate, pcm, self._rate)
        self._emit(ReplyAudio(self.reply_id, spoken.item.id, pcm, round(start_ms), words))

    def _prune(self, now: float) -> None:
        """Let go of sound that was heard for certain."""
        limit = self.position(now) - _KEEP_MS
        while (
            self._sounds and self._sounds[0].start_ms + len(self._sounds[0].pcm) * 1000 / self._rate < limit
        ):
            self._sounds.popleft()

    def _heard_of(self, spoken: Spoken, heard_ms: float) -> str:
        to_the_end = spoken is self.current and not self.response_open and heard_ms >= self.playback.sent_ms
        return spoken.text if to_the_end else heard_text(spoken.text, spoken.words, heard_ms)
