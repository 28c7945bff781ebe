"""What follows when a session ends, in the transaction that ends it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from lms_core.gamification.xp import SESSION_TURNS, Reason
from storage.rewards import reward
from storage.tables import companions, lessons, modules, sessions


def ending(connection: Connection, session_ids: list[str]) -> list[Row[Any]]:
    """Those of the sessions that have not ended yet, with their lesson and course; to be asked before they end."""
    taught = companions.outerjoin(lessons, lessons.c.id == companions.c.lesson_id).outerjoin(modules)
    query = (
        select(sessions.c.id, sessions.c.person_id, companions.c.lesson_id, modules.c.course_id)
        .select_from(sessions.join(taught, companions.c.id == sessions.c.companion_id))
        .where(sessions.c.id.in_(session_ids), sessions.c.ended_at.is_(None))
    )
    return list(connection.execute(query))


def ended(connection: Connection, session: Row[Any], snapshot: Mapping[str, Any], at: datetime) -> None:
    """A session that was more than a hello gives XP."""
    if snapshot.get("turns", 0) >= SESSION_TURNS:
        reward(connection, session.person_id, Reason.SESSION, session.id, at, course_id=session.course_id)
