"""Which of an item's options an answer names, and which are right: what a page marks. Pure."""

from lms_core.assessment.grading import judge
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_answers import Verdict, named_choices, right_choice
from lms_core.assessment.spoken_choices import chosen, ordered


def right_options(item: QuizItem) -> tuple[str, ...]:
    """In their right order; the whole answer where there is nothing to choose from."""
    match item.kind:
        case QuizKind.TRUE_FALSE | QuizKind.MULTIPLE_CHOICE if item.options():
            return (item.options()[right_choice(item)],)
        case QuizKind.MULTIPLE_ANSWER | QuizKind.ORDERING:
            return item.answers
        case _:
            return (item.answer,)


def named_options(item: QuizItem, said: str) -> tuple[str, ...]:
    """In the order of the answer; empty where there is nothing to choose from, or nothing was chosen."""
    options, verdict = item.options(), judge(said, item).verdict
    heard = said.lower().replace("’", "'")
    if verdict is Verdict.UNSURE or item.kind is QuizKind.MATCHING:
        return ()
    if verdict is Verdict.RIGHT and options:
        return right_options(item)
    match item.kind:
        case QuizKind.TRUE_FALSE:
            return tuple(option for option in options if option not in right_options(item))
        case QuizKind.MULTIPLE_CHOICE:
            places = sorted(named_choices(heard, options))
        case QuizKind.MULTIPLE_ANSWER:
            places = sorted(chosen(heard, options) or ())
        case QuizKind.ORDERING:
            places = ordered(heard, options)
        case _:
            places = []
    return tuple(options[place] for place in places)
