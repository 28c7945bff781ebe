"""Companions with a real short lesson each, for a database that is still empty.

One Markdown file a companion: `key: value` lines between `---` marks, the lesson, and at its end the quiz as
a fenced block of JSON.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from lms_core.assessment.items import item_of
from lms_core.companions import Companion, Patience, Style, Subject
from lms_core.courses import Lesson

_FOLDER = Path(__file__).parent
_SLUGS = ("ada-fractions", "milo-photosynthesis", "nora-seasons")
_QUIZ = "```json\n"


@dataclass(frozen=True, slots=True)
class DemoLesson:
    """A companion and what it teaches; `companion.lesson_id` is `lesson.id`. Both ids stay the same."""

    companion: Companion
    lesson: Lesson


def demo_lessons() -> tuple[DemoLesson, ...]:
    """All demos, in order of their slugs."""
    return tuple(read_demo((_FOLDER / f"{slug}.md").read_text("utf-8")) for slug in _SLUGS)


def read_demo(text: str) -> DemoLesson:
    """One file's text as companion and lesson. Raises ValueError, KeyError or TypeError if malformed."""
    _, front, body = text.split("---\n", 2)
    about = dict(_entry(line) for line in front.splitlines() if line.strip())
    content, _, quiz = body.partition(_QUIZ)
    slug = about["slug"]
    language = about.get("language", "en")
    lesson = Lesson(
        id=f"lesson-{slug}",
        slug=slug,
        title=about["title"],
        content=content.strip(),
        language=language,
        quiz=tuple(item_of(item) for item in json.loads(quiz.strip().removesuffix("```"))) if quiz else (),
    )
    companion = Companion(
        id=f"companion-{slug}",
        slug=slug,
        name=about["name"],
        subject=Subject(about["subject"]),
        topic=about["topic"],
        style=Style(about["style"]),
        duration_minutes=int(about["minutes"]),
        language=language,
        patience=Patience(about.get("patience", Patience.NORMAL)),
        lesson_id=lesson.id,
    )
    return DemoLesson(companion, lesson)


def _entry(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip()
