"""One voice conversation: wires turn-taking, ears, mind, mouth, history and clock together.

Everything runs on the event loop. The door calls the session's plain methods; what comes of them goes back
through `Door.emit`. What to do is decided in `turns.py`, `pacing.py` and `endpointing.py`, and carried out by
`turn_taking.py`; the two sides of the talk are `listening.py` and `answering.py`. `run` owns every task.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any

import structlog

from lms_core.companions import Companion
from lms_core.courses import Lesson
from lms_core.errors import VivaError
from tutor.brain.base import Phase, Purpose, Show
from tutor.conversation import turn_events as t
from tutor.conversation.alarm import Alarm
from tutor.conversation.answering import Answering
from tutor.conversation.audience import Audience
from tutor.conversation.endpointing import PauseProfile
from tutor.conversation.events import (
    Ended,
    Item,
    ItemAdded,
    ItemDone,
    Role,
    SessionEvent,
    Shown,
    State,
    StateChanged,
    Trouble,
)
from tutor.conversation.history import History
from tutor.conversation.ledger import Ledger
from tutor.conversation.listening import Listening, ListeningEvents
from tutor.conversation.ports import Door, Engines, ItemSaved, Journal, Observer, Recorder, Restored, Snapshot
from tutor.conversation.reply import NotHeard
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.speaker import Delivery, Speaker, SpeakerEvents
from tutor.conversation.talk_time import TalkTime
from tutor.conversation.tape import Tape
from tutor.conversation.turn_taking import Record, TurnTaking

_SUMMARY_PAUSE = 1.0
"""Seconds of quiet before it is summed up: a client that stopped what was said may be about to ask for something else."""
_log = structlog.get_logger(__name__)


class Talk:
    """Create it, `attach` a door, and `run` it; `end` it from anywhere on the loop."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002
        companion: Companion,
        lesson: Lesson | None,
        engines: Engines,
        journal: Journal,
        observer: Observer,
        config: SessionConfig,
        now: Callable[[], float],
        grace_seconds: float = 120.0,
        restored: Restored | None = None,
        record: Record | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        """`now` is a monotonic clock in seconds, the event loop's own; `record` gets every turn-taking step, `recorder` the sound."""
        self.id = id
        self.companion = companion
        self.config = config
        self.history = History()
        self._observer, self._now, self._grace = observer, now, grace_seconds
        self._time = TalkTime(companion.duration_minutes * 60.0, now)
        self._tape = Tape(self._time, recorder, now)
        self._ledger = Ledger(journal, id, self._journal_lost)
        self._listening = Listening(
            engines=engines, config=config, history=self.history, observer=observer,
            events=ListeningEvents(self._emit, lambda event: self._taking.step(event), self._save, self._not_heard),
            tape=self._tape, spawn=self._spawn, now=now,
        )  # fmt: skip
        self._speaker = Speaker(
            mind=engines.mind, mouth=engines.mouth, history=self.history, ledger=self._ledger, observer=observer,
            events=SpeakerEvents(self._emit, self._reply_playing, self._reply_over, self._show),
            tape=self._tape, spawn=self._spawn, now=now,
        )  # fmt: skip
        self._answering = Answering(
            companion=companion, lesson=lesson, mind=engines.mind, config=config, history=self.history, ledger=self._ledger,
            speaker=self._speaker, time=self._time, observer=observer, output_rate=self._output_rate,
            remembered=self._save_snapshot, now=now,
        )  # fmt: skip
        self._taking = TurnTaking(
            config=config, patience=companion.patience, listening=self._listening, answering=self._answering,
            speaker=self._speaker, observer=observer, now=now, record=record, after=self._stepped,
        )  # fmt: skip
        self._audience = Audience()
        self._silero = engines.silero
        self._door: Door | None = None
        self._group: asyncio.TaskGroup | None = None
        self._state: State | None = None
        self._state_phase: Phase | None = None
        self._finished = asyncio.Event()
        self._ended: str | None = None
        self._summary = ""
        self._shown: Shown | None = None
        self._due = Alarm(self._tick)
        self._grace_over = Alarm(lambda: self.end("learner_left"))
        if restored is not None:
            self._restore(restored)
        self._taking.apply_policy()

    # --- life -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Hold the session until it has ended and all of it is durable; the door always hears of the end."""
        structlog.contextvars.bind_contextvars(session_id=self.id)
        try:
            await self._run()
        except BaseException:
            self._ended = self._ended or "failed"
            raise
        finally:
            self._group = None
            self._emit(Ended(self._ended or "closed", self._summary))

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            ledger = group.create_task(self._ledger.run())
            self._wind_grace()
            if self._door is not None:
                self._welcome()
            await self._finished.wait()
            self._wind_down()
            if self._ended != "draining" and not self._summary:
                self._summary = await self._answering.notes()
            self._save_snapshot()
            self._ledger.close()
            await ledger

    def end(self, reason: str) -> None:
        """Finish now; `draining` keeps it resumable. Idempotent."""
        if self._ended is None:
            self._ended = reason
            self._taking.stop()
            self._finished.set()

    @property
    def ended(self) -> str | None:
        return self._ended

    @property
    def busy(self) -> bool:
        """A reply is being made or heard."""
        return self._speaker.current is not None

    @property
    def attached(self) -> bool:
        return self._door is not None

    @property
    def voice_is_fixed(self) -> bool:
        """True once the first audio went out: the Realtime protocol then forbids another voice."""
        return self._answering.spoke_audio

    @property
    def remaining_seconds(self) -> float:
        return self._time.remaining

    @property
    def talked_seconds(self) -> float:
        """How long a client was attached."""
        return self._time.talked

    def limit_time(self, seconds: float | None) -> None:
        """The plan allows so much more talk; None: no limit. It is wound up as at the end of the duration."""
        self._time.limit(seconds)
        if self._door is not None and self._group is not None and self._ended is None:
            self._keep_time()
            self._wind_timer()

    @property
    def phase(self) -> Phase:
        return self._time.phase

    def attach(self, door: Door) -> None:
        """Connect a client, also after a lost link; an earlier door is let go."""
        if self._door is not None:
            self.detach(self._door)
        self._door = door
        self._time.resume()
        self._grace_over.stop()
        self._listening.attach(door.input_rate)
        self._speaker.reports_playback = door.reports_playback
        self._state = None
        if self._group is not None:
            self._welcome()

    def detach(self, door: Door) -> None:
        """The link was lost: what was being said is cut; wait for the learner to come back."""
        if door is not self._door:
            return
        self._taking.cut_reply()
        self._taking.forget_input()
        self._listening.detach()
        self._answering.asked.clear()
        self._speaker.stop()
        self._ledger.forget_audience()
        self._time.stop()
        self._door = None
        self._wind_timer()
        self._wind_grace()

    def _welcome(self) -> None:
        """A door is there: greet, or go on where the conversation was, with what was shown beside it."""
        self._show_state()
        if self._shown is not None and self._door is not None:
            self._door.emit(self._shown)
        told = (item for item in reversed(self.history.items) if item.role is not Role.ANNOUNCEMENT)
        last = next((item for item in told if item.text), None)
        wants_answer = last is not None and last.role is Role.LEARNER and self.config.automatic_turns
        if wants_answer and self.config.create_reply:
            self._open(Purpose.ANSWER)
        elif self.config.companion_leads:
            self._open(Purpose.GREETING if last is None else Purpose.HINT)
        self._wind_timer()

    def _open(self, purpose: Purpose) -> None:
        """The companion has the first word."""
        self._taking.prompt(purpose)

    def _wind_down(self) -> None:
        self._taking.cut_reply()
        self._speaker.stop()
        self._listening.stop()
        self._due.stop()
        self._grace_over.stop()

    def _restore(self, restored: Restored) -> None:
        for saved in restored.items:
            self.history.restore(saved.item, saved.position)
        snapshot = restored.snapshot
        self._answering.memory, self._taking.taken = snapshot.memory, snapshot.turns
        self._time.restore(snapshot.talked_seconds)
        self._taking.turns.pauses = PauseProfile.from_json(snapshot.pauses)
        self.config.restore(snapshot.config)
        self._shown = Shown.saved(snapshot.shown)

    # --- the learner's side -----------------------------------------------------------------------------------

    def hear(self, pcm: bytes | bytearray | memoryview) -> None:
        """Audio of the learner: little-endian PCM16 mono at the door's rate, any even number of bytes."""
        if self._door is not None:
            self._tape.learner(pcm, self._door.input_rate)
            self._listening.hear(pcm)

    def _not_heard(self) -> None:
        if self.config.create_reply and self._taking.turns.floor is t.Floor.IDLE:
            self._taking.prompt(Purpose.ANSWER, NotHeard())

    # --- the companion's side ---------------------------------------------------------------------------------

    def _output_rate(self) -> int:
        """Hz; a client may change its format while it is attached."""
        return self._door.output_rate if self._door is not None else 24_000

    def _reply_playing(self, delivery: Delivery) -> None:
        metrics = self._answering.measure(delivery)
        if metrics is not None:
            self._emit(metrics)
        self._taking.step(t.ReplyPlaying(self._now(), delivery.reply.number))

    def _reply_over(self, delivery: Delivery, said: str) -> None:
        purpose = self._answering.over(delivery)
        self._taking.step(t.ReplyOver(self._now(), delivery.reply.number, said))
        if purpose is Purpose.SUMMARY:
            self._summary = "" if delivery.reply.failed else said
            self._end_in_time()
        elif purpose is Purpose.GOODBYE:
            self.end("quiet")
        else:
            self._keep_time()

    # --- time -------------------------------------------------------------------------------------------------

    def _stepped(self) -> None:
        """Turn-taking has decided something."""
        self._show_state()
        self._wind_timer()

    def _wind_timer(self) -> None:
        """Wake at whatever is due first: a turn-taking deadline, a change of phase, a summary, a client that stopped sending."""
        due = (self._taking.turns.deadline, self._listening.starving_at, self._time.changes_at)
        moments = [moment for moment in due if moment is not None]
        if self._summary_due:
            moments.append(self._now() + _SUMMARY_PAUSE)
        if moments and self._ended is None and self._door is not None:
            self._due.set(min(moments) - self._now())
        else:
            self._due.stop()

    def _tick(self) -> None:
        self._listening.feed_starving()
        self._taking.step(t.Tick(self._now()))
        self._keep_time()

    def _keep_time(self) -> None:
        """Sum up when time is up and nobody speaks; end for good a little later."""
        if self.phase is Phase.ENDED:
            self._end_in_time()
        elif self._summary_due:
            self._taking.prompt(Purpose.SUMMARY)
        elif self._state_phase is not self.phase:
            self._show_state(force=True)

    @property
    def _summary_due(self) -> bool:
        turns = self._taking.turns
        free = turns.floor is t.Floor.IDLE and not turns.teacher
        return self.phase is Phase.SUMMARY and free and not self._answering.closing

    def _end_in_time(self) -> None:
        self.end("out_of_minutes" if self._time.cut_short else "finished")

    def _wind_grace(self) -> None:
        if self._door is None and self._group is not None:
            self._grace_over.set(self._grace)

    # --- what lasts -------------------------------------------------------------------------------------------

    def _add(self, item: Item, after: str | None) -> None:
        self.history.add(item, after)
        self._emit(ItemAdded(item, self.history.previous_id(item.id)))
        self._save(item)

    def _save(self, item: Item) -> None:
        """Make an item durable, then acknowledge it."""
        previous = self.history.previous_id(item.id)
        saved = ItemSaved(item, self.history.position(item.id))
        self._ledger.record(saved, self._snapshot(), then=lambda: self._emit(ItemDone(item, previous)))

    def _save_snapshot(self) -> None:
        self._ledger.record(self._snapshot())

    def _snapshot(self) -> Snapshot:
        lasting = self._ended if self._ended not in ("draining", None) else None
        return Snapshot(
            memory=dict(self._answering.memory), talked_seconds=self._time.talked, turns=self._taking.taken,
            pauses=self._taking.turns.pauses.to_json(), config=self.config.saved(), ended=lasting, summary=self._summary,
            shown=None if self._shown is None else asdict(self._shown),
        )  # fmt: skip

    def _journal_lost(self, error: VivaError) -> None:
        self._observer.engine_failed("journal")
        self._trouble("storage_failed", f"What was just said could not be saved: {error.message}")

    # --- to the client ----------------------------------------------------------------------------------------

    def _emit(self, event: SessionEvent) -> None:
        if self._door is not None:
            self._door.emit(event)
        self._audience.emit(event)

    def _show(self, show: Show) -> None:
        self._emit(shown := Shown(show.kind, show.title, show.body, show.choices, show.choose, show.mark))
        self._shown = shown

    def _state_now(self) -> State:
        if self._taking.turns.floor is not t.Floor.TUTOR:
            return State.LISTENING
        playing = self._speaker.current is not None and self._speaker.current.first_sent_at is not None
        return State.SPEAKING if playing else State.THINKING

    def _show_state(self, *, force: bool = False) -> None:
        state = self._state_now()
        if force or state is not self._state:
            self._state, self._state_phase = state, self.phase
            self._emit(StateChanged(state, self.phase, self.remaining_seconds, self._tape.running))

    def _trouble(
        self, code: str, message: str, event_id: str | None = None, param: str | None = None
    ) -> None:
        self._emit(Trouble(code, message, event_id, param))

    # --- tasks ------------------------------------------------------------------------------------------------

    def _spawn(self, work: Callable[..., Coroutine[Any, Any, None]], *given: Any) -> asyncio.Task[None]:
        """Start work that the session owns; its failure is logged and told, and does not end the session."""
        assert self._group is not None
        return self._group.create_task(self._guarded(work, *given))

    async def _guarded(self, work: Callable[..., Coroutine[Any, Any, None]], *given: Any) -> None:
        try:
            await work(*given)
        except Exception:
            _log.exception("session.task_failed")
            self._trouble("internal_error", "Something went wrong; please go on.")
