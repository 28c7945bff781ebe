"""A course with all that its author wrote, to take it out and put it in as a whole."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.assessment.quizzes import Quiz
from lms_core.courses import Course, Lesson, Module
from lms_core.errors import NotFound
from lms_core.exercises import Exercise
from lms_core.people import Principal
from storage.course_rights import written_by
from storage.course_rows import lesson_of, module_of
from storage.courses import CourseStore, named, whole_courses
from storage.database import Database
from storage.exercises import find_exercise, insert_exercise
from storage.lessons import insert_lessons, insert_modules
from storage.quiz_rows import QUIZ_COLUMNS, PlacedItem, insert_quiz, items_of, put_items, quiz_of
from storage.tables import lessons, modules, quizzes


@dataclass(frozen=True, slots=True)
class WholeQuiz:
    quiz: Quiz
    items: tuple[PlacedItem, ...]


@dataclass(frozen=True, slots=True)
class WholeLesson:
    """With its content; its quiz and its exercise stand beside it."""

    lesson: Lesson
    quiz: WholeQuiz | None = None
    exercise: Exercise | None = None


@dataclass(frozen=True, slots=True)
class WholeModule:
    module: Module
    lessons: tuple[WholeLesson, ...]


@dataclass(frozen=True, slots=True)
class WholeCourse:
    """`quizzes` are those of the course itself."""

    course: Course
    modules: tuple[WholeModule, ...]
    quizzes: tuple[WholeQuiz, ...] = ()

    def texts(self) -> Iterator[str]:
        """Everything that may name files."""
        yield from (self.course.description, self.course.thumbnail, self.course.banner)
        yield from (one.lesson.content for module in self.modules for one in module.lessons)

    def with_texts(self, change: Callable[[str], str]) -> "WholeCourse":
        """The same with `change` applied to each of its texts."""
        course = replace(
            self.course, description=change(self.course.description), thumbnail=change(self.course.thumbnail),
            banner=change(self.course.banner),
        )  # fmt: skip
        return replace(self, course=course, modules=tuple(_changed(one, change) for one in self.modules))


def _changed(module: WholeModule, change: Callable[[str], str]) -> WholeModule:
    changed = (
        replace(one, lesson=replace(one.lesson, content=change(one.lesson.content))) for one in module.lessons
    )
    return replace(module, lessons=tuple(changed))


class WholeCourseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, editor: Principal, course_ref: str) -> WholeCourse:
        """Raises NotFound if it is not the editor's to change."""
        async with self._database.read() as connection:
            row = (await connection.execute(named(course_ref).where(written_by(editor)))).one_or_none()
            if row is None:
                raise NotFound(f"There is no course '{course_ref}', or it is not yours.")
            course = (await whole_courses(connection, [row]))[0]
            return await connection.run_sync(_read, course)

    async def add(self, author: Principal, whole: WholeCourse) -> Course:
        """As the author's own, with new ids. Lessons' slugs must differ. Raises InvalidInput."""
        async with self._database.write() as connection:
            course = await CourseStore(self._database).insert(connection, author, whole.course)
            for position, one in enumerate(whole.modules):
                module = replace(one.module, id=_id("mod"), course_id=course.id, position=position)
                await insert_modules(connection, [module])
                await _add_lessons(connection, module, one.lessons)
            for quiz in whole.quizzes:
                await connection.run_sync(_add_quiz, replace(quiz.quiz, course_id=course.id), quiz.items)
        return course


def _read(connection: Connection, course: Course) -> WholeCourse:
    inside = connection.execute(
        select(modules).where(modules.c.course_id == course.id).order_by(modules.c.position, modules.c.id)
    )
    of_course = select(*QUIZ_COLUMNS).where(quizzes.c.course_id == course.id)
    rows = connection.execute(of_course.order_by(quizzes.c.created_at, quizzes.c.id)).all()
    return WholeCourse(
        course,
        tuple(WholeModule(module_of(row), _lessons(connection, row.id)) for row in inside.all()),
        tuple(WholeQuiz(quiz_of(row), items_of(connection, row.id)) for row in rows),
    )


def _lessons(connection: Connection, module_id: str) -> tuple[WholeLesson, ...]:
    this = lessons.c.module_id == module_id
    rows = connection.execute(select(lessons).where(this).order_by(lessons.c.position, lessons.c.id)).all()
    asked = connection.execute(
        select(*QUIZ_COLUMNS).join(lessons, quizzes.c.lesson_id == lessons.c.id).where(this)
    )
    of = {row.lesson_id: WholeQuiz(quiz_of(row), items_of(connection, row.id)) for row in asked.all()}
    return tuple(
        WholeLesson(lesson_of(row._asdict()), of.get(row.id), find_exercise(connection, row.id))
        for row in rows
    )


async def _add_lessons(connection: AsyncConnection, module: Module, wanted: tuple[WholeLesson, ...]) -> None:
    made = [
        replace(one.lesson, id=_id("lesson"), module_id=module.id, position=position)
        for position, one in enumerate(wanted)
    ]
    if not made:
        return
    await insert_lessons(connection, made)
    for lesson, one in zip(made, wanted, strict=True):
        if one.quiz is not None:
            await connection.run_sync(_add_quiz, replace(one.quiz.quiz, lesson_id=lesson.id), one.quiz.items)
        if one.exercise is not None:
            await connection.run_sync(insert_exercise, lesson.id, one.exercise)


def _add_quiz(connection: Connection, quiz: Quiz, items: tuple[PlacedItem, ...]) -> None:
    put_items(connection, insert_quiz(connection, quiz).id, items)


def _id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(10)}"
