"""Who holds the floor: a sans-I/O state machine. Events in, effects out, a deadline in between.

    idle ──speech──▶ learner ──pause──▶ settling ──deadline──▶ tutor ──played to its end──▶ idle
                        ▲                  │ speech              │ speech: pause output, judge
                        └──────────────────┘◀──real words────────┘ cough, "mm-hm": resume

Time is whatever the caller passes in as `at`, in seconds; nothing here knows a clock. Replies are known by
numbers: news of a reply that no longer matters is dropped by comparing them.
"""

from dataclasses import dataclass, field

from tutor.brain.base import Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.endpointing import (
    Expect,
    PauseProfile,
    combine,
    expectation,
    finished_probability,
    is_back_channel,
    wait_seconds,
)
from tutor.conversation.floor import Answer, Spoken
from tutor.conversation.idle import Idle


@dataclass(slots=True)
class Turns:
    """Feed events to `handle`, carry out its effects in order, call it with `Tick` at `deadline`."""

    policy: t.Policy = field(default_factory=t.Policy)
    pauses: PauseProfile = field(default_factory=PauseProfile)
    floor: t.Floor = t.Floor.IDLE
    expect: Expect = Expect.NOTHING
    teacher: bool = False
    """A teacher has taken over: the learner is still listened to, and the companion says nothing."""
    _utterance: Spoken | None = None
    _reply: Answer | None = None
    _speculation: tuple[int, str] | None = None
    _numbers: int = 0
    _idle: Idle = field(default_factory=Idle)
    _warm_at: float | None = None
    _last_turn_ended: float | None = None

    def next_reply(self) -> int:
        """A fresh reply number, also for replies that begin outside."""
        self._numbers += 1
        return self._numbers

    def handle(self, event: t.Event) -> list[t.Effect]:
        match event:
            case t.PolicySet():
                self.policy, self.pauses = event.policy, event.pauses
                return []
            case t.SpeechBegan():
                return self._speech_began(event)
            case t.SpeechPaused():
                return self._speech_paused(event)
            case t.WordsHeard():
                return self._words_heard(event)
            case t.TranscriptReady():
                return self._transcript_ready(event)
            case t.ReplyAsked():
                return self._reply_asked(event)
            case t.ReplyPlaying():
                return self._reply_playing(event)
            case t.ReplyOver():
                return self._reply_over(event)
            case t.InputForgotten():
                return self._input_forgotten(event)
            case t.Whispered():
                return self._drop_speculation()
            case t.TeacherTook():
                return self._teacher_took(event.at)
            case t.TeacherGave():
                return self._teacher_gave(event)
            case t.Tick():
                return self._tick(event.at)

    @property
    def deadline(self) -> float | None:
        """When `Tick` is due, or None."""
        utterance = self._utterance
        if utterance is None:
            waits = self.floor is t.Floor.IDLE and not self.teacher
            return self._idle.deadline(self.policy, self.expect) if waits else None
        if self.floor is t.Floor.SETTLING:
            if utterance.text is None:
                return utterance.asked_at + self.policy.transcript_timeout
            return utterance.ended + utterance.wait
        if self.floor is t.Floor.LEARNER:
            return None if utterance.forced else utterance.began + self.policy.max_turn
        if not self._interruptible:
            return None
        if not utterance.speaking:
            return utterance.asked_at + self.policy.judge_timeout
        return max(utterance.began, self._warm_at or 0.0) + self._sustained(utterance)

    # --- the learner's sounds ---------------------------------------------------------------------------------

    def _speech_began(self, event: t.SpeechBegan) -> list[t.Effect]:
        self._idle.since = None
        utterance = self._utterance
        if utterance is not None:
            return self._speech_goes_on(utterance, event)
        self._utterance = utterance = Spoken(began=event.since)
        effects: list[t.Effect] = [t.OpenUtterance()]
        if self.floor is t.Floor.TUTOR:
            return effects + self._speech_over_reply(utterance, event.at)
        self.floor = t.Floor.LEARNER
        return effects + self._announce(utterance)

    def _speech_goes_on(self, utterance: Spoken, event: t.SpeechBegan) -> list[t.Effect]:
        if self.floor is t.Floor.SETTLING:
            self.floor = t.Floor.LEARNER
            self.pauses = self.pauses.learn(event.since - utterance.ended)
        utterance.speaking = True
        utterance.snapshot = 0
        utterance.text = None
        utterance.forced = False
        return []

    def _speech_over_reply(self, utterance: Spoken, at: float) -> list[t.Effect]:
        reply = self._reply
        if reply is None or not self._interruptible or self._warming_up(at):
            return []
        reply.paused = True
        return [t.PauseReply(reply.number), *self._announce(utterance)]

    def _speech_paused(self, event: t.SpeechPaused) -> list[t.Effect]:
        utterance = self._utterance
        if utterance is None or not utterance.speaking:
            return []
        utterance.speaking = False
        utterance.ended = event.since
        if self.floor is t.Floor.LEARNER:
            self.floor = t.Floor.SETTLING
        return [self._ask_transcript(utterance, event.at)]

    def _ask_transcript(self, utterance: Spoken, at: float) -> t.Transcribe:
        self._numbers += 1
        utterance.snapshot = self._numbers
        utterance.asked_at = at
        utterance.text = None
        return t.Transcribe(utterance.snapshot)

    # --- the learner's words ----------------------------------------------------------------------------------

    def _words_heard(self, event: t.WordsHeard) -> list[t.Effect]:
        utterance = self._utterance
        if utterance is None:
            return []
        utterance.partial = event.text
        if self._judging() and not is_back_channel(event.text):
            return self._interrupt(utterance)
        return []

    def _transcript_ready(self, event: t.TranscriptReady) -> list[t.Effect]:
        utterance = self._utterance
        if utterance is None or event.snapshot != utterance.snapshot:
            return []
        if event.text is None:
            return self._give_up()
        utterance.text = event.text.strip()
        if self.floor is t.Floor.TUTOR:
            return self._judge(utterance)
        finished = combine(finished_probability(utterance.text, self.expect), event.finished)
        utterance.wait = self._wait(finished)
        if utterance.forced:
            return self._commit(utterance)
        effects = self._speculate(utterance.text)
        if event.at >= utterance.ended + utterance.wait:
            effects += self._settle(utterance)
        return effects

    def _wait(self, finished: float) -> float:
        if self.policy.fixed_silence is not None:
            return self.policy.fixed_silence
        return wait_seconds(finished, self.policy.patience, self.expect, self.pauses)

    def _speculate(self, text: str) -> list[t.Effect]:
        if self._speculation is not None and self._speculation[1] == text:
            return []
        effects = self._drop_speculation()
        if text and self.policy.speculate and self._answers:
            self._speculation = (self.next_reply(), text)
            effects.append(t.Speculate(*self._speculation))
        return effects

    def _settle(self, utterance: Spoken) -> list[t.Effect]:
        if utterance.text:
            return self._commit(utterance)
        effects = self._give_up()
        if utterance.interrupted and self.policy.idle_ladder and not self.teacher:
            effects.append(self._prompt(Purpose.HINT))  # it was only noise: back to where the companion was
        return effects

    def _commit(self, utterance: Spoken) -> list[t.Effect]:
        text = utterance.text or ""
        if not text:
            return self._give_up()
        prepared = self._speculation is not None and self._speculation[1] == text
        effects: list[t.Effect] = [] if prepared else self._drop_speculation()
        number = None
        if self._answers:
            number = self._speculation[0] if prepared and self._speculation else self.next_reply()
        self._speculation = None
        self._utterance = None
        self._last_turn_ended = utterance.ended
        self._idle.restart()
        self.floor = t.Floor.IDLE if number is None else t.Floor.TUTOR
        self._reply = None if number is None else Answer(number, answers=True)
        return [*effects, t.CommitTurn(text, utterance.over_at, utterance.wait, number, prepared)]

    def _give_up(self) -> list[t.Effect]:
        """Nothing was said, or nothing could be understood: as if there had been no sound."""
        effects: list[t.Effect] = [*self._drop_speculation(), t.DropUtterance()]
        at = self._utterance.over_at if self._utterance is not None else None
        self._utterance = None
        if self.floor is t.Floor.TUTOR:
            return effects + self._resume()
        self.floor = t.Floor.IDLE
        self._idle.since = at
        return effects

    # --- barge-in ---------------------------------------------------------------------------------------------

    def _judging(self) -> bool:
        return self.floor is t.Floor.TUTOR and self._interruptible

    @property
    def _interruptible(self) -> bool:
        reply = self._reply
        return reply is not None and not reply.whole and self.policy.interrupt_reply

    def _warming_up(self, at: float) -> bool:
        """True in the session's first second of sound, before the client's echo canceller has learnt."""
        return self._warm_at is not None and at < self._warm_at

    def _sustained(self, utterance: Spoken) -> float:
        """Speech this long is an interruption; "yeah yeah, mm-hm" is given twice as long."""
        murmuring = bool(utterance.partial) and is_back_channel(utterance.partial)
        return self.policy.interrupt_after * (2 if murmuring else 1)

    def _judge(self, utterance: Spoken) -> list[t.Effect]:
        """The sound over our reply has ended and its words are known."""
        if not self._judging():
            return []  # the reply is not to be interrupted: the words wait until it is over
        if is_back_channel(utterance.text or ""):
            return self._give_up()
        effects = self._interrupt(utterance)
        finished = finished_probability(utterance.text or "", self.expect)
        utterance.wait = self._wait(finished)
        return effects + self._speculate(utterance.text or "")

    def _interrupt(self, utterance: Spoken) -> list[t.Effect]:
        reply = self._reply
        assert reply is not None
        began = reply.playing_since
        early = began is None or utterance.began - began < self.policy.cut_off_window
        cut_off = reply.answers and early
        if cut_off and self._last_turn_ended is not None:
            self.pauses = self.pauses.learn(max(utterance.began, 0.0) - self._last_turn_ended)
        self._reply = None
        utterance.interrupted = True
        self.floor = t.Floor.LEARNER if utterance.speaking else t.Floor.SETTLING
        return [*self._announce(utterance), t.InterruptReply(reply.number, cut_off)]

    def _resume(self) -> list[t.Effect]:
        reply = self._reply
        if reply is None or not reply.paused:
            return []
        reply.paused = False
        return [t.ResumeReply(reply.number)]

    def _announce(self, utterance: Spoken) -> list[t.Effect]:
        if utterance.announced or self.teacher:  # nobody silences the teacher
            return []
        utterance.announced = True
        return [t.AnnounceSpeech()]

    # --- the companion's replies --------------------------------------------------------------------------------

    def _reply_asked(self, event: t.ReplyAsked) -> list[t.Effect]:
        effects = self._drop_speculation()
        self._numbers = max(self._numbers, event.reply)
        self._reply = Answer(event.reply, whole=event.whole)
        self.floor = t.Floor.TUTOR
        self._idle.since = None
        return effects

    def _reply_playing(self, event: t.ReplyPlaying) -> list[t.Effect]:
        reply = self._reply
        if reply is not None and reply.number == event.reply and reply.playing_since is None:
            reply.playing_since = event.at
            if self._warm_at is None:
                self._warm_at = event.at + self.policy.echo_warmup
        return []

    def _reply_over(self, event: t.ReplyOver) -> list[t.Effect]:
        reply = self._reply
        if reply is None or reply.number != event.reply:
            return []
        if event.said:
            self.expect = expectation(event.said)
        return self._companion_silent(event.at)

    def _companion_silent(self, at: float) -> list[t.Effect]:
        """The floor is free, or the learner's if they have begun to speak."""
        self._reply = None
        utterance = self._utterance
        if utterance is None:
            self.floor = t.Floor.IDLE
            self._idle.since = at
            return []
        effects = self._announce(utterance)
        self.floor = t.Floor.LEARNER if utterance.speaking else t.Floor.SETTLING
        if not utterance.speaking:
            effects.append(self._ask_transcript(utterance, at))
        return effects

    def _input_forgotten(self, event: t.InputForgotten) -> list[t.Effect]:
        effects = self._drop_speculation()
        if self._utterance is not None:
            self._utterance = None
            effects.append(t.DropUtterance())
        if self.floor is t.Floor.TUTOR:
            return effects + self._resume()
        self.floor = t.Floor.IDLE
        self._idle.since = event.at
        return effects

    def _drop_speculation(self) -> list[t.Effect]:
        if self._speculation is None:
            return []
        number, self._speculation = self._speculation[0], None
        return [t.DropSpeculation(number)]

    # --- a teacher takes over ---------------------------------------------------------------------------------

    @property
    def _answers(self) -> bool:
        """The companion answers what the learner says."""
        return self.policy.create_reply and not self.teacher

    def _teacher_took(self, at: float) -> list[t.Effect]:
        self.teacher = True
        effects = self._drop_speculation()
        if self._reply is None:
            return effects
        effects.append(t.InterruptReply(self._reply.number, cut_off=False))
        return effects + self._companion_silent(at)

    def _teacher_gave(self, event: t.TeacherGave) -> list[t.Effect]:
        """Where the learner is speaking, the answer to that is the bridge."""
        if not self.teacher:
            return []
        self.teacher = False
        if self.floor is not t.Floor.IDLE:
            return []
        self._idle.restart()
        self._idle.since = event.at
        return [self._prompt(Purpose.HAND_BACK)] if event.bridge and self.policy.create_reply else []

    # --- time ---------------------------------------------------------------------------------------------------

    def _tick(self, at: float) -> list[t.Effect]:
        deadline = self.deadline
        if deadline is None or at < deadline:
            return []
        utterance = self._utterance
        if utterance is None:
            return self._climb_ladder()
        if self.floor is t.Floor.SETTLING:
            return self._settle(utterance) if utterance.text is not None else self._give_up()
        if self.floor is t.Floor.LEARNER:
            utterance.forced = True
            return [self._ask_transcript(utterance, at)]
        if utterance.speaking:
            return self._interrupt(utterance)
        return self._give_up()

    def _climb_ladder(self) -> list[t.Effect]:
        return [self._prompt(self._idle.climb(self.policy))]

    def _prompt(self, purpose: Purpose) -> t.Prompt:
        """Speak unasked."""
        self._reply = Answer(self.next_reply())
        self.floor = t.Floor.TUTOR
        self._idle.since = None
        return t.Prompt(self._reply.number, purpose)
