"""What follows when a session ends, in the transaction that ends it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from lms_core.gamification.xp import SESSION_TURNS, Reason
from lms_core.progress import talk_step
from storage.progress import take_step
from storage.rewards import reward
from storage.tables import lessons, modules, sessions


def ending(connection: Connection, session_ids: list[str]) -> list[Row[Any]]:
    """Those of the sessions that have not ended yet, with their lesson and course; to be asked before they end."""
    query = (
        select(sessions.c.id, sessions.c.person_id, sessions.c.lesson_id, lessons.c.quiz, modules.c.course_id)
        .select_from(sessions.outerjoin(lessons).outerjoin(modules))
        .where(sessions.c.id.in_(session_ids), sessions.c.ended_at.is_(None))
    )
    return list(connection.execute(query))


def ended(connection: Connection, session: Row[Any], snapshot: Mapping[str, Any], at: datetime) -> None:
    """A session in which the learner spoke moves the progress in its lesson; one that was more than a hello gives XP."""
    if session.lesson_id is not None and snapshot.get("turns", 0) > 0:
        results = snapshot.get("results") or {}
        step = talk_step(
            at, snapshot.get("talked_seconds", 0), results.get("graded", {}), len(session.quiz),
            taught=results.get("taught", False),
        )  # fmt: skip
        take_step(connection, session.lesson_id, session.person_id, step)
    if snapshot.get("turns", 0) >= SESSION_TURNS:
        reward(connection, session.person_id, Reason.SESSION, session.id, at, course_id=session.course_id)
