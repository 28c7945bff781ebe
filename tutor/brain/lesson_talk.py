"""One reply of the lesson tutor, with a lesson: from what the learner wants to what is said. Pure."""

from collections.abc import Callable, Mapping

from tutor.brain.base import MindRequest
from tutor.brain.explaining import Explaining
from tutor.brain.intents import POINTING, QUESTIONS, Heard, Intent, understand
from tutor.brain.lesson_plan import LessonPlan
from tutor.brain.lesson_state import LessonState, Outcome, Pending
from tutor.brain.lesson_summary import sum_up
from tutor.brain.lesson_voice import Voice, minutes, unheard
from tutor.brain.open_question import MAY_BE_ANSWERS, Reaction, reaction
from tutor.brain.teaching import Teaching


class LessonTalk:
    """`state` is changed, `voice` filled; one instance makes one reply."""

    def __init__(self, request: MindRequest, plan: LessonPlan, state: LessonState) -> None:
        self.request, self.plan, self.state = request, plan, state
        self.voice = Voice(state, request.companion)
        self.teaching = Teaching(plan, state, self.voice)
        self.explaining = Explaining(self.teaching)
        self.unheard = unheard(request.messages, state.spoken)
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

    # --- purposes -------------------------------------------------------------------------------------

    def answer(self, words: str | None) -> None:
        """The learner's turn is over; None: a reply was asked for without one."""
        state = self.state
        state.quiet = 0
        if words is None and not state.greeted:
            self.greet()
            return
        heard = understand(words) if words is not None else Heard(Intent.CONTINUE, "")
        if not state.greeted:
            self._introduce()
            if heard.intent in (Intent.HELLO, Intent.NOTHING, Intent.HOW_ARE_YOU, Intent.CAN_HEAR):
                self._ask_to_start()
                return
        if heard.intent is not Intent.NOTHING and state.pending is not Pending.QUESTION:
            state.unclear = 0
        if heard.intent is not Intent.BACK:
            state.went_back = False
        if heard.intent is not Intent.CHATTER:
            state.strayed = 0
        self._respond(heard)

    def greet(self) -> None:
        if self.state.greeted:
            self.voice.say("hello_again")
            self._back()
            return
        self._introduce()
        self.voice.say("ways")
        self._ask_to_start()

    def nudge(self) -> None:
        """The learner is quiet, or has come back after the line was lost."""
        state, voice = self.state, self.voice
        if not state.greeted:
            self.greet()
            return
        state.quiet += 1
        if self.unheard and state.quiet == 1:
            self._back()
        elif self.teaching.item is not None:
            voice.say("quiet_question")
            if state.quiet > 1 or not self.teaching.hint():
                self.teaching.wording()
                voice.say("quiet_offer")
        else:
            voice.say("quiet_start" if state.pending is Pending.START else "quiet_pace")

    def summary(self, words: str | None) -> None:
        """Time is up: judge what is still open, sum up, say goodbye; no question."""
        if words is not None and understand(words).intent in MAY_BE_ANSWERS:
            self.teaching.close(words)
        self.voice.say("time_up")
        self._farewell()

    def notes(self) -> None:
        """For the page and the history, after a talk that ended without a summary."""
        sum_up(self.plan, self.state, self.voice)

    def go_on(self) -> None:
        """A teacher has handed back."""
        if not self.state.greeted:
            self.greet()
            return
        self.voice.say("hand_back")
        self._back(lead=False)

    def goodbye(self) -> None:
        self.state.pending = Pending.STOPPED
        self.voice.say("gone_quiet")

    # --- what the learner wants -----------------------------------------------------------------------

    def _respond(self, heard: Heard) -> None:
        state = self.state
        if self.unheard and heard.intent in (Intent.YES, Intent.CONTINUE, Intent.NOTHING, Intent.THANKS):
            self._back()
            return
        if self.teaching.item is not None and self._to_the_question(heard):
            return
        command = self._commands.get(heard.intent)
        if command is not None:
            command()
        elif heard.intent in (Intent.WHY, Intent.HOW) and heard.topic in POINTING and state.span:
            self.rephrase()  # with a question open, a hint
        elif heard.intent in QUESTIONS:
            self.explaining.look_up(heard)
            self._back()
        elif heard.intent is Intent.CHATTER:
            self._stray()
        elif heard.intent in (Intent.YES, Intent.NO, Intent.CONTINUE, Intent.ANSWER):
            self._go_along(heard)
        elif heard.intent is Intent.TEACHER and self.request.teacher_called:
            self._aside("teacher_called")
        else:
            self._aside("greet_back" if heard.intent is Intent.HELLO else heard.intent.value)

    def _to_the_question(self, heard: Heard) -> bool:
        """A question is open: is this an answer to it? False: no, it is something else."""
        item = self.teaching.item
        assert item is not None
        how, words = reaction(heard, item, question_heard=not self.unheard)
        match how:
            case Reaction.ANSWERS:
                self.teaching.answered(words)
            case Reaction.GIVES_UP:
                self._dont_know()
            case Reaction.PASSES:
                self._skip()
        return how is not Reaction.OTHER

    def _go_along(self, heard: Heard) -> None:
        """Yes, no, go on, or talk, where no question is open."""
        state, voice = self.state, self.voice
        pending, intent = state.pending, heard.intent
        talks = intent is Intent.ANSWER and pending not in (Pending.GUESS, Pending.START)
        if talks and self._comment(heard.words):
            return
        if self.unheard or pending is Pending.QUESTION:
            self._back()
        elif pending is Pending.GUESS:
            voice.say("guess_unknown" if intent is Intent.CONTINUE else "guess_thanks")
            self.teaching.onward()
        elif pending is Pending.START and intent is Intent.NO:
            voice.say("not_yet")
        elif pending in (Pending.START, Pending.NOTHING) and not state.chunk:
            voice.say("begin")
            self.teaching.onward()
        elif pending is Pending.PACE and intent is Intent.NO:
            self.rephrase()
        elif pending is Pending.CLEARER and intent is Intent.NO:
            voice.say("still_unclear")
            self.teaching.onward()
        elif pending is Pending.MORE and intent is Intent.NO:
            self.teaching.offer_again()
        elif pending is Pending.MORE:
            self.teaching.quiz()
        elif pending is Pending.FREE and intent is not Intent.CONTINUE:
            asks = intent is Intent.YES and "what_again" not in state.used
            voice.say("what_again" if asks else "propose_end")
        elif pending is Pending.STOPPED and intent is Intent.NO:
            voice.say("listening")
        else:
            self.onward()

    def _comment(self, words: str) -> bool:
        """Talk that is neither wish nor answer. False: take it for a yes, so that the talk goes on."""
        state = self.state
        if self.explaining.comment(words):
            self._back(lead=False)
            return True
        state.unclear += 1
        if state.unclear < 2 and state.pending not in (Pending.FREE, Pending.STOPPED):
            return False
        state.unclear = 0
        self.voice.say("not_followed")
        self.voice.say("offer")
        return True

    def _stray(self) -> None:
        """Kind to a story; after the second in a row the lesson goes on, unless a question is open."""
        state = self.state
        state.strayed += 1
        if state.strayed < 2 or state.pending not in (Pending.START, Pending.PACE, Pending.CLEARER):
            self._aside("chatter")
            return
        state.strayed = 0
        self.voice.say("chatter_onward")
        self.teaching.onward()

    def _aside(self, key: str, **values: str) -> None:
        self.voice.say(key, **values)
        self._back()

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
