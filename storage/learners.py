"""A learner as their teachers see them: what belongs to the teacher's own courses and companions, and no more.

The rule is in every query: whoever takes a course of the teacher's is theirs; admins see all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, false, func, select, true

from lms_core.assessment.quizzes import Attempt, Quiz
from lms_core.enrollment import Enrollment
from lms_core.errors import NotFound
from lms_core.people import Permission, Principal, Role
from lms_core.progress import CourseProgress, LessonProgress, LessonStatus
from lms_core.sessions import StoredSession
from storage.attempts import WholeAttempt, whole_attempt
from storage.course_rights import LESSONS, written_by
from storage.database import Database
from storage.enrollments import enrollment_columns, enrollment_of
from storage.progress import course_sums
from storage.quiz_rows import ATTEMPT_COLUMNS, QUIZ_COLUMNS, attempt_of, quiz_of
from storage.quizzes import QUIZZES
from storage.supervision import taught_by
from storage.tables import (
    companions,
    courses,
    enrollments,
    lesson_progress,
    lessons,
    modules,
    people,
    quiz_answers,
    quiz_attempts,
    quiz_items,
    quizzes,
    sessions,
)

_MOST_LESSONS = 500
_HARD = 0.6
"""Of the points; who has less of an item struggles with it."""


@dataclass(frozen=True, slots=True)
class Learner:
    id: str
    name: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class LessonOfLearner:
    lesson_id: str
    title: str
    progress: LessonProgress


@dataclass(frozen=True, slots=True)
class CourseOfLearner:
    """`lessons` are those that the learner has begun, in order."""

    slug: str
    title: str
    enrollment: Enrollment
    progress: CourseProgress
    lessons: tuple[LessonOfLearner, ...]


@dataclass(frozen=True, slots=True)
class AttemptOfLearner:
    quiz: Quiz
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class HardItem:
    """`score` 0 to 1: the mean of all `times` that the learner answered it."""

    quiz_id: str
    quiz_title: str
    question: str
    score: float
    times: int


class LearnerStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, teacher: Principal, person_id: str) -> Learner:
        """Raises NotFound unless the teacher teaches them."""
        query = select(people.c.id, people.c.name, people.c.created_at).where(
            people.c.id == person_id, learning_with(teacher)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("There is no such learner, or they take none of your courses.")
        return Learner(*row)

    async def courses(self, teacher: Principal, person_id: str) -> list[CourseOfLearner]:
        """The teacher's courses that they take, the one last learned in first."""

        def read(connection: Connection) -> list[CourseOfLearner]:
            those = (enrollments.c.person_id == person_id) & written_by(teacher)
            query = select(courses.c.slug, courses.c.title, *enrollment_columns())
            query = query.select_from(enrollments.join(courses)).where(those)
            rows = connection.execute(query.order_by(enrollments.c.last_accessed_at.desc())).all()
            found = [(row, enrollment_of(row)) for row in rows]
            ids = [enrollment.course_id for _, enrollment in found]
            sums = course_sums(connection, ids, [person_id])
            begun = _begun(connection, teacher, person_id)
            return [
                CourseOfLearner(
                    row.slug, row.title, one, sums[one.course_id, person_id], tuple(begun.get(one.course_id, ()))
                )
                for row, one in found
            ]  # fmt: skip

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def attempts(
        self, teacher: Principal, person_id: str, *, page: int = 1, limit: int = 20
    ) -> tuple[list[AttemptOfLearner], int]:
        """At quizzes of the teacher's courses, the newest first."""
        those = (quiz_attempts.c.person_id == person_id) & written_by(teacher)
        source = QUIZZES.join(quiz_attempts, quiz_attempts.c.quiz_id == quizzes.c.id)
        columns = [*_labelled("quiz", QUIZ_COLUMNS), *_labelled("attempt", ATTEMPT_COLUMNS)]
        query = select(*columns).select_from(source).where(those)
        newest = query.order_by(quiz_attempts.c.started_at.desc(), quiz_attempts.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(newest.limit(limit).offset((page - 1) * limit))).all()
            total = await connection.scalar(select(func.count()).select_from(source).where(those))
        return [
            AttemptOfLearner(
                Quiz(**{c.name: row._mapping[f"quiz_{c.name}"] for c in QUIZ_COLUMNS}),
                Attempt(**{c.name: row._mapping[f"attempt_{c.name}"] for c in ATTEMPT_COLUMNS}),
            )
            for row in rows
        ], total or 0

    async def attempt(self, teacher: Principal, attempt_id: str) -> tuple[Learner, WholeAttempt]:
        """What was answered. Raises NotFound unless it is a submitted one at a quiz of the teacher's."""

        def read(connection: Connection) -> tuple[Learner, WholeAttempt]:
            source = QUIZZES.join(quiz_attempts, quiz_attempts.c.quiz_id == quizzes.c.id)
            source = source.join(people, people.c.id == quiz_attempts.c.person_id)
            this = (quiz_attempts.c.id == attempt_id) & quiz_attempts.c.submitted_at.is_not(None)
            query = select(people.c.id, people.c.name, people.c.created_at, quiz_attempts.c.quiz_id)
            row = connection.execute(
                query.select_from(source).where(this, written_by(teacher), learning_with(teacher))
            ).one_or_none()
            if row is None:
                raise NotFound("There is no such attempt at a quiz of yours, or it is not handed in yet.")
            quiz = connection.execute(select(*QUIZ_COLUMNS).where(quizzes.c.id == row.quiz_id)).one()
            found = connection.execute(select(*ATTEMPT_COLUMNS).where(quiz_attempts.c.id == attempt_id)).one()
            return Learner(*row[:3]), whole_attempt(connection, quiz_of(quiz), attempt_of(found))

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def hardest(self, teacher: Principal, person_id: str, *, limit: int = 5) -> list[HardItem]:
        """Items of the teacher's quizzes at which they lose most."""
        source = QUIZZES.join(quiz_items, quiz_items.c.quiz_id == quizzes.c.id)
        source = source.join(quiz_answers, quiz_answers.c.item_id == quiz_items.c.id)
        source = source.join(quiz_attempts, quiz_attempts.c.id == quiz_answers.c.attempt_id)
        score = func.avg(quiz_answers.c.score)
        handed_in = quiz_attempts.c.submitted_at.is_not(None)
        query = (
            select(quizzes.c.id, quizzes.c.title, quiz_items.c.question, score, func.count())
            .select_from(source)
            .where(quiz_attempts.c.person_id == person_id, handed_in, written_by(teacher))
            .group_by(quizzes.c.id, quizzes.c.title, quiz_items.c.id, quiz_items.c.question)
            .having(score < _HARD).order_by(score, func.count().desc(), quiz_items.c.id).limit(limit)
        )  # fmt: skip
        async with self._database.read() as connection:
            rows = await connection.execute(query)
        return [HardItem(*row) for row in rows]

    async def talks(
        self, teacher: Principal, person_id: str, *, page: int = 1, limit: int = 20
    ) -> tuple[list[StoredSession], int]:
        """Their sessions with the teacher's companions or about lessons of the teacher's, the newest first."""
        those = _talks(teacher) & (sessions.c.person_id == person_id)
        newest = _sessions().where(those).order_by(sessions.c.started_at.desc(), sessions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(newest.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(_TALKS).where(those))
        return [StoredSession(**row._mapping) for row in rows], total or 0

    async def talks_of(
        self, teacher: Principal, people_ids: Collection[str], *, limit: int
    ) -> list[StoredSession]:
        """Such sessions of all of these, the newest first."""
        those = _talks(teacher) & sessions.c.person_id.in_(people_ids)
        newest = _sessions().where(those).order_by(sessions.c.started_at.desc(), sessions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(newest.limit(limit))
        return [StoredSession(**row._mapping) for row in rows]

    async def talk(self, teacher: Principal, session_id: str) -> StoredSession | None:
        """One of those, of any learner of the teacher's."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(_sessions().where(_talks(teacher), sessions.c.id == session_id))
            ).one_or_none()
        return None if row is None else StoredSession(**row._mapping)


def learning_with(teacher: Principal) -> ColumnElement[bool]:
    """People who take a course of the teacher's; for a query that has `people`."""
    if teacher.role is Role.ADMIN:
        return true()
    takes = (enrollments.c.person_id == people.c.id) & (enrollments.c.course_id == courses.c.id)
    return exists().where(takes, courses.c.author_id == teacher.person_id)


_TALKS = sessions.join(companions, companions.c.id == sessions.c.companion_id).join(
    people, people.c.id == sessions.c.person_id
)


def _talks(teacher: Principal) -> ColumnElement[bool]:
    """None for who teaches no longer, though companion and course are still theirs, or whose key is for something else."""
    if not teacher.may(Permission.WRITE_COURSES):
        return false()
    return taught_by(teacher) & learning_with(teacher)


def _sessions() -> Select[Any]:
    return select(sessions).select_from(_TALKS)


def _labelled(name: str, columns: list[Any]) -> list[Any]:
    return [column.label(f"{name}_{column.name}") for column in columns]


def _begun(connection: Connection, teacher: Principal, person_id: str) -> dict[str, list[LessonOfLearner]]:
    """Lessons of the teacher's that they have begun, by course."""
    kept = [column for column in lesson_progress.c if column.name not in ("lesson_id", "person_id")]
    query = (
        select(modules.c.course_id, lessons.c.id, lessons.c.title, *kept)
        .select_from(LESSONS.join(lesson_progress, lesson_progress.c.lesson_id == lessons.c.id))
        .where(lesson_progress.c.person_id == person_id, modules.c.course_id.is_not(None), written_by(teacher))
        .order_by(modules.c.position, modules.c.id, lessons.c.position, lessons.c.id).limit(_MOST_LESSONS)
    )  # fmt: skip
    begun: dict[str, list[LessonOfLearner]] = {}
    for course_id, lesson_id, title, status, *rest in connection.execute(query):
        names = [column.name for column in kept][1:]
        progress = LessonProgress(LessonStatus(status), **dict(zip(names, rest, strict=True)))
        begun.setdefault(course_id, []).append(LessonOfLearner(lesson_id, title, progress))
    return begun
