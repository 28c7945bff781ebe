"""What follows when a session ends, in the transaction that ends it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from lms_core.assessment.spoken_quiz import spoken_answers
from lms_core.gamification.xp import SESSION_TURNS, Reason
from lms_core.progress import Step, talk_step
from storage.attempts import store_spoken
from storage.progress import take_step
from storage.quiz_rows import items_of_lesson
from storage.rewards import reward
from storage.tables import items, lessons, modules, sessions


def ending(connection: Connection, session_ids: list[str]) -> list[Row[Any]]:
    """Those of the sessions that have not ended yet, with their lesson and course; to be asked before they end."""
    query = (
        select(sessions.c.id, sessions.c.person_id, sessions.c.lesson_id, modules.c.course_id)
        .select_from(sessions.outerjoin(lessons).outerjoin(modules))
        .where(sessions.c.id.in_(session_ids), sessions.c.ended_at.is_(None))
        .order_by(sessions.c.person_id)  # whoever writes at the same time locks people in the same order
    )
    return list(connection.execute(query))


def ended(connection: Connection, session: Row[Any], snapshot: Mapping[str, Any], at: datetime) -> None:
    """What the learner said moves their progress in the lesson, and is an attempt of its quiz; more than a hello gives XP."""
    turns = _turns(connection, session.id)
    if session.lesson_id is not None and turns:
        take_step(connection, session.lesson_id, session.person_id, _step(connection, session, snapshot, at))
    if turns >= SESSION_TURNS:
        reward(connection, session.person_id, Reason.SESSION, session.id, at, course_id=session.course_id)


def _turns(connection: Connection, session_id: str) -> int:
    """How often the learner said or typed something."""
    theirs = (items.c.session_id == session_id) & (items.c.role == "learner")
    return connection.scalar(select(func.count()).select_from(items).where(theirs)) or 0


def _step(connection: Connection, session: Row[Any], snapshot: Mapping[str, Any], at: datetime) -> Step:
    """If any item of the quiz was answered its result is the score, once there is one; else that of questions from the text."""
    results = snapshot.get("results") or {}
    asked = {item.id for item in items_of_lesson(connection, session.lesson_id)}
    step = talk_step(
        at, snapshot.get("talked_seconds", 0), results.get("graded", {}), len(asked),
        taught=results.get("taught", False),
    )  # fmt: skip
    spoken = spoken_answers(snapshot.get("memory") or {})
    said = {item_id: words for item_id, words in spoken.items() if item_id in asked}
    if not said:
        return step
    result = store_spoken(connection, session.id, session.lesson_id, session.person_id, said, at)
    if result is None:
        return replace(step, score=None)
    return replace(step, score=result.score, completed=step.completed or result.passed)
