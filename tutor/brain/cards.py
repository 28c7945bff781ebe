"""What a companion shows beside the talk: cards made from the lesson. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from lms_core.assessment.items import QuizItem, QuizKind
from tutor.brain.base import Show

_PICTURE = re.compile(r"!\[(?P<words>[^\]\n]{0,300})\]\((?P<file>media:med_[0-9a-f]{20})\)")
_CHOOSE: dict[QuizKind, Literal["one", "several", "order"]] = {
    QuizKind.MULTIPLE_CHOICE: "one", QuizKind.TRUE_FALSE: "one", QuizKind.MULTIPLE_ANSWER: "several",
    QuizKind.ORDERING: "order",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded picture in a lesson; `words` say what is on it and may be empty."""

    words: str
    markdown: str


def pictures(text: str) -> tuple[Picture, ...]:
    """Those of the lesson's own files, in order; pages show no others."""
    return tuple(Picture(found["words"].strip(), found[0]) for found in _PICTURE.finditer(text))


def picture_card(picture: Picture, text: str = "") -> Show:
    """The picture, and under it what the lesson says beside it."""
    rest = text.replace(picture.markdown, "", 1).strip()
    return Show("picture", picture.words, f"{picture.markdown}\n\n{rest}".strip())


def quiz_card(item: QuizItem, title: str = "") -> Show:
    """An item while it is asked aloud. True or false goes without saying; sides to match are said or typed."""
    lefts = tuple(left for left, _ in item.pairs)
    listed = () if item.kind is QuizKind.TRUE_FALSE else (*lefts, *item.options())
    body = "\n".join((item.question, *(f"- {one}" for one in listed)))
    choose = _CHOOSE.get(item.kind)
    return Show("quiz", title, body, item.options() if choose else (), choose)
