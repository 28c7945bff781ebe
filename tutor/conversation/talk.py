"""One voice conversation: wires turn-taking, ears, mind, mouth, history and clock together.

Everything runs on the event loop. The door calls the session's plain methods; what comes of them goes back
through `Door.emit`. What to do is decided in `turns.py`, `pacing.py` and `endpointing.py`, not here. `run`
owns every task.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from audio.silero import SileroBatch
from audio.stt.base import SpeechToText
from audio.tts.base import TextToSpeech
from audio.vad import Listener
from lms_core.companions import Companion, Patience
from lms_core.courses import Lesson
from lms_core.errors import VivaError
from tutor.brain.base import Message, Mind, MindRequest, Phase, Purpose, Show, TextDelta, ToolSpec
from tutor.conversation import turn_events as t
from tutor.conversation.endpointing import PauseProfile
from tutor.conversation.events import (
    Ended,
    InputCleared,
    InputCommitted,
    Item,
    ItemAdded,
    ItemDone,
    Part,
    ReplyOptions,
    Role,
    SessionConfig,
    SessionEvent,
    Shown,
    SpeechDropped,
    SpeechStarted,
    SpeechStopped,
    State,
    StateChanged,
    TranscriptCompleted,
    TranscriptDelta,
    TranscriptFailed,
    Trouble,
)
from tutor.conversation.history import History, message_of
from tutor.conversation.ledger import Ledger
from tutor.conversation.measuring import TurnClock
from tutor.conversation.pacing import Pacing
from tutor.conversation.ports import Door, ItemSaved, Journal, Observer, Restored, Snapshot
from tutor.conversation.reply import NotHeard
from tutor.conversation.speaker import Delivery, Speaker, SpeakerEvents, new_id
from tutor.conversation.turns import Turns
from tutor.conversation.utterance import Utterance, caption_words
from tutor.errors import MindError

_STARVED = 0.8
"""Seconds without any audio in mid-speech after which silence is assumed: some clients stop sending."""
_SUMMARY_PATIENCE = 8.0
"""Seconds that a mind gets for a summary that nobody hears: the learner waits for the last page."""
_LAST_WORDS = (Purpose.SUMMARY, Purpose.GOODBYE)
_EAGERNESS = {"low": Patience.HIGH, "medium": Patience.NORMAL, "high": Patience.LOW}
_log = structlog.get_logger(__name__)

Record = Callable[[t.Event, Sequence[t.Effect]], None]


class Talk:
    """Create it, `attach` a door, and `run` it; `end` it from anywhere on the loop."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002
        companion: Companion,
        lesson: Lesson | None,
        ears: SpeechToText,
        mind: Mind,
        mouth: TextToSpeech,
        silero: SileroBatch,
        journal: Journal,
        observer: Observer,
        config: SessionConfig,
        now: Callable[[], float],
        grace_seconds: float = 120.0,
        restored: Restored | None = None,
        record: Record | None = None,
        end_of_turn: Callable[[NDArray[np.int16]], Coroutine[Any, Any, float]] | None = None,
    ) -> None:
        """`now` is a monotonic clock in seconds, the event loop's own; `record` gets every turn-taking step."""
        self.id = id
        self.companion = companion
        self.config = config
        self.history = History()
        self._lesson, self._ears, self._mind, self._silero = lesson, ears, mind, silero
        self._observer, self._now, self._grace, self._record = observer, now, grace_seconds, record
        self._end_of_turn = end_of_turn
        self._pacing = Pacing(companion.duration_minutes * 60.0)
        self._ledger = Ledger(journal, id, self._journal_lost)
        self._turns = Turns()
        self._speaker = Speaker(
            mind=mind, mouth=mouth, history=self.history, ledger=self._ledger, observer=observer,
            events=SpeakerEvents(self._emit, self._reply_playing, self._reply_over, self._show),
            spawn=self._spawn, now=now,
        )  # fmt: skip
        self._door: Door | None = None
        self._listener: Listener | None = None
        self._utterance: Utterance | None = None
        self._clocks: dict[int, TurnClock] = {}
        self._memory: Mapping[str, Any] = {}
        self._talked = 0.0
        self._attached_at: float | None = None
        self._turn = 0
        self._purposes: dict[int, Purpose] = {}
        self._told_wrap_up = False
        self._state: State | None = None
        self._speech_since = 0.0
        self._audio_at = 0.0
        self._spoke_audio = False
        self._transcribing: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._speculated = (0, 0)
        self._asked: dict[int, ReplyOptions] = {}
        self._aside = itertools.count(-1, -1)
        """Numbers of out-of-band replies, of which turn-taking knows nothing."""
        self._state_phase: Phase | None = None
        self._start_ms = 0
        self._finished = asyncio.Event()
        self._ended: str | None = None
        self._summary = ""
        self._last_words = ""
        self._timer: asyncio.TimerHandle | None = None
        self._grace_timer: asyncio.TimerHandle | None = None
        self._policy_known = False
        if restored is not None:
            self._restore(restored)
        self._apply_policy()

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
            self._summary = await self._sum_up()
            self._ledger.record(self._snapshot(), then=lambda: None)
            self._ledger.close()
            await ledger

    def end(self, reason: str) -> None:
        """Finish now; `draining` keeps it resumable. Idempotent."""
        if self._ended is None:
            self._ended = reason
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
        return self._spoke_audio

    @property
    def remaining_seconds(self) -> float:
        return self._pacing.remaining(self._talked_now())

    @property
    def phase(self) -> Phase:
        return self._pacing.phase(self._talked_now())

    def attach(self, door: Door) -> None:
        """Connect a client, also after a lost link; an earlier door is let go."""
        if self._door is not None:
            self.detach(self._door)
        self._door = door
        self._attached_at = self._now()
        self._stop_grace()
        self._listener = Listener(
            door.input_rate, self._silero, threshold=self.config.vad_threshold,
            prefix_padding_ms=self.config.prefix_padding_ms, on_started=self._speech_started,
            on_audio=self._speech_audio, on_stopped=self._speech_stopped,
        )  # fmt: skip
        self._listener.deliver_all = not self.config.automatic_turns
        self._speaker.reports_playback = door.reports_playback
        self._state = None
        if self._group is not None:
            self._welcome()

    def detach(self, door: Door) -> None:
        """The link was lost: what was being said is cut; wait for the learner to come back."""
        if door is not self._door:
            return
        self._cut_reply("turn_detected")
        self._step(t.InputForgotten(self._now()))
        if self._listener is not None:
            self._listener.close()
        self._talked = self._talked_now()
        self._door = self._listener = self._attached_at = None
        self._wind_timer()
        self._wind_grace()

    def _welcome(self) -> None:
        """A door is there: greet, or go on where the conversation was."""
        self._show_state()
        last = self.history.items[-1] if len(self.history) else None
        wants_answer = last is not None and last.role is Role.LEARNER and self.config.automatic_turns
        if wants_answer and self.config.create_reply:
            self._prompt(Purpose.ANSWER)
        elif self.config.companion_leads and last is None:
            self._prompt(Purpose.GREETING)
        elif self.config.companion_leads and last is not None:
            self._prompt(Purpose.HINT)
        self._wind_timer()

    def _wind_down(self) -> None:
        self._cut_reply("turn_detected")
        self._speaker.stop()
        self._close_utterance()
        if self._listener is not None:
            self._listener.close()
        if self._transcribing is not None:
            self._transcribing.cancel()
        for timer in (self._timer, self._grace_timer):
            if timer is not None:
                timer.cancel()

    async def _sum_up(self) -> str:
        """For the learner's page and history: the summary that was spoken, or else one made now, in text."""
        spoke = any(item.role is Role.LEARNER for item in self.history.items)
        if self._ended == "draining" or not spoke or self._last_words:
            return self._last_words
        try:
            async with asyncio.timeout(_SUMMARY_PATIENCE):
                request = self._request(Purpose.NOTES, ReplyOptions(tools=()), ())
                events = self._mind.reply(request)
                return "".join([event.text async for event in events if isinstance(event, TextDelta)]).strip()
        except (MindError, TimeoutError) as error:
            _log.warning("summary.failed", error=str(error) or type(error).__name__)
            return ""

    def _restore(self, restored: Restored) -> None:
        for saved in restored.items:
            self.history.restore(saved.item, saved.position)
        snapshot = restored.snapshot
        self._memory, self._talked, self._turn = snapshot.memory, snapshot.talked_seconds, snapshot.turns
        self._turns.pauses = PauseProfile.from_json(snapshot.pauses)
        known = {field.name for field in fields(SessionConfig)}
        for name, value in snapshot.config.items():
            if name == "tools":
                value = tuple(ToolSpec(**tool) for tool in value)
            if name in known:
                setattr(self.config, name, tuple(value) if isinstance(value, list) else value)

    # --- the learner's side -----------------------------------------------------------------------------------

    def hear(self, pcm: bytes | bytearray | memoryview) -> None:
        """Audio of the learner: little-endian PCM16 mono at the door's rate, any even number of bytes."""
        if self._listener is not None:
            self._audio_at = self._now()
            self._listener.feed(np.frombuffer(pcm, dtype="<i2"))

    def type_text(self, text: str) -> None:
        """The learner typed: it counts as a turn, and as an interruption if the companion is speaking."""
        self._cut_reply("turn_detected")
        self._step(t.InputForgotten(self._now()))
        self._add(
            Item(new_id("item"), "message", Role.LEARNER, "completed", (Part("input_text", text),)), None
        )
        self._prompt(self._answer_purpose())

    def commit_input(self, event_id: str | None = None) -> None:
        """Manual turns: what was sent so far is one learner turn; no reply is made unasked."""
        utterance = self._utterance
        if utterance is None or not utterance.samples:
            self._trouble("input_audio_buffer_commit_empty", "There is no audio to commit.", event_id)
            return
        self._utterance = None
        self._step(t.InputForgotten(self._now()))
        item = self._place_spoken(utterance, "")
        self._transcribing = self._spawn(self._transcribe_committed, utterance, item, self._transcribing)

    def _add_spoken(self, item: Item, pcm: NDArray[np.int16], after: str | None) -> None:
        """An item whose words are still to be recognised. `pcm`: 16 kHz."""
        self.history.add(item, after)
        self._emit(ItemAdded(item, self.history.previous_id(item.id)))
        utterance = Utterance(
            item.id, self._ears, start_ms=0, language=self.config.language, hints=self.config.hints,
            on_partial=None, now=self._now,
        )  # fmt: skip
        utterance.feed(pcm)
        self._transcribing = self._spawn(self._transcribe_committed, utterance, item, self._transcribing)

    def _add(self, item: Item, after: str | None) -> None:
        self.history.add(item, after)
        self._emit(ItemAdded(item, self.history.previous_id(item.id)))
        self._save(item, acknowledge=True)

    def clear_input(self) -> None:
        self._step(t.InputForgotten(self._now()))
        self._close_utterance()
        self._emit(InputCleared())

    async def _transcribe_committed(
        self, utterance: Utterance, item: Item, before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        transcript = await utterance.transcribe()
        utterance.close()
        if transcript is None:
            self._observer.engine_failed("ears")
            self._emit(TranscriptFailed(item.id, "The speech could not be recognised."))
        else:
            item = replace(item, parts=(Part("input_audio", transcript.text),))
            self.history.replace(item)
            self._tell_transcript(utterance, item.id, transcript.text)
        self._save(item, acknowledge=True)

    def _speech_started(self, start_ms: int) -> None:
        if self.config.automatic_turns and self._listener is not None:
            self._speech_since = self._at(start_ms)
            self._start_ms = start_ms
            self._step(t.SpeechBegan(self._now(), self._speech_since))

    def _speech_audio(self, pcm: NDArray[np.int16]) -> None:
        if self._utterance is None and not self.config.automatic_turns:
            self._start_ms = self._listener.now_ms if self._listener is not None else 0
            self._open_utterance()
        if self._utterance is not None:
            self._utterance.feed(pcm)

    def _speech_stopped(self, end_ms: int) -> None:
        if self.config.automatic_turns and self._listener is not None:
            if self._utterance is not None:
                self._utterance.end_ms = end_ms
            self._step(t.SpeechPaused(self._now(), self._at(end_ms)))

    def _at(self, audio_ms: int) -> float:
        """Clock time of a moment of the input audio."""
        assert self._listener is not None
        return self._audio_at - max(0, self._listener.now_ms - audio_ms) / 1000

    def _open_utterance(self) -> None:
        self._close_utterance()
        over_reply = (
            self._turns.floor is t.Floor.TUTOR
        )  # only there do words decide before the learner pauses
        self._utterance = Utterance(
            new_id("item"), self._ears, start_ms=self._start_ms, language=self.config.language,
            hints=self.config.hints, on_partial=self._words_heard if over_reply else None,
            now=self._now, keep_recent=self._end_of_turn is not None,
        )  # fmt: skip

    def _words_heard(self, text: str) -> None:
        self._step(t.WordsHeard(self._now(), text))

    def _close_utterance(self) -> None:
        if self._utterance is not None:
            self._utterance.close()
            self._utterance = None

    async def _transcribe(self, utterance: Utterance, snapshot: int) -> None:
        transcript, finished = await asyncio.gather(
            utterance.transcribe(), self._judge_sound(utterance.recent)
        )
        if utterance is not self._utterance:
            return
        text = None if transcript is None else transcript.text
        self._step(t.TranscriptReady(self._now(), snapshot, text, finished))
        if transcript is None:
            self._ears_failed(utterance)

    async def _judge_sound(self, sound: NDArray[np.int16]) -> float | None:
        """What the end-of-turn model makes of the sound, where there is one."""
        if self._end_of_turn is None:
            return None
        try:
            return await self._end_of_turn(sound)
        except Exception as error:  # an optional model never stops the conversation
            _log.warning("end_of_turn.failed", error=str(error))
            return None

    def _ears_failed(self, utterance: Utterance) -> None:
        self._observer.engine_failed("ears")
        self._emit(TranscriptFailed(utterance.item_id, "The speech could not be recognised."))
        if self.config.create_reply and self._turns.floor is t.Floor.IDLE:
            self._prompt(Purpose.ANSWER, NotHeard())

    # --- turn-taking ------------------------------------------------------------------------------------------

    def _step(self, event: t.Event) -> None:
        """Let turn-taking decide, and do what it says."""
        if self._ended is not None:
            return
        effects = self._turns.handle(event)
        if self._record is not None:
            self._record(event, effects)
        for effect in effects:
            self._do(effect)
        self._show_state()
        self._wind_timer()

    def _do(self, effect: t.Effect) -> None:
        match effect:
            case t.OpenUtterance():
                self._open_utterance()
            case t.AnnounceSpeech():
                if self._utterance is not None:
                    self._emit(SpeechStarted(self._utterance.item_id, self._utterance.start_ms))
            case t.DropUtterance():
                self._drop_utterance()
            case t.Transcribe(snapshot):
                if self._utterance is not None:
                    self._spawn(self._transcribe, self._utterance, snapshot)
            case t.Speculate(reply, text):
                self._speculate(reply, text)
            case t.DropSpeculation(reply):
                self._observer.speculation(used=False)
                self._count_lost()
                self._speaker.drop(reply)
            case t.CommitTurn():
                self._commit_turn(effect)
            case t.PauseReply(reply):
                self._speaker.pause(reply)
            case t.ResumeReply(reply):
                self._observer.barge_in(real=False)
                self._speaker.resume(reply)
            case t.InterruptReply(reply, cut_off):
                self._observer.barge_in(real=True)
                self._interrupt(reply, cut_off=cut_off)
            case t.Prompt(reply, purpose):
                self._begin(reply, purpose, ReplyOptions())

    def _wind_timer(self) -> None:
        """Wake at whatever is due first: a turn-taking deadline, a change of phase, a client that stopped sending."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ended is not None or self._door is None:
            return
        now = self._now()
        moments = [
            moment for moment in (self._turns.deadline, self._starving_at(), self._phase_at(now)) if moment
        ]
        if moments:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, min(moments) - now), self._tick)

    def _starving_at(self) -> float | None:
        return self._audio_at + _STARVED if self._listener is not None and self._listener.speaking else None

    def _phase_at(self, now: float) -> float | None:
        if self._attached_at is None or not self._plans:
            return None
        due = self._pacing.next_change(self._talked_now())
        return None if due is None else now + due - self._talked_now()

    def _tick(self) -> None:
        self._timer = None
        now = self._now()
        starving = self._starving_at()
        if starving is not None and now >= starving and self._listener is not None:
            self._audio_at = now
            self._listener.feed(np.zeros(self._listener.rate // 2, np.int16))
        self._step(t.Tick(now))
        self._keep_time()

    def _apply_policy(self) -> None:
        config = self.config
        patience = _EAGERNESS.get(config.eagerness, self.companion.patience)
        ladder = t.Policy().idle_ladder if config.companion_leads else ()
        if config.idle_timeout_ms is not None:
            ladder = ((config.idle_timeout_ms / 1000, Purpose.HINT),)
        policy = t.Policy(
            patience=patience,
            fixed_silence=None if config.silence_ms is None else config.silence_ms / 1000,
            create_reply=config.create_reply,
            interrupt_reply=config.interrupt_reply,
            idle_ladder=ladder,
        )
        if policy != self._turns.policy or not self._policy_known:
            begins, self._policy_known = not self._policy_known, True
            self._step(t.PolicySet(self._now(), policy, self._turns.pauses, begins))

    # --- time -------------------------------------------------------------------------------------------------

    @property
    def _plans(self) -> bool:
        return self._ended is None

    def _talked_now(self) -> float:
        return self._talked + (self._now() - self._attached_at if self._attached_at is not None else 0.0)

    def _keep_time(self) -> None:
        """Sum up when time is up and nobody speaks; end for good a little later."""
        phase = self.phase
        if phase is Phase.ENDED:
            self.end("finished")
        elif phase is Phase.SUMMARY and self._turns.floor is t.Floor.IDLE and not self._closing:
            self._prompt(Purpose.SUMMARY)
        elif self._state_phase is not phase:
            self._show_state(force=True)

    @property
    def _closing(self) -> bool:
        return any(purpose in _LAST_WORDS for purpose in self._purposes.values())

    def _answer_purpose(self) -> Purpose:
        phase = self.phase
        if phase in (Phase.SUMMARY, Phase.ENDED):
            return Purpose.SUMMARY
        return Purpose.WRAP_UP if phase is Phase.WRAP_UP and not self._told_wrap_up else Purpose.ANSWER

    def _wind_grace(self) -> None:
        if self._door is None and self._group is not None:
            self._grace_timer = asyncio.get_running_loop().call_later(self._grace, self.end, "learner_left")

    def _stop_grace(self) -> None:
        if self._grace_timer is not None:
            self._grace_timer.cancel()
            self._grace_timer = None

    # --- turns become items -----------------------------------------------------------------------------------

    def _commit_turn(self, turn: t.CommitTurn) -> None:
        utterance = self._utterance
        if utterance is None:
            return
        self._utterance = None
        utterance.close()
        self._turn += 1
        self._emit(SpeechStopped(utterance.item_id, max(utterance.end_ms, utterance.start_ms)))
        item = self._place_spoken(utterance, turn.text)
        self._tell_transcript(utterance, item.id, turn.text)
        self._save(item, acknowledge=True)
        if turn.reply is None:
            return
        clock = TurnClock(self._turn, item.id, turn.ended, turn.delay, self._now(), utterance.transcribed_at)
        clock.speculations, clock.speculations_lost = self._speculated
        self._speculated = (0, 0)
        self._clocks[turn.reply] = clock
        if turn.prepared:
            self._observer.speculation(used=True)
            self._release(turn.reply)
        else:
            self._begin(turn.reply, self._answer_purpose(), ReplyOptions())

    def _drop_utterance(self) -> None:
        utterance = self._utterance
        if utterance is not None:
            self._close_utterance()
            self._emit(SpeechStopped(utterance.item_id, max(utterance.end_ms, utterance.start_ms)))
            self._emit(SpeechDropped(utterance.item_id))

    def _place_spoken(self, utterance: Utterance, text: str) -> Item:
        previous = self.history.last_id
        item = Item(utterance.item_id, "message", Role.LEARNER, "completed", (Part("input_audio", text),))
        self.history.add(item)
        self._emit(InputCommitted(item.id, previous))
        self._emit(ItemAdded(item, previous))
        return item

    def _tell_transcript(self, utterance: Utterance, item_id: str, text: str) -> None:
        words = caption_words(utterance.transcript) if utterance.transcript is not None else ()
        self._emit(TranscriptDelta(item_id, text))
        self._emit(TranscriptCompleted(item_id, text, words, utterance.seconds))

    def _save(self, item: Item, *, acknowledge: bool) -> None:
        previous = self.history.previous_id(item.id)
        then = (lambda: self._emit(ItemDone(item, previous))) if acknowledge else None
        self._ledger.record(ItemSaved(item, self.history.position(item.id)), self._snapshot(), then=then)

    def _snapshot(self) -> Snapshot:
        lasting = self._ended if self._ended not in ("draining", None) else None
        return Snapshot(
            memory=dict(self._memory), talked_seconds=self._talked_now(), turns=self._turn,
            pauses=self._turns.pauses.to_json(), config=asdict(self.config), ended=lasting, summary=self._summary,
        )  # fmt: skip

    # --- the companion's side -----------------------------------------------------------------------------------

    def _speculate(self, reply: int, text: str) -> None:
        self._speculated = (self._speculated[0] + 1, self._speculated[1])
        self._prepare(reply, self._answer_purpose(), ReplyOptions(), Message("learner", text))

    def _count_lost(self) -> None:
        self._speculated = (self._speculated[0], self._speculated[1] + 1)

    def _prompt(self, purpose: Purpose, mind: Mind | None = None) -> None:
        """Speak without having been asked."""
        number = self._turns.next_reply()
        self._step(t.ReplyAsked(self._now(), number))
        self._prepare(number, purpose, ReplyOptions(), mind=mind)
        self._release(number)

    def _begin(self, reply: int, purpose: Purpose, options: ReplyOptions) -> None:
        self._prepare(reply, purpose, options)
        self._release(reply)

    def _prepare(
        self, reply: int, purpose: Purpose, options: ReplyOptions, *more: Message, mind: Mind | None = None
    ) -> None:
        modalities = options.modalities or (self.config.modality,)
        self._purposes[reply] = purpose
        self._speaker.prepare(
            reply, self._request(purpose, options, more), options=options, audio="audio" in modalities,
            rate=self._door.output_rate if self._door is not None else 24_000,
            voice=self.config.voice or self.companion.voice, speed=self.config.speed, mind=mind,
        )  # fmt: skip

    def _release(self, reply: int) -> None:
        """Once all that was said before is durable, the reply may be heard."""
        if self._purposes.get(reply) is Purpose.WRAP_UP:
            self._told_wrap_up = True
        self._speaker.claim(reply)
        self._ledger.record(then=lambda: self._speaker.release(reply))

    def _request(self, purpose: Purpose, options: ReplyOptions, more: Sequence[Message]) -> MindRequest:
        config = self.config
        if options.input is not None:
            messages = tuple(message_of(item) for item in options.input)
        else:
            messages = self.history.messages() + tuple(more)
        return MindRequest(
            purpose=purpose, companion=replace(self.companion, language=config.language), lesson=self._lesson,
            messages=messages, memory=self._memory, phase=self.phase,
            remaining_minutes=self.remaining_seconds / 60,
            instructions=config.instructions if options.instructions is None else options.instructions,
            tools=config.tools if options.tools is None else options.tools,
            tool_choice=config.tool_choice if options.tool_choice is None else options.tool_choice,
            max_output_tokens=options.max_output_tokens or config.max_output_tokens,
        )  # fmt: skip

    def _reply_playing(self, delivery: Delivery) -> None:
        number = delivery.reply.number
        self._spoke_audio = self._spoke_audio or delivery.rendition.audio
        clock = self._clocks.pop(number, None)
        if clock is not None:
            reply = delivery.reply
            metrics = clock.metrics(
                delivery.rendition.reply_id,
                reply.first_token_at,
                reply.first_audio_at,
                delivery.first_sent_at,
            )
            self._observer.turn(metrics)
            self._ledger.record(metrics)
            self._emit(metrics)
        self._step(t.ReplyPlaying(self._now(), number))

    def _reply_over(self, delivery: Delivery, said: str) -> None:
        self._adopt(delivery)
        purpose = self._purposes.pop(delivery.reply.number, Purpose.ANSWER)
        self._step(t.ReplyOver(self._now(), delivery.reply.number, said))
        if purpose in _LAST_WORDS:
            self._last_words = said if purpose is Purpose.SUMMARY else ""
            self.end("finished" if purpose is Purpose.SUMMARY else "quiet")
        else:
            self._keep_time()

    def _interrupt(self, reply: int, *, cut_off: bool) -> None:
        self._clocks.pop(reply, None)
        self._purposes.pop(reply, None)
        stopped = self._speaker.interrupt(reply, "turn_detected")
        if stopped is None:
            return
        delivery, item = stopped
        if not cut_off:
            self._adopt(delivery)
        elif item is not None:
            self.history.forget_for_mind(item.id)

    def _cut_reply(self, reason: str) -> bool:
        """Stop what is being said, if anything; used where the reason is not a barge-in."""
        current = self._speaker.current
        if current is None:
            return False
        number = current.reply.number
        self._purposes.pop(number, None)
        stopped = self._speaker.interrupt(number, reason)
        if stopped is not None:
            self._adopt(stopped[0])
            self._step(t.ReplyOver(self._now(), number, stopped[0].rendition.heard(self._now())))
        return True

    def _adopt(self, delivery: Delivery) -> None:
        """The reply was heard, so what the mind wanted to remember of it holds."""
        if delivery.reply.memory is not None and not delivery.rendition.options.out_of_band:
            self._memory = delivery.reply.memory.memory
            self._ledger.record(self._snapshot())

    # --- to the client ----------------------------------------------------------------------------------------

    def _emit(self, event: SessionEvent) -> None:
        if self._door is not None:
            self._door.emit(event)

    def _show(self, show: Show) -> None:
        self._emit(Shown(show.kind, show.title, show.body))

    def _show_state(self, *, force: bool = False) -> None:
        playing = self._speaker.current is not None and self._speaker.current.first_sent_at is not None
        if self._turns.floor is not t.Floor.TUTOR:
            state = State.LISTENING
        else:
            state = State.SPEAKING if playing else State.THINKING
        if force or state is not self._state:
            self._state, self._state_phase = state, self.phase
            self._emit(StateChanged(state, self.phase, self.remaining_seconds))

    def _trouble(
        self, code: str, message: str, event_id: str | None = None, param: str | None = None
    ) -> None:
        self._emit(Trouble(code, message, event_id, param))

    def _journal_lost(self, error: VivaError) -> None:
        self._observer.engine_failed("journal")
        self._trouble("storage_failed", f"What was just said could not be saved: {error.message}")

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
