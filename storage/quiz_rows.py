"""Quizzes, their items, attempts and answers as rows, and back. All functions are parts of the caller's transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from lms_core.assessment.items import QuizItem, data_of, item_of
from lms_core.assessment.quizzes import Attempt, Quiz
from lms_core.courses import Lesson
from storage.tables import quiz_attempts, quiz_items, quizzes

QUIZ_COLUMNS = [quizzes.c[field.name] for field in fields(Quiz)]
ATTEMPT_COLUMNS = [quiz_attempts.c[field.name] for field in fields(Attempt)]
_OWN_COLUMNS = ("id", "kind", "question")


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item, and how much of the quiz it is worth."""

    item: QuizItem
    points: int = 1


def quiz_of(row: Row[Any]) -> Quiz:
    return Quiz(**{field.name: row._mapping[field.name] for field in fields(Quiz)})


def attempt_of(row: Row[Any]) -> Attempt:
    return Attempt(**{field.name: row._mapping[field.name] for field in fields(Attempt)})


def insert_quiz(connection: Connection, quiz: Quiz) -> Quiz:
    """With a new id."""
    made = replace(quiz, id=f"quiz_{secrets.token_hex(10)}")
    values = {field.name: getattr(made, field.name) for field in fields(Quiz)}
    connection.execute(insert(quizzes).values(values | {"created_at": datetime.now(UTC)}))
    return made


def items_of(connection: Connection, quiz_id: str) -> tuple[PlacedItem, ...]:
    """In their order."""
    query = select(quiz_items).where(quiz_items.c.quiz_id == quiz_id).order_by(quiz_items.c.position)
    return tuple(PlacedItem(_item(row), row.points) for row in connection.execute(query))


def items_of_lesson(connection: Connection, lesson_id: str) -> tuple[QuizItem, ...]:
    """Those of the lesson's quiz, which companions ask by voice."""
    query = select(quiz_items).join(quizzes).where(quizzes.c.lesson_id == lesson_id)
    return tuple(_item(row) for row in connection.execute(query.order_by(quiz_items.c.position)))


def put_items(connection: Connection, quiz_id: str, wanted: Sequence[PlacedItem]) -> tuple[PlacedItem, ...]:
    """All items of a quiz, in this order. Those with the id of one that is there replace it; the others are new."""
    there = set(connection.scalars(select(quiz_items.c.id).where(quiz_items.c.quiz_id == quiz_id)))
    placed = tuple(
        replace(one, item=replace(one.item, id=one.item.id if one.item.id in there else _new_id()))
        for one in wanted
    )
    gone = there - {one.item.id for one in placed}
    connection.execute(delete(quiz_items).where(quiz_items.c.id.in_(gone)))
    for position, one in enumerate(placed):
        values = _row(one, position)
        if one.item.id in there:
            connection.execute(update(quiz_items).where(quiz_items.c.id == one.item.id).values(values))
        else:
            connection.execute(insert(quiz_items).values(id=one.item.id, quiz_id=quiz_id, **values))
    return placed


def insert_lesson_quiz(connection: Connection, lesson: Lesson) -> None:
    """The items that come with a new lesson, as its quiz."""
    if lesson.quiz:
        quiz = insert_quiz(connection, Quiz("", lesson.title, lesson_id=lesson.id))
        put_items(connection, quiz.id, [PlacedItem(item) for item in lesson.quiz])


def _new_id() -> str:
    return f"item_{secrets.token_hex(10)}"


def _row(placed: PlacedItem, position: int) -> dict[str, Any]:
    body = {name: value for name, value in data_of(placed.item).items() if name not in _OWN_COLUMNS}
    return {
        "position": position, "kind": placed.item.kind.value, "question": placed.item.question,
        "points": placed.points, "body": body,
    }  # fmt: skip


def _item(row: Row[Any]) -> QuizItem:
    return item_of({**row.body, "id": row.id, "kind": row.kind, "question": row.question})
