"""A question is open: are the learner's words an answer to it? Pure."""

import re
from enum import StrEnum

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.named import named_options
from lms_core.assessment.spoken_answers import Verdict
from lms_core.assessment.spoken_numbers import tokens
from tutor.brain.intents import Heard, Intent

MAY_BE_ANSWERS = frozenset((
    Intent.ANSWER, Intent.YES, Intent.NO, Intent.CONTINUE, Intent.HELLO, Intent.CHATTER, Intent.HARD,
    Intent.EASY, Intent.BACK, Intent.REPEAT, Intent.SKIP, Intent.WAIT, Intent.DONT_KNOW, Intent.SUMMARY,
))  # fmt: skip
"""Intents that a right answer may look like."""
_SUGGESTING = ("is it", "is that", "was it", "are they")
"""So begins an answer that is put as a question."""
_TERM_WORDS = 4
_POINT = re.compile(
    r".*\b(?:i(?:'d| would|'ll| will) say|my (?:answer|guess) (?:is|would be)|i(?:'d| would) (?:guess|go for)"
    r"|i think it(?:'s| is)?)\s+(?P<point>.+)$"
)
_LONG = 10
"""Words."""


class Reaction(StrEnum):
    ANSWERS = "answers"
    GIVES_UP = "gives_up"
    PASSES = "passes"
    OTHER = "other"  # a wish, a question, a story


def reaction(heard: Heard, item: QuizItem, *, question_heard: bool) -> tuple[Reaction, str]:
    """What the learner does about the question, and the words to judge."""
    truth = item.kind is QuizKind.TRUE_FALSE
    question_heard = question_heard or is_picked(heard.words, item)
    if heard.intent is Intent.ASK_IF and heard.words.startswith(_SUGGESTING):
        heard = Heard(Intent.ANSWER, heard.words)
    if heard.intent in (Intent.DEFINE, Intent.ASK_IF) and len(tokens(heard.topic)) <= _TERM_WORDS:
        # "What's a numerator?" may be the answer, asked.
        right = not truth and _is_right(heard.topic, item)
        return (Reaction.ANSWERS, heard.topic) if right else (Reaction.OTHER, "")
    if heard.intent not in MAY_BE_ANSWERS:
        return Reaction.OTHER, ""
    if not question_heard and (truth or heard.intent is not Intent.ANSWER):
        return Reaction.OTHER, ""  # they cannot mean a question that they did not hear
    for words in (heard.words, the_point(heard.words)):
        if words and _is_right(words, item):
            return Reaction.ANSWERS, words
    if heard.intent is Intent.ANSWER:
        return (Reaction.ANSWERS, heard.words) if question_heard else (Reaction.OTHER, "")
    if truth and judge(heard.words, item).verdict is Verdict.WRONG:
        return Reaction.ANSWERS, heard.words
    return {
        Intent.YES: (Reaction.ANSWERS, ""),
        Intent.NO: (Reaction.GIVES_UP, ""),
        Intent.CONTINUE: (Reaction.PASSES, ""),
    }.get(heard.intent, (Reaction.OTHER, ""))


def is_picked(words: str, item: QuizItem) -> bool:
    """Options and nothing else: so does a page answer for who clicks, which may be before the question was heard."""
    named = named_options(item, words)
    return bool(named) and sorted(tokens(words)) == sorted(tokens(" ".join(named)))


def the_point(words: str) -> str:
    """What a long speech comes down to: "..., so I would say the roots"; empty if it does not say."""
    match = _POINT.match(words)
    return match["point"] if match and len(words.split()) > _LONG else ""


def _is_right(words: str, item: QuizItem) -> bool:
    return judge(words, item).verdict is Verdict.RIGHT
