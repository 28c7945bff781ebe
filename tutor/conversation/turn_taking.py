"""Turn-taking at work: what `turns.py` decides upon each event is carried out by the two sides of the talk."""

from collections.abc import Callable, Sequence

from lms_core.companions import Patience
from tutor.brain.base import Mind, Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.answering import Answering
from tutor.conversation.events import Role
from tutor.conversation.listening import Listening
from tutor.conversation.policy import policy_of
from tutor.conversation.ports import Observer
from tutor.conversation.session_config import SessionConfig
from tutor.conversation.speaker import Speaker
from tutor.conversation.turns import Turns

Record = Callable[[t.Event, Sequence[t.Effect]], None]


class TurnTaking:
    """Everything that happens goes through `step`, in order; `stop` it when the talk has ended."""

    def __init__(
        self,
        *,
        config: SessionConfig,
        patience: Patience,
        listening: Listening,
        answering: Answering,
        speaker: Speaker,
        observer: Observer,
        now: Callable[[], float],
        record: Record | None,
        after: Callable[[], None],
    ) -> None:
        """`patience`: the companion's own. `record` gets every step; `after` is called after each."""
        self._config, self._patience = config, patience
        self._listening, self._answering, self._speaker = listening, answering, speaker
        self._observer, self._now, self._record, self._after = observer, now, record, after
        self.turns = Turns()
        self.taken = 0
        """Turns of the learner so far."""
        self._policy_known = self._stopped = False

    def stop(self) -> None:
        """Nothing is decided any more."""
        self._stopped = True

    def step(self, event: t.Event) -> None:
        """Let turn-taking decide, and do what it says."""
        if self._stopped:
            return
        effects = self.turns.handle(event)
        if self._record is not None:
            self._record(event, effects)
        for effect in effects:
            self._do(effect)
        self._after()

    def apply_policy(self) -> None:
        """The client may have asked for another one."""
        policy = policy_of(self._config, self._patience)
        if policy != self.turns.policy or not self._policy_known:
            begins, self._policy_known = not self._policy_known, True
            self.step(t.PolicySet(self._now(), policy, self.turns.pauses, begins))

    def forget_input(self) -> None:
        """What the learner is saying counts no more."""
        self.step(t.InputForgotten(self._now()))

    def whispered(self) -> None:
        """The mind is told something new; what it prepared before that is thrown away."""
        self.step(t.Whispered(self._now()))

    def give_to_teacher(self) -> None:
        """The companion falls silent until `take_from_teacher`."""
        self.step(t.TeacherTook(self._now()))

    def take_from_teacher(self, *, bridge: bool) -> None:
        """`bridge`: the companion says something to go on with."""
        self.step(t.TeacherGave(self._now(), bridge))

    # --- replies that turn-taking did not ask for -------------------------------------------------------------

    def ask(self, *, whole: bool = False) -> int:
        """One is to begin; returns its number. `whole`: it is heard to its end."""
        number = self.turns.next_reply()
        self.step(t.ReplyAsked(self._now(), number, whole))
        return number

    def prompt(self, purpose: Purpose | None = None, mind: Mind | None = None) -> None:
        """Speak now, unless a teacher does. `mind`: instead of the session's own."""
        if self.turns.teacher:
            return
        self._answering.begin(self.ask(), purpose, mind=mind)

    def announce(self, mind: Mind) -> int:
        """Let this be heard to its end, also while a teacher has taken over; returns the reply's number."""
        number = self.ask(whole=True)
        self._answering.begin(number, Purpose.GREETING, mind=mind, role=Role.ANNOUNCEMENT)
        return number

    def cut_reply(self, number: int | None = None, reason: str = "turn_detected") -> None:
        """Stop the reply `number`, or what is being said, if anything is; used where nobody spoke into it."""
        if number is None:
            stopped = self._answering.stop_current(reason)
        else:
            stopped = self._answering.stop(number, reason)
        if stopped is not None:
            self.step(t.ReplyOver(self._now(), stopped.number, stopped.said))

    # --- what was decided -------------------------------------------------------------------------------------

    def _do(self, effect: t.Effect) -> None:
        match effect:
            case t.OpenUtterance():
                self._listening.open_utterance()
            case t.AnnounceSpeech():
                self._listening.announce()
            case t.DropUtterance():
                self._listening.drop_utterance()
            case t.Transcribe(snapshot):
                self._listening.transcribe(snapshot)
            case t.Speculate(reply, text):
                self._answering.speculate(reply, text)
            case t.DropSpeculation(reply):
                self._answering.drop(reply)
            case t.CommitTurn():
                self._commit(effect)
            case t.PauseReply(reply):
                self._speaker.pause(reply)
            case t.ResumeReply(reply):
                self._observer.barge_in(real=False)
                self._speaker.resume(reply)
            case t.InterruptReply(reply, cut_off):
                self._observer.barge_in(real=True)
                self._answering.interrupt(reply, cut_off=cut_off)
            case t.Prompt(reply, purpose):
                self._answering.begin(reply, purpose)

    def _commit(self, turn: t.CommitTurn) -> None:
        self.taken += 1
        utterance = self._listening.commit_turn(turn.text)
        if utterance is not None:
            self._answering.answer(turn, self.taken, utterance.item_id, utterance.transcribed_at)
