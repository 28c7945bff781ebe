"""How the lesson tutor asks a question aloud."""

import re

from lms_core.assessment.items import GAP, QuizItem, QuizKind
from tutor.brain.lesson_voice import Voice, listed

CHOOSING = (QuizKind.MULTIPLE_CHOICE, QuizKind.MULTIPLE_ANSWER, QuizKind.ORDERING, QuizKind.MATCHING)


def wording(voice: Voice, item: QuizItem) -> None:
    """The whole question, with what there is to choose from."""
    asked = GAP.sub("blank", re.sub(r"^true or false\s*[:,.?]?\s*", "", item.question, flags=re.I))
    if item.kind is QuizKind.TRUE_FALSE and not asked.endswith("?"):
        voice.say("true_false", statement=asked[:1].upper() + asked[1:])
        return
    named = all(choice in asked for choice in item.options())
    listing = item.kind is QuizKind.MULTIPLE_CHOICE and asked.endswith("?")
    if listing and not named:
        asked = f"{asked[:-1]}: {listed(list(item.choices), 'or')}?"
    voice.tell(asked)
    if item.kind in CHOOSING and not (named or listing):
        choices(voice, item)


def choices(voice: Voice, item: QuizItem) -> None:
    """What there is to choose from, to put in order, or to match."""
    options = list(item.options())
    if item.kind is QuizKind.ORDERING:
        voice.say("order", things=listed(options, "and"))
    elif item.kind is QuizKind.MATCHING:
        lefts = listed([left for left, _ in item.pairs], "and")
        voice.say("match", lefts=lefts, rights=listed(options, "and"))
    elif options:
        voice.say("choices", choices=listed(options, "or"))
