"""The lesson tutor's summary: what was covered, what went well, what to look at again."""

import re

from lms_core.assessment.answer_words import is_explanation
from tutor.brain.lesson_hints import spoken_answer
from tutor.brain.lesson_plan import LessonPlan
from tutor.brain.lesson_state import LessonState, Outcome
from tutor.brain.lesson_voice import Voice, continuing, listed

_POINTS, _KNOWN, _WEAK = 3, 3, 2
"""How many are named at most."""
_ARTICLE = re.compile(r"^(?:an?|the) ")


def sum_up(plan: LessonPlan, state: LessonState, voice: Voice, *, short: bool = False) -> None:
    """`short` leaves out the main points."""
    voice.turn()
    voice.mark()
    if not state.chunk and not state.outcomes:
        voice.say("only_begun", topic=voice.companion.topic)
        return
    voice.say("sum_up")
    if not short:
        _covered(plan, state, voice)
    _went_well(plan, state, voice)
    _look_again(plan, state, voice)


def _covered(plan: LessonPlan, state: LessonState, voice: Voice) -> None:
    points = [point for chunk, point in plan.key_points if chunk < state.chunk][:_POINTS]
    headings = [plan.heading(chunk) for chunk in range(state.chunk)]
    parts = [
        continuing(heading) for heading in dict.fromkeys(headings) if heading and not heading.endswith("?")
    ]
    if points:
        voice.say("main_points" if len(points) > 1 else "main_point", point=points[0])
        voice.tell(*(points if len(points) > 1 else ()))
    elif parts:
        voice.say("covered", parts=listed(parts[:_POINTS], "and"))


def _went_well(plan: LessonPlan, state: LessonState, voice: Voice) -> None:
    known = [number for number, how in state.outcomes.items() if how is Outcome.RIGHT]
    missed = [number for number, how in state.outcomes.items() if how in (Outcome.REVEALED, Outcome.SKIPPED)]
    total = len(state.outcomes)
    if total == 1:
        voice.say("score_one_wrong" if missed else "score_one")
    elif total and len(missed) == total:
        voice.say("score_none", total=str(total))
    elif total:
        how = "score" if known else "score_helped"
        if not missed:
            how = "score_all" if len(known) == total else "score_worked_out"
        voice.say(how, total=str(total), right=str(total - len(missed)), known=str(len(known)))
    answers = [spoken_answer(plan.questions[number].item) for number in known]
    names = list({_ARTICLE.sub("", answer): answer for answer in answers if _is_name(answer)}.values())
    if len(names) > 1:
        voice.say("knew", answers=listed(names[:_KNOWN], "and"))


def _look_again(plan: LessonPlan, state: LessonState, voice: Voice) -> None:
    weak = [number for number, how in state.outcomes.items() if how in (Outcome.REVEALED, Outcome.SKIPPED)]
    weak += [number for number, how in state.outcomes.items() if how is Outcome.LEARNED]
    for number in weak[:_WEAK]:
        item = plan.questions[number].item
        voice.say("look_again", fact=item.explanation or f"{spoken_answer(item)}.")


def _is_name(answer: str) -> bool:
    """A word that says something by itself, unlike "3" or "true"."""
    figures = any(letter.isdigit() for letter in answer)
    return len(answer) > 4 and not figures and answer.lower() != "false" and not is_explanation(answer)
