"""The lesson tutor's teaching: what comes next, questions, answers, hints, and what comes again."""

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Judgement, Verdict
from lms_core.companions import Style
from tutor.brain.asking import CHOOSING, choices, wording
from tutor.brain.base import Show
from tutor.brain.cards import picture_card, pictures, quiz_card
from tutor.brain.feedback import explain, not_yet, praise
from tutor.brain.lesson_hints import ladder, spoken_answer
from tutor.brain.lesson_plan import LessonPlan
from tutor.brain.lesson_state import LessonState, Outcome, Pending
from tutor.brain.lesson_voice import Voice, continuing
from tutor.brain.marks import marked_card

_SPACING = 2
"""Questions that lie between a question and its return."""
_RETURNS = 1
"""How often a question may come again: who misses it a second time needs the lesson or a person."""
_GO_WORDS = 45
"""Most words of lesson text in one reply."""
_MISHEARD = 3
"""Replies in a row without a usable answer that count as "I don't know"."""


class Teaching:
    """Changes `state`, speaks through `voice`."""

    def __init__(self, plan: LessonPlan, state: LessonState, voice: Voice) -> None:
        self.plan, self.state, self.voice = plan, state, voice
        written = any(not question.made for question in plan.questions)
        self._regular = [question for question in plan.questions if question.made is not written]

    @property
    def item(self) -> QuizItem | None:
        """The question that waits for an answer."""
        if self.state.pending is not Pending.QUESTION or self.state.question is None:
            return None
        return self.plan.questions[self.state.question].item

    # --- what comes next ------------------------------------------------------------------------------

    def onward(self, *, lead: bool = False) -> None:
        """One step on: a question if one is due, else the next of the text, else what is left over.

        `lead`: say that it goes on, where nothing else does.
        """
        self.voice.turn()
        due = self._due()
        if due is not None:
            self.ask(due)
        elif self.state.chunk < len(self.plan.chunks):
            self.teach(lead=lead)
        else:
            self._left_over()

    def teach(self, *, lead: bool = False) -> None:
        """The next piece of the text, and a question about it or whether to go on."""
        state, voice = self.state, self.voice
        section = self.plan.chunks[state.chunk].section
        opens = state.chunk == 0 or self.plan.chunks[state.chunk - 1].section != section
        heading = self.plan.sections[section].heading
        if opens and self._puzzle(section, heading):
            return
        voice.mark()
        if opens and heading and section not in state.guessed:
            self._announce(section, heading)
        elif lead:
            voice.say("onward")
        state.span = self._span()
        for chunk in self.plan.chunks[state.chunk : state.chunk + state.span]:
            voice.tell(*chunk.sentences)
        state.chunk += state.span
        state.since += state.span
        state.rephrased = 0
        due = self._due()
        if due is None:
            self.pace()
        else:
            self.ask(due)

    def pace(self) -> None:
        self.state.pending = Pending.PACE
        self.voice.say("pace")

    def _announce(self, section: int, heading: str) -> None:
        self.voice.say("section" if section else "first_section", heading=continuing(heading))
        body = self.plan.sections[section].body
        picture = next(iter(pictures(body)), None)
        if picture is None:
            self.voice.show(Show("lesson", heading, body))
            return
        if picture.words:
            self.voice.say("shown_picture", words=picture.words.rstrip("."))
        self.voice.show(picture_card(picture, body))

    def _puzzle(self, section: int, heading: str) -> bool:
        """Socratic: a heading that is a question is asked before it is answered."""
        if self.voice.companion.style is not Style.SOCRATIC or not heading.endswith("?"):
            return False
        if section in self.state.guessed:
            return False
        self.voice.mark()
        self.voice.say("guess", question=f"{continuing(heading)}?")
        self.voice.show(Show("lesson", heading, self.plan.sections[section].body))
        self.state.guessed.append(section)
        self.state.pending = Pending.GUESS
        return True

    def _span(self) -> int:
        """How many chunks to say: two short ones of a section, unless a question comes between."""
        state, chunks = self.state, self.plan.chunks
        most = 1 if state.slow else 3 if state.fast else 2
        span, words = 1, _words(chunks[state.chunk].sentences)
        while span < most and state.chunk + span < len(chunks):
            following = chunks[state.chunk + span]
            words += _words(following.sentences)
            asks = any(question.chunk == state.chunk + span - 1 for question in self._regular)
            if asks or following.section != chunks[state.chunk].section or words > _GO_WORDS:
                break
            span += 1
        return span

    def _due(self) -> int | None:
        """A question that comes again, else a fresh one about what was taught."""
        state = self.state
        through = state.chunk >= len(self.plan.chunks)
        if state.since == 0 and not through and len(self._fresh()) <= len(self.plan.chunks) - state.chunk:
            return None
        returning = [number for number, when in state.again if state.asked >= when]
        if returning and (state.since or through):
            return returning[0]
        return next(iter(self._fresh()), None)

    def _fresh(self, *, made: bool = False) -> list[int]:
        """Questions about what was taught that were not asked yet, in the lesson's order."""
        found = [
            (question.chunk, number)
            for number, question in enumerate(self.plan.questions)
            if question.chunk < self.state.chunk
            and number not in self.state.outcomes
            and number != self.state.question
            and (made or question in self._regular)
        ]
        return [number for _, number in sorted(found)]

    def _left_over(self) -> None:
        """The text is through: what was hard, then free questions."""
        state, voice = self.state, self.voice
        if state.again:
            if not state.reviewing:
                voice.say("review")
                state.reviewing = True
            self.ask(state.again[0][0], lead=False)
            return
        left = self._fresh(made=True)
        if state.extra and left:
            self.ask(left[0])
            return
        if not state.through:
            state.through = True
            voice.say("through")
        state.extra = False
        self.offer_more()

    def offer_more(self) -> None:
        """The lesson is through: more questions, or old ones again?"""
        self.state.pending = Pending.MORE
        self.voice.say("more_questions" if self._fresh(made=True) else "all_done")

    def offer_again(self) -> None:
        """The lesson is through, and the learner wants no more questions."""
        self.state.pending = Pending.FREE
        self.voice.say("anything_else")

    def quiz(self) -> None:
        """A question now: due, fresh, made from the text, or an old one once more."""
        self.state.extra = self.state.through
        due = self._due()
        fresh = self._fresh() or self._fresh(made=True)
        every = [number for number in range(len(self.plan.questions)) if number != self.state.question]
        if due is not None or fresh or every:
            self.ask(
                due if due is not None else fresh[0] if fresh else every[self.state.asked % len(every)],
                lead=False,
            )
        else:
            self.offer_again()

    # --- asking ---------------------------------------------------------------------------------------

    def ask(self, number: int, *, lead: bool = True) -> None:
        state, voice = self.state, self.voice
        voice.turn()
        returning = number in state.outcomes
        if returning and state.outcomes[number] in (Outcome.REVEALED, Outcome.SKIPPED):
            voice.say("again")
        elif lead:
            voice.say("check")
        state.pending, state.question = Pending.QUESTION, number
        state.tries = state.hints = state.unclear = state.since = 0
        state.asked += 1
        voice.mark()
        self.wording()
        item = self.plan.questions[number].item
        voice.show(quiz_card(item))

    def wording(self) -> None:
        """The pending question, as it is asked aloud."""
        if self.item is not None:
            wording(self.voice, self.item)

    # --- judging --------------------------------------------------------------------------------------

    def answered(self, words: str) -> None:
        """Judge an answer to the pending question, and go on from there."""
        item = self.item
        assert item is not None
        judgement = judge(words, item)
        if judgement.verdict is not Verdict.UNSURE:
            self.state.unclear = 0
            self.state.answers.setdefault(item.id, words)
        match judgement.verdict:
            case Verdict.RIGHT:
                self.right(item, words)
                self.onward()
            case Verdict.UNSURE:
                self._unusable(item, judgement)
            case _ if item.kind is QuizKind.TRUE_FALSE:
                self.state.streak = 0
                self.voice.show(marked_card(item, words, closed=True))
                self.voice.say("wrong_statement", answer=item.answer)
                explain(self.voice, item)
                self._put_off(Outcome.REVEALED)
            case _:
                self.state.streak = 0
                self.state.tries += 1
                self.voice.show(marked_card(item, words, closed=False))
                not_yet(self.voice, words, judgement)
                self.help(words)

    def close(self, words: str) -> None:
        """Time is up: a last answer to what is still open; nothing follows."""
        item, question = self.item, self.state.question
        if item is None or question is None:
            return
        verdict = judge(words, item).verdict
        if verdict is Verdict.RIGHT:
            self.right(item, words)
        elif verdict is not Verdict.UNSURE:
            self.state.outcomes[question] = Outcome.REVEALED

    def right(self, item: QuizItem, words: str) -> None:
        """Praise what was right, and keep score."""
        state, voice = self.state, self.voice
        assert state.question is not None
        before = state.outcomes.get(state.question)
        helped = bool(state.hints or state.tries)
        came_again = before in (Outcome.REVEALED, Outcome.SKIPPED)
        if came_again:
            state.outcomes[state.question] = Outcome.LEARNED
        elif before is None:
            state.outcomes[state.question] = Outcome.HELPED if helped else Outcome.RIGHT
        state.again = [entry for entry in state.again if entry[0] != state.question]
        state.pending = Pending.NOTHING
        voice.show(marked_card(item, words, closed=True))
        praise(voice, item, named=state.asked % 2 == 0, helped=helped, came_again=came_again)
        state.streak = 0 if helped else state.streak + 1
        if state.streak in (3, 6, 10):
            voice.say("streak", count={3: "three", 6: "six", 10: "ten"}[state.streak])

    def _unusable(self, item: QuizItem, judgement: Judgement) -> None:
        state, voice = self.state, self.voice
        state.unclear += 1
        if state.unclear >= _MISHEARD:
            state.unclear = 0
            self.help()
            return
        if judgement.score > 0:
            voice.say("two_named")
            return
        kinds = {
            QuizKind.NUMERIC: "number",
            QuizKind.MULTIPLE_CHOICE: "choice",
            QuizKind.MULTIPLE_ANSWER: "choice",
            QuizKind.TRUE_FALSE: "truth",
        }
        voice.say(f"want_{kinds.get(item.kind, 'words')}")
        voice.mark()
        if state.unclear > 1:
            self.offer_words()
        elif item.kind in CHOOSING:
            choices(self.voice, item)
        else:
            self.wording()

    # --- helping --------------------------------------------------------------------------------------

    def offer_words(self) -> None:
        """What one can say here."""
        self.voice.say("offer" if self.item is None else "offer_question")

    def help(self, answered: str = "") -> None:
        """The next hint, or after the last one the answer. `answered`: what was wrong."""
        if not self.hint():
            self.reveal(answered)

    def hints(self) -> list[str]:
        """All hints for the question that was asked last."""
        question = self.plan.questions[self.state.question or 0]
        return ladder(question.item, self.plan.heading(question.chunk), self.voice.text)

    def hint(self, key: str = "hint") -> bool:
        """Give the next hint and ask again; False if there is none left."""
        item, state = self.item, self.state
        assert item is not None
        hints = self.hints()
        if state.hints >= len(hints):
            return False
        hint = hints[state.hints]
        state.hints += 1
        self.voice.mark()
        self.voice.say(key, hint=hint)
        if "?" in hint:
            return True
        if state.hints % 2 and item.kind is not QuizKind.TRUE_FALSE:
            self.voice.say("try_again")
        elif item.kind is QuizKind.MULTIPLE_CHOICE:
            choices(self.voice, item)
        else:
            self.wording()
        return True

    def reveal(self, answered: str = "") -> None:
        item = self.item
        assert item is not None
        self.voice.show(marked_card(item, answered, closed=True))
        self.voice.mark()
        truth = item.kind is QuizKind.TRUE_FALSE
        self.voice.say("reveal_truth" if truth else "reveal", answer=spoken_answer(item))
        explain(self.voice, item)
        self._put_off(Outcome.REVEALED)

    def skip(self) -> None:
        self.voice.say("skip")
        self._return_later(Outcome.SKIPPED)
        self.onward()

    def _put_off(self, outcome: Outcome) -> None:
        """Ask again later, if that was not done often enough; first a moment to breathe."""
        self.voice.say("later" if self._return_later(outcome) else "enough")
        self.voice.turn()
        if self.state.chunk < len(self.plan.chunks) or self.state.again:
            self.pace()
        else:
            self.onward()

    def _return_later(self, outcome: Outcome) -> bool:
        state = self.state
        number = state.question
        assert number is not None
        state.pending = Pending.NOTHING
        state.outcomes[number] = outcome
        state.again = [entry for entry in state.again if entry[0] != number]
        state.returns[number] = state.returns.get(number, 0) + 1
        if state.returns[number] > _RETURNS:
            return False
        state.again.append((number, state.asked + _SPACING))
        return True


def _words(sentences: tuple[str, ...]) -> int:
    return sum(len(sentence.split()) for sentence in sentences)
