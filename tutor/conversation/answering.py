"""The companion's side: what each reply is for, what the mind is asked, what it remembers, how long it took."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from lms_core.companions import Companion
from lms_core.courses import Lesson
from tutor.brain.base import LAST_WORDS, Message, Mind, MindRequest, Phase, Purpose, TextDelta
from tutor.brain.intents import asks_for_teacher
from tutor.conversation import turn_events as t
from tutor.conversation.events import ReplyOptions, Role, TurnMetrics
from tutor.conversation.history import History, messages_of
from tutor.conversation.ledger import Ledger
from tutor.conversation.measuring import TurnClock
from tutor.conversation.plain_summary import plain_summary
from tutor.conversation.ports import Observer
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.speaker import Delivery, Speaker
from tutor.conversation.talk_time import TalkTime
from tutor.errors import MindError

_NOTES_PATIENCE = 8.0
"""Seconds that a mind gets for a summary that nobody hears: the learner waits for the last page."""
_ANSWERS = (Purpose.ANSWER, Purpose.WRAP_UP)
_UNTOLD = (Purpose.GREETING, Purpose.BACK_CHANNEL, Purpose.NOTES)
"""Replies that follow no whisper: the talk has not begun, they are too short, or nobody hears them."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A reply that was stopped before its end; `said` is what was heard of it."""

    number: int
    said: str


