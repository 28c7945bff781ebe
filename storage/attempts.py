"""What learners answer in quizzes; a submitted attempt moves their progress in the same transaction."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from lms_core.assessment.answers import Answer, Words, answer_of, data_of
from lms_core.assessment.grading import Grade, grade
from lms_core.assessment.quizzes import (
    Attempt,
    Quiz,
    Tally,
    check_may_start,
    check_open,
    is_open,
    passed,
    submitted_at,
    tally,
)
from lms_core.errors import NotFound
from lms_core.gamification.xp import Reason
from lms_core.people import Principal
from lms_core.progress import Step
from storage.database import Database
from storage.progress import take_step
from storage.quiz_rows import ATTEMPT_COLUMNS, QUIZ_COLUMNS, PlacedItem, attempt_of, items_of, quiz_of
from storage.quizzes import course_of_quiz, readable_quiz
from storage.rewards import locked_streak, reward
from storage.tables import quiz_answers, quiz_attempts, quizzes


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and its grade."""

    item_id: str
    answer: Answer
    score: float
    correct: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class WholeAttempt:
    quiz: Quiz
    attempt: Attempt
    items: tuple[PlacedItem, ...]
    answers: Mapping[str, Answered]

    @property
    def tally(self) -> Tally:
        """What was not answered counts as wrong."""
        scores = {item_id: answered.score for item_id, answered in self.answers.items()}
        return tally((one.points, scores.get(one.item.id, 0.0)) for one in self.items)


@dataclass(frozen=True, slots=True)
class Result:
    """`score` 0 to 100."""

    submitted_at: datetime
    score: int
    passed: bool


