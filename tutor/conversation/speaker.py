"""The companion's side of a session: prepares replies in silence, plays one, pauses, resumes, cuts it."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from audio.tts.base import TextToSpeech
from lms_core.errors import NotFound
from tutor.brain.base import Mind, MindRequest, Show, ToolCall
from tutor.conversation.events import Item, ItemDone, ReplyOptions, Role, SessionEvent
from tutor.conversation.history import History
from tutor.conversation.ledger import Ledger
from tutor.conversation.ports import ItemSaved, Observer
from tutor.conversation.rendition import Rendition, Spoken
from tutor.conversation.reply import Finished, Output, Piece, Reply
from tutor.conversation.tape import Tape

_REMEMBERED = 8
"""How many of the last spoken items a client may still truncate."""
_LATE_REPORT = 2.0
"""Seconds that a client may be behind the estimate at the end of a reply before it is taken as played."""
MOST_OUT_OF_BAND = 4


@dataclass(slots=True)
class Delivery:
    """One reply on its way: made by `reply`, shown to the client by `rendition`."""

    reply: Reply
    rendition: Rendition
    task: asyncio.Task[None] | None = None
    paused: bool = False
    claimed: bool = False
    """It is wanted: no longer just speculation."""
    released: bool = False
    finished: bool = False
    resuming: bool = False
    """It goes on as soon as what was stopped is durable."""
    first_sent_at: float | None = None
    over_timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class SpeakerEvents:
    """What the session wants to know; all are called on the event loop."""

    emit: Callable[[SessionEvent], None]
    playing: Callable[[Delivery], None]
    over: Callable[[Delivery, str], None]
    """Played to its end, or failed; the text is what was heard."""
    show: Callable[[Show], None]


class Speaker:
    """At most one reply is heard; one more may be prepared; out-of-band replies run beside them."""

    def __init__(
        self,
        *,
        mind: Mind,
        mouth: TextToSpeech,
        history: History,
        ledger: Ledger,
        observer: Observer,
        events: SpeakerEvents,
        tape: Tape,
        spawn: Callable[..., asyncio.Task[None]],
        now: Callable[[], float],
    ) -> None:
        self._mind, self._mouth = mind, mouth
        self._history, self._ledger, self._observer = history, ledger, observer
        self._events, self._tape, self._spawn, self._now = events, tape, spawn, now
        self._deliveries: dict[int, Delivery] = {}
        self._spoken: deque[tuple[Rendition, Spoken]] = deque(maxlen=_REMEMBERED)
        self.current: Delivery | None = None
        self.reports_playback = False

    @property
    def answering(self) -> int | None:
        """The number of the conversation's reply whose response is not done yet."""
        for number, delivery in self._deliveries.items():
            if delivery.claimed and not delivery.finished and not delivery.rendition.options.out_of_band:
                return number
        return None

    # --- life of a reply --------------------------------------------------------------------------------------

    def prepare(
        self,
        number: int,
        request: MindRequest,
        *,
        options: ReplyOptions,
        audio: bool,
        rate: int,
        voice: str,
        speed: float,
        mind: Mind | None = None,
        role: Role = Role.TUTOR,
    ) -> Delivery:
        """Begin to make a reply; nothing of it goes out before `release`. `mind`: instead of the session's own."""
        rendition = self.rendition(options, audio=audio, rate=rate, role=role)
        reply = Reply(
            number, request, mind=mind or self._mind, mouth=self._mouth if audio else None, output_rate=rate, voice=voice,
            speed=speed, deliver=self._deliver, position_ms=self._position, now=self._now,
            engine_failed=self._observer.engine_failed,
        )  # fmt: skip
        delivery = Delivery(reply, rendition)
        self._deliveries[number] = delivery
        delivery.task = self._spawn(self._run, delivery)
        return delivery

    def rendition(
        self, options: ReplyOptions, *, audio: bool, rate: int, role: Role = Role.TUTOR
    ) -> Rendition:
        """How something that is said reaches the client, and what was heard of it the history."""
        return Rendition(
            options=options, audio=audio, rate=rate, new_id=new_id, emit=self._events.emit,
            place=self._place if not options.out_of_band else lambda _item: None,
            keep=self.keep if not options.out_of_band else lambda _item, _acknowledge: None,
            afterwards=lambda then: self._ledger.record(then=then), tape=self._tape, role=role,
        )  # fmt: skip

    def claim(self, number: int) -> None:
        """The reply is wanted and will be released."""
        if number in self._deliveries:
            self._deliveries[number].claimed = True

    def release(self, number: int) -> None:
        """Let the reply be heard, unless it was dropped meanwhile."""
        delivery = self._deliveries.get(number)
        if delivery is None or delivery.released:
            return
        delivery.released = True
        delivery.rendition.start()
        if not delivery.rendition.options.out_of_band:
            self.current = delivery
        if not delivery.paused:
            delivery.reply.flow(True)

    def drop(self, number: int) -> None:
        """Throw a reply away that was never heard."""
        delivery = self._deliveries.pop(number, None)
        if delivery is not None:
            self._cancel(delivery)

    def pause(self, number: int) -> None:
        """The client fell silent; hold everything back until the sound is judged."""
        delivery = self._deliveries.get(number)
        if delivery is None:
            return
        delivery.paused = True
        delivery.reply.flow(False)
        self._stop_timer(delivery)
        delivery.rendition.freeze(self._now())

    def resume(self, number: int) -> None:
        """It was nothing: go on where the sound stopped."""
        delivery = self._deliveries.get(number)
        if delivery is None or not delivery.paused:
            return
        delivery.paused = False
        if not delivery.released or delivery.resuming:
            return
        if delivery.rendition.spoken:
            delivery.rendition.suspend(self._now())
        delivery.resuming = True
        self._ledger.record(then=lambda: self._go_on(delivery))  # after the end of the stopped response

    def _go_on(self, delivery: Delivery) -> None:
        delivery.resuming = False
        if self._deliveries.get(delivery.reply.number) is not delivery or delivery.paused:
            return  # meanwhile it was cut, or there was another sound
        if delivery.rendition.spoken:
            delivery.rendition.resume(self._now())
            self._remember(delivery.rendition)
        delivery.reply.flow(True)
        self._watch_end(delivery)

    def interrupt(self, number: int, reason: str) -> tuple[Delivery, Item | None] | None:
        """Cancel through every layer and cut to what was heard; None if there was nothing to cancel."""
        delivery = self._deliveries.pop(number, None)
        if delivery is None:
            return None
        self._cancel(delivery)
        if self.current is delivery:
            self.current = None
        if not delivery.released:
            if delivery.claimed and (delivery.rendition.options.asked or reason == "client_cancelled"):
                self._ledger.record(then=lambda: delivery.rendition.open_and_close(reason))
            return delivery, None
        stopped = delivery.rendition.stop(self._now(), reason)
        return delivery, stopped.item if stopped is not None else None

    def find(self, reply_id: str) -> int | None:
        """The number of the unfinished reply whose response the client knows as `reply_id`."""
        for number, delivery in self._deliveries.items():
            if delivery.rendition.reply_id == reply_id and not delivery.finished:
                return number
        return None

    def abandon(self) -> Delivery | None:
        """The client asked for a new reply while the last one, all sent, was perhaps still played; None if there is none."""
        delivery, self.current = self.current, None
        if delivery is not None:
            self._deliveries.pop(delivery.reply.number, None)
            self._stop_timer(delivery)
        return delivery

    @property
    def out_of_band(self) -> int:
        """How many replies run beside the conversation."""
        return sum(1 for delivery in self._deliveries.values() if delivery.rendition.options.out_of_band)

    def stop(self) -> None:
        """The session is over: cancel everything."""
        for delivery in self._deliveries.values():
            self._cancel(delivery)
        self._deliveries.clear()
        self.current = None

    # --- playback ---------------------------------------------------------------------------------------------

    def played(self, item_id: str, ms: float) -> None:
        """The client's playback position; ignored for anything but the item that is being played."""
        delivery = self.current
        if delivery is None or delivery.paused:
            return
        spoken = delivery.rendition.current
        if spoken is not None and spoken.item.id == item_id:
            delivery.rendition.playback.reported(self._now(), ms)
            if delivery.finished:
                self._watch_end(delivery)

    def truncate(self, item_id: str, heard_ms: float) -> Item:
        """The client says how much of an item it really played.

        Raises NotFound if the item was not spoken lately, ValueError with the true length if `heard_ms` is beyond it.
        """
        for rendition, spoken in reversed(self._spoken):
            if spoken.item.id == item_id:
                if spoken is rendition.current:
                    if heard_ms > rendition.playback.sent_ms + 1:
                        raise ValueError(f"{round(rendition.playback.sent_ms)}")
                    rendition.playback.correct(heard_ms)
                return rendition.cut(spoken, heard_ms)
        raise NotFound(f"The item '{item_id}' has no audio that can be truncated.")

    def _position(self, reply: Reply) -> float:
        delivery = self._deliveries.get(reply.number)
        return delivery.rendition.position(self._now()) if delivery is not None else 0.0

    # --- inside -----------------------------------------------------------------------------------------------

    async def _run(self, delivery: Delivery) -> None:
        await delivery.reply.run()

    def _cancel(self, delivery: Delivery) -> None:
        delivery.reply.flow(False)
        self._stop_timer(delivery)
        if delivery.task is not None:
            delivery.task.cancel()

    def _deliver(self, reply: Reply, output: Output) -> None:
        delivery = self._deliveries.get(reply.number)
        if delivery is None:
            return  # a late worker's news of a reply that is gone
        rendition = delivery.rendition
        match output:
            case Piece():
                self._piece(delivery, output)
            case ToolCall():
                rendition.call(output.name, output.call_id, output.arguments)
            case Show():
                self._events.show(output)
            case Finished():
                rendition.failed = output.failed if not rendition.spoken else None
                rendition.complete(reply.usage.input_tokens, reply.usage.output_tokens)
                delivery.finished = True
                self._watch_end(delivery)

    def _piece(self, delivery: Delivery, piece: Piece) -> None:
        rendition = delivery.rendition
        items = len(rendition.spoken)
        rendition.piece(self._now(), piece.text, piece.pcm, piece.words)
        if len(rendition.spoken) > items:
            self._remember(rendition)
        if delivery.first_sent_at is None and (piece.pcm is not None or not rendition.audio):
            delivery.first_sent_at = self._now()
            if not rendition.options.out_of_band:
                self._events.playing(delivery)

    def _remember(self, rendition: Rendition) -> None:
        if rendition.audio and rendition.current is not None:
            self._spoken.append((rendition, rendition.current))

    def _watch_end(self, delivery: Delivery) -> None:
        """Notice when a finished reply has been played to its end."""
        self._stop_timer(delivery)
        if not delivery.finished or delivery.paused:
            return
        if delivery.rendition.options.out_of_band:
            self._deliveries.pop(delivery.reply.number, None)
            return
        loop = asyncio.get_running_loop()
        left = delivery.rendition.playback.finish_time(self._now()) - self._now()
        slack = _LATE_REPORT * 0.1 if self.reports_playback else 0.0
        delivery.over_timer = loop.call_later(max(0.0, left) + slack, self._end, delivery)

    def _end(self, delivery: Delivery) -> None:
        delivery.over_timer = None
        if self._deliveries.pop(delivery.reply.number, None) is None:
            return
        if self.current is delivery:
            self.current = None
        self._events.over(delivery, delivery.rendition.heard(self._now()))

    def _stop_timer(self, delivery: Delivery) -> None:
        if delivery.over_timer is not None:
            delivery.over_timer.cancel()
            delivery.over_timer = None

    def _place(self, item: Item) -> str | None:
        previous = self._history.last_id
        self._history.add(item)
        return previous

    def keep(self, item: Item, acknowledge: bool) -> None:
        """Make an item durable as it is now, and tell the client if it is to be acknowledged."""
        if item.id not in self._history:
            return  # the client deleted it meanwhile
        self._history.replace(item)
        saved = ItemSaved(item, self._history.position(item.id))
        previous = self._history.previous_id(item.id)
        then = (lambda: self._events.emit(ItemDone(item, previous))) if acknowledge else None
        self._ledger.record(saved, then=then)


def new_id(prefix: str) -> str:
    """A fresh wire id; at most 32 characters, as the Realtime protocol wants."""
    return f"{prefix}_{secrets.token_hex(10)}"
