"""Courses, modules and lessons as rows, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from lms_core.assessment.items import QuizItem
from lms_core.courses import Course, Difficulty, Lesson, LessonKind, Module
from storage.tables import courses

_COURSE = tuple(column.name for column in courses.c)
_ELSEWHERE = ("tags", "prerequisites")
"""Of a course, in tables of their own."""


def course_row(course: Course) -> dict[str, Any]:
    return {name: value for name, value in asdict(course).items() if name not in _ELSEWHERE}


def course_of(row: Row[Any], tags: tuple[str, ...], prerequisites: tuple[str, ...]) -> Course:
    """From a row that may have more columns."""
    values = {name: row._mapping[name] for name in _COURSE}
    values |= {"objectives": tuple(values["objectives"]), "difficulty": Difficulty(values["difficulty"])}
    return Course(**values, tags=tags, prerequisites=prerequisites)


def module_of(row: Row[Any]) -> Module:
    return Module(**row._mapping)


def lesson_row(lesson: Lesson) -> dict[str, Any]:
    """Without its quiz, which has tables of its own."""
    return {name: value for name, value in asdict(lesson).items() if name != "quiz"}


def lesson_of(values: Mapping[str, Any], quiz: tuple[QuizItem, ...] = ()) -> Lesson:
    return Lesson(**{**values, "quiz": quiz, "kind": LessonKind(values["kind"])})
