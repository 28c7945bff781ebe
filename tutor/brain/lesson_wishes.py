"""What a learner may wish for in a talk about a lesson, and what the lesson tutor then does. Pure."""

from collections.abc import Callable, Mapping

from tutor.brain.base import MindRequest
from tutor.brain.explaining import Explaining
from tutor.brain.intents import Intent
from tutor.brain.lesson_plan import LessonPlan
from tutor.brain.lesson_state import LessonState, Outcome, Pending
from tutor.brain.lesson_summary import sum_up
from tutor.brain.lesson_voice import Voice, minutes
from tutor.brain.teaching import Teaching


class LessonWishes:
    """`state` is changed, `voice` filled; one instance makes one reply."""

    def __init__(self, request: MindRequest, plan: LessonPlan, state: LessonState) -> None:
        self.request, self.plan, self.state = request, plan, state
        self.voice = Voice(state, request.companion)
        self.teaching = Teaching(plan, state, self.voice)
        self.explaining = Explaining(self.teaching)
        self.unheard = self.voice.unheard(request.messages)
        self._topic_unheard = False
        if state.pending is Pending.START:  # a greeting is not said again: its question is enough
            self._topic_unheard = any(request.companion.topic in sentence for sentence in self.unheard)
            self.unheard = []
        self._commands: Mapping[Intent, Callable[[], None]] = {
            Intent.NOTHING: self._nothing, Intent.REPEAT: self._repeat, Intent.QUESTION_AGAIN: self._back,
            Intent.SLOWER: self._slower, Intent.FASTER: self._faster, Intent.REPHRASE: self.rephrase,
            Intent.HINT: self.hint, Intent.TELL_ME: self._tell_me, Intent.DONT_KNOW: self._dont_know,
            Intent.SKIP: self._skip, Intent.BACK: self._step_back, Intent.RESTART: self._restart,
            Intent.EXAMPLE: self.example, Intent.SUMMARY: self.sum_up_now, Intent.STOP: self._stop,
            Intent.EASY: self._easy, Intent.HARD: self._hard,
            Intent.QUIZ: lambda: self._quiz("quiz"),
            Intent.BORED: lambda: self._quiz("bored"),
            Intent.BYE: lambda: self._farewell(short=True),
            Intent.WAIT: lambda: self.voice.say("wait"),
            Intent.HELP: self.teaching.offer_words,
            Intent.CHECK: self._check,
            Intent.WHO: lambda: self._aside("who", name=request.companion.name),
            Intent.TIME: lambda: self._aside("time", minutes=minutes(request.remaining_minutes)),
        }  # fmt: skip

    # --- commands -------------------------------------------------------------------------------------

    def _nothing(self) -> None:
        """Once: ask again; twice: offer words; then take it for "I don't know", so that the talk goes on."""
        state, voice = self.state, self.voice
        state.unclear += 1
        if state.unclear >= 3:
            state.unclear = 0
            self._dont_know()
        elif state.unclear == 2:
            voice.say("not_caught")
            self.teaching.offer_words()
        else:
            voice.say("not_caught")
            self._back(lead=False)

    def _repeat(self) -> None:
        if self.state.spoken:
            self._again("repeat")
        else:
            self._back()

    def _again(self, key: str) -> None:
        self.voice.say(key)
        self.voice.mark()
        self.voice.tell(*self.state.spoken[self.state.core :])

    def _slower(self) -> None:
        self.state.slow, self.state.fast = True, False
        self._again("slower")

    def _faster(self) -> None:
        self.state.slow, self.state.fast = False, True
        self.voice.say("faster")
        self._back(lead=False)

    def rephrase(self) -> None:
        """With a question open, a hint."""
        if self.teaching.item is not None:
            self.hint()
        elif self.state.span:
            self.explaining.rephrase()
        else:
            self.onward()

    def hint(self) -> None:
        if self.teaching.item is None:
            if self.state.pending in (Pending.PACE, Pending.CLEARER):
                self.rephrase()
            else:
                self._aside("no_hint_here")
        elif not self.teaching.hint():
            self.voice.say("last_hint")

    def _tell_me(self) -> None:
        """The answer, but a hint comes first."""
        if self.teaching.item is None:
            self.onward()
        elif self.state.hints or not self.teaching.hint("one_hint_first"):
            self.teaching.reveal()

    def _dont_know(self) -> None:
        if self.teaching.item is not None:
            self.state.streak = 0
            self.voice.say("comfort")
            self.teaching.help()
        elif self.state.pending is Pending.GUESS:
            self.voice.say("guess_unknown")
            self.teaching.onward()
        else:
            if self.state.chunk:
                self.voice.say("comfort_onward")
            self.teaching.onward()

    def _skip(self) -> None:
        if self.teaching.item is not None:
            self.teaching.skip()
        else:
            self.voice.say("nothing_to_skip")
            self.teaching.onward()

    def onward(self) -> None:
        state = self.state
        if (
            state.pending is Pending.STOPPED
            and state.question is not None
            and state.question not in state.outcomes
        ):
            state.pending = Pending.QUESTION
            self._back()
            return
        state.pending = Pending.NOTHING
        self.teaching.onward(lead=True)

    def _step_back(self) -> None:
        self.voice.say("go_back")
        self.state.step_back()
        self.teaching.teach()

    def _restart(self) -> None:
        self.voice.say("restart")
        self.state.restart()
        self.teaching.teach()

    def example(self) -> None:
        self.explaining.example()
        self._back()

    def _quiz(self, key: str) -> None:
        self.voice.say(key)
        self.teaching.quiz()

    def _easy(self) -> None:
        self.state.slow, self.state.fast = False, True
        self.voice.say("easy")
        if self.teaching.item is not None:
            self._back()
        else:
            self.teaching.onward()

    def _hard(self) -> None:
        self.state.slow, self.state.fast = True, False
        self.voice.say("hard")
        if self.teaching.item is None:
            self.rephrase()
        elif not self.teaching.hint():
            self.teaching.wording()

    def _check(self) -> None:
        """Was that right?"""
        how = None if self.state.question is None else self.state.outcomes.get(self.state.question)
        if self.teaching.item is not None or how is None:
            self._aside("check_open")
        else:
            self._aside("check_wrong" if how in (Outcome.REVEALED, Outcome.SKIPPED) else "check_right")

    def sum_up_now(self) -> None:
        sum_up(self.plan, self.state, self.voice)
        self._back()

    def _stop(self) -> None:
        self.state.pending = Pending.STOPPED
        self.voice.say("stop")

    def _farewell(self, *, short: bool = False) -> None:
        self.state.pending = Pending.STOPPED
        sum_up(self.plan, self.state, self.voice, short=short)
        self.voice.say("farewell")

    # --- beginnings and returns -----------------------------------------------------------------------

    def _introduce(self) -> None:
        companion = self.request.companion
        self.state.greeted = True
        self.voice.say("hello", name=companion.name)
        self.voice.say("about_me")
        self.voice.say("topic", topic=companion.topic)

    def _ask_to_start(self) -> None:
        if self._topic_unheard:
            self.voice.say("topic", topic=self.request.companion.topic)
        self.voice.mark()
        self.state.pending = Pending.START
        self.voice.say("start_question")

    def _back(self, *, lead: bool = True) -> None:
        """To where we were: what was not heard, else what the companion waits for."""
        state, voice = self.state, self.voice
        voice.turn()
        if self.unheard:
            voice.say("back")
            voice.mark()
            voice.tell(*self.unheard)
        elif self.teaching.item is not None:
            if lead:
                voice.say("back_question")
            voice.mark()
            self.teaching.wording()
        elif state.pending is Pending.START:
            self._ask_to_start()
        elif state.pending is Pending.MORE:
            self.teaching.offer_more()
        elif state.pending is Pending.FREE:
            self.teaching.offer_again()
        elif state.chunk >= len(self.plan.chunks):
            self.teaching.onward()
        else:
            self.teaching.pace()

    def _aside(self, key: str, **values: str) -> None:
        self.voice.say(key, **values)
        self._back()
