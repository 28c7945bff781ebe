"""A summary from the transcript alone, for when the mind has none to give. Pure."""

import re
from collections.abc import Sequence

from lms_core.companions import Companion
from tutor.conversation.events import Item, Role
from tutor.conversation.languages import in_language

_QUESTION = re.compile(r"[^.!?]+\?")
_MOST_CHARS = 200
_TALKED = {
    "en": "You talked with {name} about {topic} for {minutes}.",
    "de": "Du hast mit {name} über das Thema {topic} gesprochen, {minutes} lang.",
}
_ASKED = {
    "en": "{name}'s last question was: {question}",
    "de": "Die letzte Frage von {name} war: {question}",
}
_ONE_MINUTE = {"en": "a minute", "de": "eine Minute"}
_MINUTES = {"en": "{count} minutes", "de": "{count} Minuten"}


def plain_summary(companion: Companion, language: str, items: Sequence[Item], seconds: float) -> str:
    """What was talked about, how long, and where to go on."""
    count = max(1, round(seconds / 60))
    minutes = in_language(_ONE_MINUTE if count == 1 else _MINUTES, language).format(count=count)
    said = [
        in_language(_TALKED, language).format(name=companion.name, topic=companion.topic, minutes=minutes)
    ]
    question = _last_question(items)
    if question:
        said.append(in_language(_ASKED, language).format(name=companion.name, question=question))
    return " ".join(said)


def _last_question(items: Sequence[Item]) -> str:
    """Of the companion's, as far as it was heard; empty if there is none."""
    for item in reversed(items):
        questions: list[str] = _QUESTION.findall(item.text) if item.role is Role.TUTOR else []
        if questions and len(questions[-1]) <= _MOST_CHARS:
            return questions[-1].strip()
    return ""
