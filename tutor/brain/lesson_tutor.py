"""The built-in lesson tutor: teaches from the lesson, asks, judges, hints, sums up, without any model.

A pure function from (request, memory) to sentences and new memory; `LessonTutor` is the thin skin that makes a
`Mind` of it. Variation comes from a counter in the memory, so that the same talk is always the same.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lms_core.courses import QuizItem, QuizKind
from tutor.brain.answers import Verdict, judge
from tutor.brain.base import MindEvent, MindRequest, Purpose, Remember, Show, TextDelta
from tutor.brain.intents import Intent, asked_about, intent_of
from tutor.brain.lesson_plan import Plan, plan_of

_PRAISE = ("Yes, exactly.", "That's right.", "Very good.", "Correct, well done.", "Right, you have got it.")
_CLOSE = ("You are close.", "Nearly.", "That goes in the right direction.")
_WRONG = ("Not quite.", "Hmm, not yet.", "That is not it, but good try.")
_COMFORT = ("No problem.", "That's fine.", "Let us look at it together.")
_ONWARD = ("Good, let's go on.", "Alright.", "Okay, next.", "Good.")
_WAIT = ("Take your time.", "No hurry.", "I'm listening.")
_CHOICES = "You can say: continue, repeat, or give me a hint."


@dataclass
class Memory:
    """Plain JSON; everything that the tutor knows between replies."""

    chunk: int = 0
    """The next chunk to teach."""
    pending: int | None = None
    """The question that waits for an answer."""
    tries: int = 0
    asked: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    weak: list[int] = field(default_factory=list)
    """Answered wrongly or with help; asked again later."""
    since_question: int = 0
    puzzled: int = 0
    turn: int = 0
    last: list[str] = field(default_factory=list)
    """What was said last, for "say that again"."""
    introduced: bool = False

    @staticmethod
    def of(stored: Mapping[str, Any]) -> "Memory":
        known = {entry.name for entry in fields(Memory)}
        fresh = Memory(**{name: value for name, value in stored.items() if name in known})
        fresh.asked, fresh.right, fresh.weak = list(fresh.asked), list(fresh.right), list(fresh.weak)
        return fresh


class LessonTutor:
    name = "lesson"

    async def start(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        memory = Memory.of(request.memory)
        memory.turn += 1
        talk = _Talk(request, memory)
        sentences = talk.answer()
        for show in talk.shows:
            yield show
        for sentence in sentences:
            yield TextDelta(sentence + " ")
        if request.purpose is not Purpose.BACK_CHANNEL:
            memory.last = sentences
        yield Remember(asdict(memory))


class _Talk:
    """One reply in the making; changes `memory`."""

    def __init__(self, request: MindRequest, memory: Memory) -> None:
        self.request, self.memory = request, memory
        self.plan: Plan | None = plan_of(request.lesson) if request.lesson is not None else None
        learner = [message.text for message in request.messages if message.role == "learner"]
        self.said = learner[-1] if learner else ""
        self.shows: list[Show] = []

    def answer(self) -> list[str]:
        match self.request.purpose:
            case Purpose.GREETING:
                return self._greet()
            case Purpose.BACK_CHANNEL:
                return [self._pick(_WAIT)]
            case Purpose.HINT:
                return self._nudge()
            case Purpose.SUMMARY:
                return [*self._sum_up(), "Our time is up. It was nice talking with you. Goodbye!"]
            case Purpose.GOODBYE:
                return ["It has gone quiet, so let's stop here.", "We can go on whenever you like. Goodbye!"]
            case Purpose.WRAP_UP:
                minutes = max(1, round(self.request.remaining_minutes))
                left = "one minute" if minutes == 1 else f"{minutes} minutes"
                return [f"By the way, we have about {left} left.", *self._respond()]
            case _:
                return self._respond()

    def _pick(self, phrases: tuple[str, ...]) -> str:
        return phrases[self.memory.turn % len(phrases)]

    # --- opening ----------------------------------------------------------------------------------------------

    def _greet(self) -> list[str]:
        companion = self.request.companion
        self.memory.introduced = True
        hello = (
            f"Hello! I'm {companion.name}, your built-in tutor, and today we talk about {companion.topic}."
        )
        if self.plan is None:
            return [
                hello,
                "There is no lesson attached yet, so I can only listen.",
                "What do you already know about it?",
            ]
        return [
            hello,
            "I explain a little, and then I ask you something.",
            "You can interrupt me at any time. Shall we start?",
        ]

    # --- the learner said something ---------------------------------------------------------------------------

    def _respond(self) -> list[str]:
        if self.plan is None:
            return self._without_lesson()
        intent = intent_of(self.said)
        memory = self.memory
        if intent is not Intent.NOTHING:
            memory.puzzled = 0
        match intent:
            case Intent.STOP:
                return [*self._sum_up(), "We can stop here. Just press end when you want to leave."]
            case Intent.REPEAT:
                return ["Of course.", *memory.last[-4:]] if memory.last else self._teach()
            case Intent.SUMMARY:
                return [*self._sum_up(), "Shall we go on?"]
            case Intent.REPHRASE:
                return self._rephrase()
            case Intent.HINT:
                return self._hint() if memory.pending is not None else self._rephrase()
            case Intent.SKIP:
                memory.pending = None
                return [self._pick(_ONWARD), *self._teach()]
            case Intent.QUIZ:
                return self._ask(["Gladly."]) or self._closing()
            case Intent.NOTHING:
                return self._puzzled()
            case Intent.DEFINE if self._is_question():
                return self._define()
        if memory.pending is not None:
            return self._judge(intent)
        if intent is Intent.THANKS:
            return ["You're welcome.", *self._teach()]
        if intent is Intent.NO:
            return ["Alright.", "Would you like a quiz question instead? Just say quiz me."]
        if intent is Intent.OTHER:
            return self._off_script()
        return [self._pick(_ONWARD), *self._teach()]

    def _is_question(self) -> bool:
        """With a question pending, "what is ..." is still a question of theirs if it asks about something."""
        return bool(asked_about(self.said))

    def _puzzled(self) -> list[str]:
        self.memory.puzzled += 1
        if self.memory.puzzled > 1:
            return ["I'm afraid I did not understand.", _CHOICES]
        return ["Sorry, I did not catch that.", "Could you say it again?"]

    def _off_script(self) -> list[str]:
        """Something that is neither a wish nor an answer: connect it to the lesson if possible."""
        assert self.plan is not None
        passage = self.plan.passage_about(self.said)
        if passage:
            return ["Good thought.", *passage, *self._teach()]
        self.memory.puzzled += 1
        if self.memory.puzzled > 1:
            return ["I'm only the built-in tutor, so I can't follow that.", _CHOICES]
        return ["Interesting. Let me come back to our topic.", *self._teach()]

    def _define(self) -> list[str]:
        assert self.plan is not None
        topic = asked_about(self.said)
        passage = self.plan.passage_about(topic)
        back = self._question_again()
        if not passage:
            return [
                f"The lesson does not say anything about {topic}, so I don't want to guess.",
                *(back or ["Shall we go on?"]),
            ]
        self.shows.append(Show("lesson", topic.capitalize(), " ".join(passage)))
        return [*passage, *(back or ["Shall we go on?"])]

    # --- teaching ---------------------------------------------------------------------------------------------

    def _teach(self) -> list[str]:
        """The next chunk, with a check question after every second one."""
        assert self.plan is not None
        memory = self.memory
        memory.pending = None
        if memory.chunk >= len(self.plan.chunks):
            return self._ask(["Let's see what you remember."]) or self._closing()
        chunk = self.plan.chunks[memory.chunk]
        memory.chunk += 1
        memory.since_question += 1
        if memory.chunk == 1 or self.plan.chunks[memory.chunk - 2].section != chunk.section:
            self.shows.append(Show("lesson", chunk.section or self.plan.title, " ".join(chunk.sentences)))
        if memory.since_question >= 2 or self._due() is not None:
            question = self._ask([])
            if question:
                return [*chunk.sentences, *question]
        return [*chunk.sentences, "Okay so far?" if memory.turn % 2 else "Shall I go on?"]

    def _due(self) -> int | None:
        """The next question: a fresh one about what was taught, else a weak one once some others came between."""
        assert self.plan is not None
        memory = self.memory
        through = memory.chunk >= len(self.plan.chunks)
        for number, after in enumerate(self.plan.asked_after):
            if number not in memory.asked and (after < memory.chunk or through):
                return number
        weak = [number for number in memory.weak if number != (memory.asked[-1] if memory.asked else None)]
        return weak[0] if weak and through else None

    def _ask(self, lead: list[str]) -> list[str]:
        """Ask what is due; [] if nothing is left to ask."""
        assert self.plan is not None
        number = self._due()
        if number is None:
            return []
        memory = self.memory
        again = number in memory.asked
        memory.asked = [one for one in memory.asked if one != number] + [number]
        memory.pending, memory.tries, memory.since_question = number, 0, 0
        item = self.plan.questions[number]
        self.shows.append(Show("quiz", "Question", item.question))
        return [*lead, *(["One more time, because it is worth it."] if again else []), self._wording(item)]

    @staticmethod
    def _wording(item: QuizItem) -> str:
        if item.kind is QuizKind.MULTIPLE_CHOICE and item.choices:
            listed = f"{', '.join(item.choices[:-1])} or {item.choices[-1]}"
            return f"{item.question.rstrip('?')}: {listed}?" if listed not in item.question else item.question
        return item.question

    def _question_again(self) -> list[str]:
        if self.memory.pending is None or self.plan is None:
            return []
        return ["Now back to my question.", self._wording(self.plan.questions[self.memory.pending])]

    # --- judging ----------------------------------------------------------------------------------------------

    def _judge(self, intent: Intent) -> list[str]:
        assert self.plan is not None and self.memory.pending is not None
        item = self.plan.questions[self.memory.pending]
        judgement = judge(self.said, item)
        if judgement.verdict is Verdict.RIGHT:
            return self._was_right(item)
        if intent in (Intent.DONT_KNOW, Intent.NO, Intent.CONTINUE):
            return [self._pick(_COMFORT), *self._hint()]
        if judgement.verdict is Verdict.UNSURE or intent in (Intent.YES, Intent.THANKS):
            return ["I was waiting for an answer.", self._wording(item)]
        opening = self._pick(_CLOSE) if judgement.verdict is Verdict.CLOSE else self._pick(_WRONG)
        return [opening, *self._hint()]

    def _was_right(self, item: QuizItem) -> list[str]:
        memory = self.memory
        number = memory.pending
        assert number is not None
        if memory.tries == 0:
            memory.right = sorted({*memory.right, number})
            memory.weak = [one for one in memory.weak if one != number]
        explanation = [item.explanation] if item.explanation and memory.tries else []
        memory.pending = None
        return [self._pick(_PRAISE), *explanation, *self._teach()]

    def _hint(self) -> list[str]:
        """From small to large; after the last one the answer, and the question comes back later."""
        assert self.plan is not None and self.memory.pending is not None
        memory = self.memory
        number = memory.pending
        assert number is not None
        item = self.plan.questions[number]
        memory.tries += 1
        if memory.tries <= len(item.hints):
            return [f"Here is a hint. {item.hints[memory.tries - 1]}", self._wording(item)]
        memory.weak = [*(one for one in memory.weak if one != number), number]
        memory.pending = None
        answer = item.explanation or f"The answer is {item.answer}."
        return ["Let me tell you.", answer, "We will come back to it.", *self._teach_softly()]

    def _teach_softly(self) -> list[str]:
        """After a revealed answer go on with explanation, not at once with the next question."""
        assert self.plan is not None
        if self.memory.chunk < len(self.plan.chunks):
            return ["Shall we go on?"]
        return self._ask([]) or self._closing()

    def _rephrase(self) -> list[str]:
        assert self.plan is not None
        if self.memory.pending is not None:
            return ["Let me put it differently.", *self._hint()]
        taught = self.plan.chunks[max(0, self.memory.chunk - 1)]
        shorter = min(taught.sentences, key=len)
        return ["Let me say the most important part again, slowly.", shorter, "Is that clearer?"]

    def _nudge(self) -> list[str]:
        """The learner is quiet: help a little."""
        if self.plan is None:
            return ["Just tell me anything that comes to your mind."]
        if self.memory.pending is not None:
            item = self.plan.questions[self.memory.pending]
            if item.hints:
                return [f"Maybe this helps. {item.hints[0]}", self._wording(item)]
            return ["Let me ask again.", self._wording(item)]
        return ["Are you still there?", "Say continue, and I go on."][: 1 + self.memory.turn % 2] or [
            _CHOICES
        ]

    # --- closing ----------------------------------------------------------------------------------------------

    def _closing(self) -> list[str]:
        return [
            *self._sum_up(),
            "That was the whole lesson. Ask me what something is, or press end when you like.",
        ]

    def _sum_up(self) -> list[str]:
        if self.plan is None or not self.memory.chunk:
            return ["We have only just begun today."]
        memory = self.memory
        sections = list(
            dict.fromkeys(chunk.section for chunk in self.plan.chunks[: memory.chunk] if chunk.section)
        )
        said = [
            "Let me sum up.",
            f"We talked about {_listed(sections[-4:])}." if sections else self.plan.key_points[0],
        ]
        if memory.right:
            count = len(memory.right)
            said.append(f"You answered {count} {'question' if count == 1 else 'questions'} right at once.")
        if memory.weak:
            item = self.plan.questions[memory.weak[0]]
            said.append(f"Look at this again: {item.explanation or item.answer}")
        return said

    def _without_lesson(self) -> list[str]:
        """Honest small talk: there is nothing to teach from."""
        lines = (
            "I see. Tell me a little more about that.",
            "That is interesting. What is the part that you find hardest?",
            "Thank you. Ask your teacher to attach a lesson, then I can really teach. What else do you know about it?",
        )
        return [lines[self.memory.turn % len(lines)]]


def _listed(names: list[str]) -> str:
    lowered = [name[0].lower() + name[1:] for name in names]
    return lowered[0] if len(lowered) == 1 else f"{', '.join(lowered[:-1])} and {lowered[-1]}"
