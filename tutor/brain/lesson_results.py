"""What a session showed of the learner's progress in its lesson, read from the session's memory, whichever mind led it."""

from collections.abc import Mapping
from typing import Any

from tutor.brain.lesson_state import LessonState, Outcome
from tutor.brain.tools import quiz_scores

_WORTH = {Outcome.RIGHT: 1.0, Outcome.HELPED: 0.7, Outcome.LEARNED: 0.7, Outcome.REVEALED: 0.0}


def results(memory: Mapping[str, Any]) -> dict[str, Any]:
    """`graded`: shares (0 to 1) by the number of the question; `taught`: all of the lesson was. Plain JSON."""
    state = LessonState.stored(memory)
    graded = {str(number): _WORTH[how] for number, how in state.outcomes.items() if how in _WORTH}
    for number, score in quiz_scores(memory).items():
        graded[number] = max(score, graded.get(number, 0.0))
    return {"graded": graded, "taught": state.through}
