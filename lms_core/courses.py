"""Courses, their modules and lessons: what is taught, and what companions teach from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lms_core.assessment.items import QuizItem

MOST_MODULES = 100
MOST_LESSONS = 1000
"""Of one course."""


class Difficulty(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class LessonKind(StrEnum):
    """What the learner mainly does in it."""

    TEXT = "text"
    VIDEO = "video"
    AUDIO = "audio"
    QUIZ = "quiz"
    EXERCISE = "exercise"
    TALK = "talk"  # with a companion


@dataclass(frozen=True, slots=True)
class Lesson:
    """`content` is Markdown, without the title; `quiz` are items to ask by voice.

    `module_id` None: a companion's own lesson, in no course; else `position` counts from 0 in the module, where
    the slug is unique. `free_preview`: may be read without enrolling. `metadata` is plain JSON of the author's.
    """

    id: str
    slug: str
    title: str
    content: str
    language: str = "en"
    quiz: tuple[QuizItem, ...] = ()
    module_id: str | None = None
    position: int = 0
    kind: LessonKind = LessonKind.TEXT
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)  # lessons are keys of a cache
    free_preview: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """`position` counts from 0 in the course."""

    id: str
    course_id: str
    title: str
    description: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """`description` is Markdown; `thumbnail` and `banner` are addresses of pictures, "" for none.

    `open_enrollment`: learners enroll themselves; else the author or an admin enrolls them. `sequential`: a lesson
    opens when those before it are completed. `prerequisites` are ids of courses to complete before enrolling.
    """

    id: str
    slug: str
    title: str
    created_at: datetime
    updated_at: datetime
    author_id: str | None = None
    description: str = ""
    objectives: tuple[str, ...] = ()
    thumbnail: str = ""
    banner: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty.BEGINNER
    language: str = "en"
    published: bool = False
    featured: bool = False
    open_enrollment: bool = True
    sequential: bool = False
    prerequisites: tuple[str, ...] = ()


class CourseSort(StrEnum):
    TITLE = "title"
    TITLE_DOWN = "-title"
    OLDEST = "created_at"
    NEWEST = "-created_at"
    LATELY_CHANGED = "-updated_at"
    FEATURED = "-featured"  # those first, then by title


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFilter:
    """Which courses, in what order. Without `mine` those that are published, else those that I wrote.

    `everything`: all that the viewer may see, drafts too. Pages count from 1.
    """

    category: str | None = None
    difficulty: Difficulty | None = None
    tag: str | None = None
    language: str | None = None
    featured: bool | None = None
    mine: bool = False
    everything: bool = False
    sort: CourseSort = CourseSort.TITLE
    page: int = 1
    limit: int = 20


@dataclass(frozen=True, slots=True)
class ModuleOutline:
    """A module with its lessons in order; the lessons come without their content."""

    module: Module
    lessons: tuple[Lesson, ...]
