"""Which words the ear is told to expect: those of the topic, of the lesson's title and headings, and its answers."""

import re

from lms_core.companions import Companion
from lms_core.courses import Lesson

_MOST = 40
_WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
_HEADING = re.compile(r"^#+\s+(.*)$", re.M)
_STRONG = re.compile(r"\*\*(.+?)\*\*")


def hints_for(companion: Companion, lesson: Lesson | None) -> tuple[str, ...]:
    """Distinct words of three letters or more, the likeliest first, at most 40."""
    texts = [companion.topic]
    if lesson is not None:
        texts += [lesson.title, *_STRONG.findall(lesson.content), *_HEADING.findall(lesson.content)]
        texts += [item.answer for item in lesson.quiz]
    words = (word.lower() for text in texts for word in _WORD.findall(text))
    return tuple(dict.fromkeys(words))[:_MOST]
