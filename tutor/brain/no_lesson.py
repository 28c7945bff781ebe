"""The lesson tutor without a lesson: it listens, asks, and does not pretend to know. Pure."""

from lms_core.assessment.answer_words import key_words, word_set
from tutor.brain.base import MindRequest
from tutor.brain.intents import QUESTIONS, Intent, understand
from tutor.brain.lesson_state import LessonState, Pending
from tutor.brain.lesson_voice import Voice, listed

_NOTED = 12
"""Words of the learner's that are kept."""
_EMPTY = word_set(
    "bigger larger smaller right wrong harder hardest easier easiest because really always never maybe known "
    "think thought learn learned means being every other another great little quite there where which would "
    "could should about again first second these those something anything nothing everything"
)
"""Long words that tell little of what was meant."""
_PROPOSE_EVERY = 4
"""After so many replies the tutor says again what would help."""
_BRIEF = {
    Intent.HOW_ARE_YOU: "how_are_you",
    Intent.CAN_HEAR: "can_hear",
    Intent.THANKS: "thanks",
    Intent.HELLO: "greet_back",
}


class NoLessonTalk:
    """Like `LessonTalk`, with nothing to teach from."""

    def __init__(self, request: MindRequest, state: LessonState) -> None:
        self.request, self.state = request, state
        self.voice = Voice(state, request.companion)

    def answer(self, words: str | None) -> None:
        state, voice = self.state, self.voice
        if not state.greeted:
            self.greet()
            return
        heard = understand(words or "")
        match heard.intent:
            case Intent.NOTHING:
                voice.say("not_caught")
                self._ask()
            case Intent.BYE | Intent.STOP:
                self._sum_up()
                voice.say("farewell")
            case Intent.SUMMARY:
                self._sum_up()
                self._ask()
            case Intent.REPEAT | Intent.QUESTION_AGAIN | Intent.SLOWER if state.spoken:
                voice.say("repeat")
                voice.mark()
                voice.tell(*state.spoken[state.core :])
            case Intent.TEACHER if self.request.teacher_called:
                voice.say("teacher_called")
                self._ask()
            case Intent.WAIT:
                voice.say("wait")
            case Intent.WHO:
                voice.say("hello", name=self.request.companion.name)
                voice.say("no_lesson")
                self._ask()
            case Intent.DONT_KNOW | Intent.NO:
                voice.say("no_lesson_unknown")
                self._ask()
            case Intent.HINT | Intent.EXAMPLE | Intent.REPHRASE | Intent.TELL_ME | Intent.QUIZ:
                voice.say("no_lesson_cannot")
                voice.say("no_lesson_teacher")
                self._ask()
            case intent if intent in _BRIEF:
                voice.say(_BRIEF[intent])
                self._ask()
            case intent if intent in QUESTIONS or intent is Intent.CHECK:
                voice.say("no_lesson_cannot")
                self._ask()
            case _:
                self._listen(heard.words)

    def greet(self) -> None:
        state, voice = self.state, self.voice
        if state.greeted:
            voice.say("hello_again")
            self._ask()
            return
        state.greeted = True
        voice.say("hello", name=self.request.companion.name)
        voice.say("about_me")
        voice.say("topic", topic=self.request.companion.topic)
        voice.say("no_lesson")
        voice.mark()
        state.pending = Pending.START
        voice.say("no_lesson_start")

    def nudge(self) -> None:
        if not self.state.greeted:
            self.greet()
            return
        self.voice.say("no_lesson_unknown")
        self._ask()

    def summary(self, words: str | None) -> None:
        if words:
            self._note(words)
        self.voice.say("time_up")
        self._sum_up()
        self.voice.say("farewell")

    def notes(self) -> None:
        self._sum_up()

    def go_on(self) -> None:
        """A teacher has handed back."""
        self.state.greeted = True
        self.voice.say("hand_back")
        self._ask()

    def goodbye(self) -> None:
        self.voice.say("gone_quiet")

    def _listen(self, words: str) -> None:
        """Say back what was mentioned, and ask on."""
        fresh = self._note(words)
        if fresh:
            self.voice.say("no_lesson_mentioned", words=listed(fresh[:3], "and"))
        else:
            self.voice.say("no_lesson_listen")
        self.state.asked += 1
        if self.state.asked % _PROPOSE_EVERY == 0:
            self.voice.say("no_lesson_teacher")
        self._ask()

    def _note(self, words: str) -> list[str]:
        """Keep the longest new key words; returns them."""
        said = [word for word in key_words(words) if len(word) >= 5 and word.isalpha() and word not in _EMPTY]
        fresh = [word for word in dict.fromkeys(said) if word not in self.state.noted][:3]
        self.state.noted = [*self.state.noted, *(word[:30] for word in fresh)][-_NOTED:]
        return [word[:30] for word in fresh]

    def _ask(self) -> None:
        self.voice.turn()
        self.voice.mark()
        self.voice.say("no_lesson_ask")

    def _sum_up(self) -> None:
        self.voice.turn()
        self.voice.say("no_lesson_sum", topic=self.request.companion.topic)
        if self.state.noted:
            self.voice.say("no_lesson_noted", words=listed(self.state.noted[-5:], "and"))
        else:
            self.voice.say("no_lesson_teacher")
