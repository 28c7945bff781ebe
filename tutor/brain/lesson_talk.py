"""One reply of the lesson tutor, with a lesson: from what the learner wants to what is said. Pure."""

from tutor.brain.intents import POINTING, QUESTIONS, Heard, Intent, understand
from tutor.brain.lesson_state import Pending
from tutor.brain.lesson_summary import sum_up
from tutor.brain.lesson_wishes import LessonWishes
from tutor.brain.open_question import MAY_BE_ANSWERS, Reaction, is_picked, reaction


class LessonTalk(LessonWishes):
    """First what the learner's words are: an answer, a wish, a question, a story."""

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
        state, item = self.state, self.teaching.item
        answers = item is not None and is_picked(heard.words, item)
        goes_on = heard.intent in (Intent.YES, Intent.CONTINUE, Intent.NOTHING, Intent.THANKS)
        if self.unheard and goes_on and not answers:
            self._back()
            return
        if item is not None and self._to_the_question(heard):
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
