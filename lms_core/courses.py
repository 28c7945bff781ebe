"""What companions teach from."""

from dataclasses import dataclass

from lms_core.assessment.items import QuizItem


@dataclass(frozen=True, slots=True)
class Lesson:
    """`content` is Markdown, without the title; `quiz` are items to ask by voice."""

    id: str
    slug: str
    title: str
    content: str
    language: str = "en"
    quiz: tuple[QuizItem, ...] = ()
