"""A talk that teachers may follow as it happens, and take over; the learner always knows that they do."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from lms_core.errors import Conflict, TooBusy
from tutor.brain.base import Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.alarm import Alarm
from tutor.conversation.audience import LearnerThere, Supervisor, WhisperFollowed
from tutor.conversation.events import State, Supervised
from tutor.conversation.ports import Door
from tutor.conversation.reply import Says
from tutor.conversation.speaker import Delivery
from tutor.conversation.talk import Talk
from tutor.conversation.teacher_voice import TeacherVoice

TEACHER_RATE = 24_000
"""Hz of a teacher's voice."""
TEACHER_LOST = 5.0
"""Seconds after which the companion goes on where a teacher's link was lost."""
_MOST_WAITING = 5
"""Whispers that wait to be followed, and as many texts to be said."""

_CALL_EVERY = 120.0
"""Seconds until teachers are told again that the same learner asks for them."""


class SupervisedTalk(Talk):
    """Supervisors come and go; what they hear and read is what the learner's client is sent."""

    _speaks: Supervisor | None = None
    """Who has taken over."""
    _voice: TeacherVoice | None = None
    _teacher_lost: Alarm | None = None

    _call: Callable[[], Coroutine[Any, Any, None]] | None = None
    _called_at: float | None = None

    def reach_teachers(self, call: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        """`call` tells the learner's teachers that they are asked for; None: there are none."""
        self._call = call
        self._answering.teacher_reachable = call is not None

    # --- coming and going -------------------------------------------------------------------------------------

    def join(self, supervisor: Supervisor) -> None:
        """A teacher follows the talk from now on. Raises TooBusy if too many do, or it is over."""
        if self.ended is not None:
            raise TooBusy("The talk is just ending.")
        self._audience.add(supervisor)
        self._show_supervised()

    def leave(self, supervisor: Supervisor) -> None:
        """Their link is gone. Who had taken over may come back within a few seconds."""
        if supervisor not in self._audience:
            return
        self._audience.remove(supervisor)
        if supervisor is self._speaks:
            self._teacher_lost = self._teacher_lost or Alarm(self._give_back)
            self._teacher_lost.set(TEACHER_LOST)
        self._show_supervised()

    @property
    def supervised(self) -> Supervised:
        """By whom, as the learner is told."""
        return self._audience.shown(self._speaks)

    def _show_supervised(self) -> None:
        self._emit(self.supervised)

    # --- to the companion -------------------------------------------------------------------------------------

    def whisper(self, text: str) -> None:
        """Shape what the companion says next; the learner does not hear it. Raises TooBusy if too many wait."""
        whispers = self._answering.whispers
        if len(whispers) >= _MOST_WAITING:
            raise TooBusy("The companion has not followed your last whispers yet; wait until it has spoken.")
        whispers.append(text)
        self._taking.whispered()

    def say(self, text: str) -> None:
        """Have the companion say this as soon as nobody speaks. Raises TooBusy, and Conflict if nobody would hear it."""
        if not self.attached:
            raise Conflict("The learner is away; nobody would hear it.")
        if len(self._answering.to_say) >= _MOST_WAITING:
            raise TooBusy("Too much waits to be said already.")
        self._answering.to_say.append(text)
        self._say_next()

    def _say_next(self) -> None:
        """If the floor is free."""
        turns = self._taking.turns
        free = turns.floor is t.Floor.IDLE and not turns.teacher and self._answering.under_way is None
        if self._answering.to_say and free and self.attached and self.ended is None:
            self._taking.prompt(Purpose.ANSWER, Says(self._answering.to_say.popleft()))

    def _stepped(self) -> None:
        super()._stepped()
        if self._answering.to_say and self._taking.turns.floor is t.Floor.IDLE:
            self._soon(self._say_next)

    def _soon(self, act: Callable[[], None]) -> None:
        """When all that was decided is done."""
        asyncio.get_running_loop().call_soon(act)

    def _reply_playing(self, delivery: Delivery) -> None:
        super()._reply_playing(delivery)
        if delivery.reply.request.teacher_called:
            self._call_teachers()
        for text in delivery.reply.request.whispers:
            if text in self._answering.whispers:
                self._answering.whispers.remove(text)
                self._audience.emit(WhisperFollowed(text))

    def _call_teachers(self) -> None:
        """Once in a while: a learner who asks again is not forgotten, and one who asks all the time rings no alarm."""
        now = self._now()
        if self._call is not None and (self._called_at is None or now - self._called_at >= _CALL_EVERY):
            self._called_at = now
            self._spawn(self._call)

    # --- instead of the companion -----------------------------------------------------------------------------

    def take_over(self, supervisor: Supervisor) -> None:
        """The companion falls silent at once, and this teacher's voice is heard. Raises Conflict if another's is."""
        lost = self._speaks is not None and self._speaks not in self._audience
        if self._speaks is not None and self._speaks is not supervisor and not lost:
            raise Conflict(f"{self._speaks.name} has taken over already.")
        if self._voice is not None and self._voice.finishing:
            raise Conflict("The companion is just going on; take over again in a moment.")
        if self._teacher_lost is not None:
            self._teacher_lost.stop()
        self._speaks = supervisor
        if self._voice is None:
            self._voice = self._new_voice()
            if self._speaker.current is not None:
                self._listening.hush()
            self._taking.give_to_teacher()
        self._show_supervised()

    def teacher_speaks(self, supervisor: Supervisor, pcm: bytes) -> None:
        """PCM16 at `TEACHER_RATE`; of anybody else than who has taken over, and while the learner is away, it is dropped."""
        if supervisor is self._speaks and self._voice is not None and self.attached:
            self._voice.hear(pcm)

    def hand_back(self, supervisor: Supervisor) -> None:
        """The companion goes on as soon as it knows what was said last. Raises Conflict for who has not taken over."""
        if supervisor is not self._speaks:
            raise Conflict("You have not taken over.")
        self._give_back()

    def _give_back(self) -> None:
        if self._voice is not None:
            self._voice.finish(self._given_back)

    def _given_back(self) -> None:
        self._speaks = self._voice = None
        self._taking.take_from_teacher(bridge=self.attached)
        if self.attached:
            self._keep_time()
        self._show_supervised()

    def _new_voice(self) -> TeacherVoice:
        return TeacherVoice(
            TEACHER_RATE, silero=self._silero, speaker=self._speaker, utterance=self._listening.utterance_of,
            output_rate=self._output_rate, afterwards=self._afterwards, spawn=self._spawn, changed=self._show_state, now=self._now,
        )  # fmt: skip

    def _afterwards(self, then: Callable[[], None]) -> None:
        """What was said before is durable then, and its end was told."""
        self._ledger.record(then=then)

    def _state_now(self) -> State:
        return State.SPEAKING if self._voice is not None and self._voice.speaking else super()._state_now()

    # --- what they see and hear -------------------------------------------------------------------------------

    @property
    def output_rate(self) -> int:
        """Hz of `ReplyAudio`."""
        return self._output_rate()

    @property
    def state(self) -> State:
        return self._state or State.LISTENING

    def hear(self, pcm: bytes | bytearray | memoryview) -> None:
        super().hear(pcm)
        if self._audience and self._door is not None and self._may_listen():
            self._audience.hear(pcm, self._door.input_rate)

    def _may_listen(self) -> bool:
        """The learner knows who does."""
        return True

    def attach(self, door: Door) -> None:
        super().attach(door)
        self._audience.emit(LearnerThere(True))

    def detach(self, door: Door) -> None:
        if door is self._door:
            self._answering.to_say.clear()
            if self._voice is not None:
                self._voice.cut()
        super().detach(door)
        self._audience.emit(LearnerThere(self.attached))

    def _welcome(self) -> None:
        if self._audience or self._speaks is not None:
            self._show_supervised()
        super()._welcome()

    def _wind_down(self) -> None:
        if self._teacher_lost is not None:
            self._teacher_lost.stop()
        if self._voice is not None:
            self._voice.stop()
        super()._wind_down()
