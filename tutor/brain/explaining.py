"""The lesson tutor's explanations: questions answered from the lesson, other words, examples."""

from itertools import takewhile

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizKind
from lms_core.assessment.spoken_answers import Verdict
from lms_core.assessment.spoken_numbers import tokens
from tutor.brain.base import Show
from tutor.brain.intents import Heard, Intent
from tutor.brain.lesson_state import Outcome, Pending
from tutor.brain.teaching import Teaching

_TOPIC_WORDS = 5
"""A topic of more words is not said back."""


class Explaining:
    """Speaks through the voice of `teaching`; never gives the answer to an open question away."""

    def __init__(self, teaching: Teaching) -> None:
        self._teaching = teaching
        self._plan, self._state, self._voice = teaching.plan, teaching.state, teaching.voice

    def look_up(self, heard: Heard) -> None:
        """What is X, why, how: from the lesson, or honestly not at all."""
        voice = self._voice
        defines = heard.intent is Intent.DEFINE
        topic = heard.topic if defines else heard.words
        found = self._plan.passage(topic) or self._plan.passage(heard.topic)
        passage = self._harmless(found)
        if found and not passage:
            voice.say("gives_away")
        elif passage:
            voice.mark()
            if not defines or self._plan.definition(topic) is None:
                voice.say("from_lesson")
            voice.tell(*passage)
            voice.show(Show("lesson", self._plan.title, " ".join(passage)))
        elif defines and heard.topic and len(heard.topic.split()) <= _TOPIC_WORDS:
            voice.say("not_in_lesson", topic=heard.topic)
        else:
            voice.say("not_in_lesson_plain")

    def comment(self, words: str) -> bool:
        """Talk that touches the lesson gets what that says of it. False: it does not, or it was just said."""
        enough = len(tokens(words)) > 1 or self._state.pending is Pending.FREE
        passage = self._plan.passage(words) if enough else ()
        if not passage or passage[0] in self._state.spoken:
            return False
        self._voice.mark()
        self._voice.say("good_thought")
        self._voice.tell(*passage)
        return True

    def example(self) -> None:
        passage = self._harmless(self._plan.example(self._taught() or self._plan.title))
        if passage:
            self._voice.mark()
            self._voice.say("example")
            self._voice.tell(*passage)
        else:
            self._voice.say("no_example")

    def rephrase(self) -> None:
        """A term, the main point or an example, one after the other; at last the same words again."""
        state, voice = self._state, self._voice
        voice.say("rephrase")
        voice.mark()
        ways = self._ways()
        if not state.since and state.outcomes.get(state.question or 0) is Outcome.REVEALED:
            voice.tell(*self._teaching.hints())
        elif state.rephrased < len(ways):
            lead, said = ways[state.rephrased]
            voice.say(lead)
            voice.tell(*said)
        else:
            voice.say("rephrase_none")
            voice.tell(self._taught())
        state.rephrased += 1
        state.pending = Pending.CLEARER
        voice.say("clearer")

    def _ways(self) -> list[tuple[str, tuple[str, ...]]]:
        """(how to lead in, what to say): other sentences of the lesson about the same thing."""
        plan, state = self._plan, self._state
        taught = range(state.chunk - state.span, state.chunk)
        said = self._taught()
        words = set(tokens(said))
        terms = [
            (each.sentence,)
            for each in plan.definitions
            if each.sentence not in said and each.chunk < state.chunk and words & set(tokens(each.term))
        ]
        points = [(point,) for chunk, point in plan.key_points if taught.start - 1 <= chunk <= taught.stop]
        explained = [
            (question.item.explanation,)
            for number, question in enumerate(plan.questions)
            if question.chunk in taught and number in state.outcomes and question.item.explanation
        ]
        example = plan.example(said)
        return [
            *(("word_means", each) for each in terms[:1]),
            *(("short_version", each) for each in (*points[:1], *explained[:1])),
            *([("picture", example)] if example and example[0] not in said else []),
        ]

    def _taught(self) -> str:
        """The lesson text of the last step."""
        chunks = self._plan.chunks[self._state.chunk - self._state.span : self._state.chunk]
        return " ".join(sentence for chunk in chunks for sentence in chunk.sentences)

    def _harmless(self, passage: tuple[str, ...]) -> tuple[str, ...]:
        """As much of the passage as does not answer the open question."""
        item = self._teaching.item
        if item is None or item.kind is QuizKind.TRUE_FALSE:
            return passage
        return tuple(takewhile(lambda sentence: judge(sentence, item).verdict is not Verdict.RIGHT, passage))
