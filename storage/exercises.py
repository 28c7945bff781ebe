"""Code exercises of lessons: written by teachers; what learners hand in moves their progress in the same transaction."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from lms_core.errors import NotFound
from lms_core.exercises import Exercise, ExerciseResult, TestCase
from lms_core.gamification.xp import Reason
from lms_core.people import Principal
from lms_core.progress import Step
from storage.course_rights import LESSONS, written_by
from storage.database import Database
from storage.progress import readable_lesson, take_step
from storage.rewards import reward
from storage.tables import courses, exercises, lessons, submissions


@dataclass(frozen=True, slots=True)
class Submission:
    """`score` 0 to 100."""

    id: str
    code: str
    score: int
    at: datetime


class ExerciseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, viewer: Principal, lesson_id: str) -> Exercise:
        """Raises NotFound, NotPermitted if other lessons have to be completed first."""

        def read(connection: Connection) -> Exercise:
            readable_lesson(connection, viewer, lesson_id)
            return _must_be(find_exercise(connection, lesson_id))

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def source(self, editor: Principal, lesson_id: str) -> Exercise:
        """With its hidden cases, for who writes it. Raises NotFound."""

        def read(connection: Connection) -> Exercise:
            _check_own(connection, editor, lesson_id)
            return _must_be(find_exercise(connection, lesson_id))

        async with self._database.read() as connection:
            return await connection.run_sync(read)

    async def put(
        self, editor: Principal, lesson_id: str, wanted: Exercise, check: Callable[[Exercise], None]
    ) -> None:
        """`check` gets the present one, if there is one. Raises NotFound."""

        def write(connection: Connection) -> None:
            _check_own(connection, editor, lesson_id, lock=True)
            present = find_exercise(connection, lesson_id)
            this = exercises.c.lesson_id == lesson_id
            if present is None:
                insert_exercise(connection, lesson_id, wanted)
            else:
                check(present)
                connection.execute(update(exercises).where(this).values(_row(wanted)))

        async with self._database.write() as connection:
            await connection.run_sync(write)

    async def delete(self, editor: Principal, lesson_id: str) -> None:
        """What was handed in stays. Raises NotFound."""

        def write(connection: Connection) -> None:
            _check_own(connection, editor, lesson_id, lock=True)
            connection.execute(delete(exercises).where(exercises.c.lesson_id == lesson_id))

        async with self._database.write() as connection:
            await connection.run_sync(write)

    async def hand_in(self, learner: Principal, lesson_id: str, code: str, result: ExerciseResult) -> None:
        """Raises as `read`."""
        now = datetime.now(UTC)
        row = {
            "id": f"sub_{secrets.token_hex(10)}", "lesson_id": lesson_id, "person_id": learner.person_id,
            "code": code, "score": result.score, "at": now,
        }  # fmt: skip

        def write(connection: Connection) -> None:
            readable_lesson(connection, learner, lesson_id)
            step = Step(now, score=result.score, completed=result.passed)
            take_step(connection, lesson_id, learner.person_id, step)
            connection.execute(insert(submissions).values(row))
            if result.passed:
                course = select(courses.c.id).select_from(LESSONS).where(lessons.c.id == lesson_id)
                course_id = connection.scalar(course)
                reward(connection, learner.person_id, Reason.EXERCISE, lesson_id, now, course_id=course_id)

        async with self._database.write() as connection:
            await connection.run_sync(write)

    async def handed_in(
        self, learner: Principal, lesson_id: str, *, page: int, limit: int
    ) -> tuple[list[Submission], int]:
        """One's own, the newest first."""
        mine = (submissions.c.person_id == learner.person_id) & (submissions.c.lesson_id == lesson_id)
        columns = [submissions.c[name] for name in Submission.__dataclass_fields__]
        query = select(*columns).where(mine).order_by(submissions.c.at.desc(), submissions.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(submissions).where(mine))
        return [Submission(*row) for row in rows], total or 0


def _check_own(connection: Connection, editor: Principal, lesson_id: str, *, lock: bool = False) -> None:
    this = select(lessons.c.id).select_from(LESSONS).where(lessons.c.id == lesson_id, written_by(editor))
    if connection.scalar(this.with_for_update(of=lessons) if lock else this) is None:
        raise NotFound(f"There is no lesson '{lesson_id}', or it is not yours to change.")


def insert_exercise(connection: Connection, lesson_id: str, exercise: Exercise) -> None:
    """As part of the caller's transaction."""
    connection.execute(insert(exercises).values(lesson_id=lesson_id, **_row(exercise)))


def find_exercise(connection: Connection, lesson_id: str) -> Exercise | None:
    row = connection.execute(select(exercises).where(exercises.c.lesson_id == lesson_id)).one_or_none()
    return None if row is None else _exercise(row)


def _row(exercise: Exercise) -> dict[str, Any]:
    return asdict(exercise) | {"cases": [asdict(case) for case in exercise.cases]}


def _exercise(row: Row[Any]) -> Exercise:
    return Exercise(row.task, tuple(TestCase(**case) for case in row.cases), row.starter, row.language)


def _must_be(found: Exercise | None) -> Exercise:
    if found is None:
        raise NotFound("This lesson has no exercise.")
    return found