class Answering:
    """Replies go by turn-taking's numbers; out-of-band ones by negative numbers, of which it knows nothing."""

    def __init__(
        self,
        *,
        companion: Companion,
        lesson: Lesson | None,
        mind: Mind,
        config: SessionConfig,
        history: History,
        ledger: Ledger,
        speaker: Speaker,
        time: TalkTime,
        observer: Observer,
        output_rate: Callable[[], int],
        remembered: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        """`output_rate`: Hz that the client wants now. `remembered` is called when `memory` has changed."""
        self._companion, self._lesson, self._mind, self._config = companion, lesson, mind, config
        self._history, self._ledger, self._speaker, self._time = history, ledger, speaker, time
        self._observer, self._output_rate, self._remembered, self._now = (
            observer,
            output_rate,
            remembered,
            now,
        )
        self.memory: Mapping[str, Any] = {}
        self.spoke_audio = False
        self.whispers: list[str] = []
        """Of teachers; the replies that begin from now on are told."""
        self.teacher_reachable = False
        """A learner who asks for a teacher can have one told."""
        self.to_say: deque[str] = deque()
        """Texts of teachers that the companion says when nobody speaks."""
        self._purposes: dict[int, Purpose] = {}
        self._clocks: dict[int, TurnClock] = {}
        self._speculations = self._speculations_lost = 0
        """Since the last turn."""
        self._told_wrap_up = False
        self.asked: dict[int, ReplyOptions] = {}
        """Replies that a client asked for and that wait for the words of its last turn."""
        self._asides = itertools.count(-1, -1)

    def next_aside(self) -> int:
        """A number for an out-of-band reply."""
        return next(self._asides)

    @property
    def under_way(self) -> int | None:
        """The reply of the conversation whose response is not done yet."""
        return next((number for number in self.asked if number > 0), None) or self._speaker.answering

    @property
    def closing(self) -> bool:
        """The last words are being said."""
        return any(purpose in LAST_WORDS for purpose in self._purposes.values())

    # --- replies begin ----------------------------------------------------------------------------------------

    def begin(
        self,
        reply: int,
        purpose: Purpose | None = None,
        options: ReplyOptions | None = None,
        mind: Mind | None = None,
        role: Role = Role.TUTOR,
    ) -> None:
        """Make a reply and let it be heard. `mind`: instead of the session's own. `role`: as what it is written down."""
        self._prepare(reply, purpose or self._purpose(), options or ReplyOptions(), mind=mind, role=role)
        self._release(reply)

    def begin_asked(self, reply: int) -> None:
        """Make the reply of `asked`; nothing happens if there is none, as it was stopped meanwhile."""
        options = self.asked.pop(reply, None)
        if options is not None:
            self.begin(reply, Purpose.ANSWER, options)

    def speculate(self, reply: int, text: str) -> None:
        """Make a reply to words that may not be the last, in silence."""
        self._speculations += 1
        self._prepare(reply, self._purpose(), ReplyOptions(), Message("learner", text))

    def drop(self, reply: int) -> None:
        """The learner went on: that speculation is lost."""
        self._observer.speculation(used=False)
        self._speculations_lost += 1
        self._forget(reply)
        self._speaker.drop(reply)

    def answer(self, turn: t.CommitTurn, number: int, item_id: str, transcribed_at: float | None) -> None:
        """The learner's turn, the `number`th, is over; measure and begin its reply, if one is wanted."""
        if turn.reply is None:
            return
        self._clocks[turn.reply] = TurnClock(
            number, item_id, turn.ended, turn.delay, self._now(), transcribed_at,
            self._speculations, self._speculations_lost,
        )  # fmt: skip
        self._speculations = self._speculations_lost = 0
        if turn.prepared:
            self._observer.speculation(used=True)
            self._release(turn.reply)
        else:
            self.begin(turn.reply)

    def _purpose(self) -> Purpose:
        """What an answer is for at this moment of the talk."""
        phase = self._time.phase
        if phase in (Phase.SUMMARY, Phase.ENDED):
            return Purpose.SUMMARY
        return Purpose.WRAP_UP if phase is Phase.WRAP_UP and not self._told_wrap_up else Purpose.ANSWER

    def _prepare(
        self, reply: int, purpose: Purpose, options: ReplyOptions, *more: Message, mind: Mind | None = None,
        role: Role = Role.TUTOR,
    ) -> None:  # fmt: skip
        modalities = options.modalities or (self._config.modality,)
        if not options.out_of_band:
            self._purposes[reply] = purpose
        self._speaker.prepare(
            reply, self._request(purpose, options, more, told=mind is None), options=options, audio="audio" in modalities,
            rate=self._output_rate(), voice=self._config.voice or self._companion.voice, speed=self._config.speed,
            mind=mind, role=role,
        )  # fmt: skip

    def _release(self, reply: int) -> None:
        """Once all that was said before is durable, the reply may be heard."""
        if self._purposes.get(reply) is Purpose.WRAP_UP:
            self._told_wrap_up = True
        self._speaker.claim(reply)
        self._ledger.record(then=lambda: self._speaker.release(reply))

    def _request(
        self, purpose: Purpose, options: ReplyOptions, more: Sequence[Message], *, told: bool = True
    ) -> MindRequest:
        """`told`: of the teachers' whispers."""
        config = self._config
        if options.input is not None:
            messages = messages_of(options.input)
        else:
            messages = self._history.messages() + tuple(more)
        return MindRequest(
            purpose=purpose, companion=replace(self._companion, language=config.language), lesson=self._lesson,
            messages=messages, memory=self.memory, phase=self._time.phase,
            remaining_minutes=self._time.remaining / 60,
            instructions=config.instructions if options.instructions is None else options.instructions,
            tools=config.tools if options.tools is None else options.tools,
            tool_choice=config.tool_choice if options.tool_choice is None else options.tool_choice,
            max_output_tokens=options.max_output_tokens or config.max_output_tokens,
            teacher_called=self.teacher_reachable and purpose in _ANSWERS and _asks_for_teacher(messages),
            whispers=tuple(self.whispers) if told and not options.out_of_band and purpose not in _UNTOLD else (),
        )  # fmt: skip

    # --- replies end ------------------------------------------------------------------------------------------

    def measure(self, delivery: Delivery) -> TurnMetrics | None:
        """The reply begins to be heard: the latencies of the turn that it answers, if it answers one."""
        self.spoke_audio = self.spoke_audio or delivery.rendition.audio
        clock, reply = self._clocks.pop(delivery.reply.number, None), delivery.reply
        if clock is None:
            return None
        metrics = clock.metrics(
            delivery.rendition.reply_id, reply.first_token_at, reply.first_audio_at, delivery.first_sent_at
        )
        self._observer.turn(metrics)
        self._ledger.record(metrics)
        return metrics

    def over(self, delivery: Delivery) -> Purpose:
        """The reply was played to its end, or failed; returns what it was for."""
        self._adopt(delivery)
        return self._purposes.pop(delivery.reply.number, Purpose.ANSWER)

    def interrupt(self, reply: int, *, cut_off: bool) -> None:
        """The learner took the floor. `cut_off`: for the mind the reply never happened."""
        self.begin_asked(reply)
        self._forget(reply)
        stopped = self._speaker.interrupt(reply, "turn_detected")
        if stopped is None:
            return
        delivery, item = stopped
        if not cut_off:
            self._adopt(delivery)
        elif item is not None:
            self._history.forget_for_mind(item.id)

    def stop(self, reply: int, reason: str) -> Stopped:
        """Stop a reply for another reason than a barge-in; the client hears of its end, and of its beginning."""
        self.begin_asked(reply)
        self._forget(reply)
        stopped = self._speaker.interrupt(reply, reason)
        if stopped is None:
            return Stopped(reply, "")
        self._adopt(stopped[0])
        return Stopped(reply, stopped[0].rendition.heard(self._now()))

    def stop_current(self, reason: str) -> Stopped | None:
        """Stop what is being said or is on its way to it, if anything is."""
        current = self._speaker.current
        number = self.under_way if current is None else current.reply.number
        return None if number is None else self.stop(number, reason)

    def abandon_current(self) -> None:
        """The client wants another reply while the end of this one is perhaps still played; what was heard of it holds."""
        delivery = self._speaker.abandon()
        if delivery is not None:
            self._forget(delivery.reply.number)
            self._adopt(delivery)

    def _forget(self, reply: int) -> None:
        self._purposes.pop(reply, None)
        self._clocks.pop(reply, None)

    def _adopt(self, delivery: Delivery) -> None:
        """If any of the reply was heard, what the mind wanted to remember of it holds."""
        heard, memory = delivery.rendition.heard(self._now()), delivery.reply.memory
        if heard and memory is not None and not delivery.rendition.options.out_of_band:
            self.memory = memory.memory
            self._remembered()

    # --- afterwards -------------------------------------------------------------------------------------------

    async def notes(self) -> str:
        """A summary in text, for the learner's page and history; empty if there is nothing to sum up."""
        if not any(item.role is Role.LEARNER for item in self._history.items):
            return ""
        return await self._minds_notes() or plain_summary(
            self._companion, self._config.language, self._history.items, self._time.talked
        )

    async def _minds_notes(self) -> str:
        """Empty if the mind fails or takes too long."""
        try:
            async with asyncio.timeout(_NOTES_PATIENCE):
                events = self._mind.reply(self._request(Purpose.NOTES, ReplyOptions(tools=()), ()))
                return "".join([event.text async for event in events if isinstance(event, TextDelta)]).strip()
        except (MindError, TimeoutError) as error:
            _log.warning("summary.failed", error=str(error) or type(error).__name__)
            return ""


def _asks_for_teacher(messages: Sequence[Message]) -> bool:
    return bool(messages) and messages[-1].role == "learner" and asks_for_teacher(messages[-1].text)