class AttemptStore:
    """Every method is of the learner's own attempts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, learner: Principal, quiz_id: str) -> WholeAttempt:
        """The one that is open, or a new one. Raises NotFound, NotPermitted, Conflict if none is left."""
        now = datetime.now(UTC)

        def write(connection: Connection) -> WholeAttempt:
            quiz = readable_quiz(connection, learner, quiz_id)
            locked_streak(connection, learner.person_id)  # of two starts at once, one sees the other
            mine = _mine(connection, quiz_id, learner.person_id)
            for one in mine:
                if is_open(quiz, one, now):
                    return whole_attempt(connection, quiz, one)
                if one.submitted_at is None:
                    _submit(connection, quiz, one, now)
            check_may_start(quiz, sum(one.session_id is None for one in mine))
            return whole_attempt(
                connection, quiz, insert_attempt(connection, quiz_id, learner.person_id, now, len(mine) + 1)
            )

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def answer(self, learner: Principal, attempt_id: str, item_id: str, answer: Answer) -> None:
        """Put in place of an earlier answer. Raises NotFound, Conflict if the attempt takes no more."""
        now = datetime.now(UTC)

        def write(connection: Connection) -> None:
            whole = _own(connection, learner, attempt_id, lock=True)
            check_open(whole.quiz, whole.attempt, now)
            item = next((one.item for one in whole.items if one.item.id == item_id), None)
            if item is None:
                raise NotFound(f"There is no item '{item_id}' in this quiz.")
            save_answer(connection, attempt_id, item_id, answer, grade(item, answer), now)

        async with self._database.write() as connection:
            await connection.run_sync(write)

    async def submit(self, learner: Principal, attempt_id: str) -> WholeAttempt:
        """Submitting again changes nothing. Raises NotFound."""
        now = datetime.now(UTC)

        def write(connection: Connection) -> WholeAttempt:
            _own(connection, learner, attempt_id)
            locked_streak(connection, learner.person_id)
            whole = _own(connection, learner, attempt_id, lock=True)
            if whole.attempt.submitted_at is None:
                return replace(whole, attempt=_submit(connection, whole.quiz, whole.attempt, now))
            return whole

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def find(self, learner: Principal, attempt_id: str) -> WholeAttempt:
        """Raises NotFound."""
        async with self._database.read() as connection:
            return await connection.run_sync(_own, learner, attempt_id)

    async def of_quiz(
        self, learner: Principal, quiz_id: str, *, page: int, limit: int
    ) -> tuple[list[Attempt], int]:
        """The newest first."""
        mine = (quiz_attempts.c.quiz_id == quiz_id) & (quiz_attempts.c.person_id == learner.person_id)
        query = select(*ATTEMPT_COLUMNS).where(mine).order_by(quiz_attempts.c.number.desc())
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(quiz_attempts).where(mine))
        return [attempt_of(row) for row in rows], total or 0


def insert_attempt(
    connection: Connection,
    quiz_id: str,
    person_id: str,
    at: datetime,
    number: int,
    session_id: str | None = None,
) -> Attempt:
    made = Attempt(f"att_{secrets.token_hex(10)}", quiz_id, person_id, number, at, session_id=session_id)
    values = {column.name: getattr(made, column.name) for column in ATTEMPT_COLUMNS}
    connection.execute(insert(quiz_attempts).values(values))
    return made


def save_answer(
    connection: Connection, attempt_id: str, item_id: str, answer: Answer, given: Grade, at: datetime
) -> None:
    this = (quiz_answers.c.attempt_id == attempt_id) & (quiz_answers.c.item_id == item_id)
    values = {
        "answer": data_of(answer), "score": given.score, "correct": given.correct, "feedback": given.feedback,
        "answered_at": at,
    }  # fmt: skip
    if not connection.execute(update(quiz_answers).where(this).values(values)).rowcount:
        connection.execute(insert(quiz_answers).values(attempt_id=attempt_id, item_id=item_id, **values))


def store_spoken(
    connection: Connection,
    session_id: str,
    lesson_id: str,
    person_id: str,
    said: Mapping[str, str],
    at: datetime,
) -> Result | None:
    """What was answered by voice, by item of the lesson's quiz, of which it is at least one.

    Without limits it goes into the learner's open attempt, where an earlier answer stays, and is submitted once all
    items are answered: the learner can go on with it by click, or in the next talk. With limits, or when it is all,
    it is an attempt of its own. None if it is left open. Progress in the lesson is for the caller to move.
    """
    quiz = quiz_of(connection.execute(select(*QUIZ_COLUMNS).where(quizzes.c.lesson_id == lesson_id)).one())
    locked_streak(connection, person_id)
    mine = _mine(connection, quiz.id, person_id)
    limited = quiz.max_attempts is not None or quiz.time_limit_seconds is not None
    attempt = None if limited else next((one for one in mine if one.submitted_at is None), None)
    attempt = attempt or insert_attempt(connection, quiz.id, person_id, at, len(mine) + 1, session_id)
    whole = whole_attempt(connection, quiz, attempt)
    for one in whole.items:
        if one.item.id in said and one.item.id not in whole.answers:
            answer = Words(said[one.item.id])
            save_answer(connection, attempt.id, one.item.id, answer, grade(one.item, answer), at)
    if limited or all(one.item.id in {*whole.answers, *said} for one in whole.items):
        return _close(connection, quiz, attempt, at)
    return None


def _mine(connection: Connection, quiz_id: str, person_id: str) -> Sequence[Attempt]:
    mine = (quiz_attempts.c.quiz_id == quiz_id) & (quiz_attempts.c.person_id == person_id)
    query = select(*ATTEMPT_COLUMNS).where(mine).order_by(quiz_attempts.c.number)
    return [attempt_of(row) for row in connection.execute(query)]


def _own(connection: Connection, learner: Principal, attempt_id: str, *, lock: bool = False) -> WholeAttempt:
    this = (quiz_attempts.c.id == attempt_id) & (quiz_attempts.c.person_id == learner.person_id)
    query = select(*ATTEMPT_COLUMNS).where(this)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"There is no attempt '{attempt_id}', or it is not yours.")
    attempt = attempt_of(row)
    quiz = connection.execute(select(*QUIZ_COLUMNS).where(quizzes.c.id == attempt.quiz_id)).one()
    return whole_attempt(connection, quiz_of(quiz), attempt)


def whole_attempt(connection: Connection, quiz: Quiz, attempt: Attempt) -> WholeAttempt:
    rows = connection.execute(select(quiz_answers).where(quiz_answers.c.attempt_id == attempt.id))
    return WholeAttempt(
        quiz, attempt, items_of(connection, quiz.id), {row.item_id: _answered(row) for row in rows}
    )


def _answered(row: Any) -> Answered:
    return Answered(row.item_id, answer_of(row.answer), row.score, row.correct, row.feedback)


def _submit(connection: Connection, quiz: Quiz, attempt: Attempt, now: datetime) -> Attempt:
    """Graded, and the learner's progress in the lesson moved."""
    result = _close(connection, quiz, attempt, now)
    if quiz.lesson_id is not None:
        seconds = round((result.submitted_at - attempt.started_at).total_seconds())
        step = Step(now, seconds, result.score, result.passed)
        take_step(connection, quiz.lesson_id, attempt.person_id, step)
    return replace(attempt, submitted_at=result.submitted_at, score=result.score)


def _close(connection: Connection, quiz: Quiz, attempt: Attempt, now: datetime) -> Result:
    """Graded and rewarded."""
    score = whole_attempt(connection, quiz, attempt).tally.percent
    result = Result(submitted_at(quiz, attempt, now), score, passed(quiz, score))
    values = {"submitted_at": result.submitted_at, "score": score}
    connection.execute(update(quiz_attempts).where(quiz_attempts.c.id == attempt.id).values(values))
    course_id = course_of_quiz(connection, quiz.id)
    for reason, due in ((Reason.QUIZ, result.passed), (Reason.PERFECT_QUIZ, score == 100)):
        if due:
            reward(connection, attempt.person_id, reason, quiz.id, now, course_id=course_id)
    return result
