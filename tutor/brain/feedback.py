"""What the lesson tutor says about an answer before it goes on."""

from lms_core.assessment.answer_words import is_explanation
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Judgement, Verdict
from lms_core.assessment.spoken_numbers import tokens
from lms_core.assessment.word_likeness import stem
from tutor.brain.lesson_hints import spoken_answer
from tutor.brain.lesson_voice import Voice, listed


def praise(voice: Voice, item: QuizItem, *, named: bool, helped: bool, came_again: bool) -> None:
    """`named`: with the answer in it; `came_again`: it was missed before."""
    if item.kind is QuizKind.TRUE_FALSE:
        voice.say("true_is_right" if item.answer.strip().lower() in ("true", "yes") else "false_is_right")
        explain(voice, item)
    elif is_explanation(item.answer):
        voice.say("praise")
        explain(voice, item)
    elif came_again:
        voice.say("praise_again", answer=spoken_answer(item))
    elif helped:
        voice.say("praise_helped", answer=spoken_answer(item))
        explain(voice, item)
    elif named:
        voice.say("praise_answer", answer=spoken_answer(item))
    else:
        voice.say("praise")


def not_yet(voice: Voice, words: str, judgement: Judgement) -> None:
    """Say what was right of it, if something was, and only in words that the learner used."""
    said = set(map(stem, tokens(words)))
    matched = [word for word in judgement.matched if " " in word or stem(word) in said]
    if judgement.verdict is not Verdict.CLOSE:
        voice.say("wrong")
    elif judgement.missing == ("the simplest form",):
        voice.say("close_simplest")
    elif judgement.matched and judgement.matched[0].startswith("the "):
        voice.say("close_half", matched=judgement.matched[0], missing=judgement.missing[0])
    elif matched and judgement.missing:
        voice.say("close_matched", matched=listed(matched[:3], "and"))
    else:
        voice.say("close")


def explain(voice: Voice, item: QuizItem) -> None:
    if item.explanation:
        voice.tell(item.explanation)
