"""Whose talks a teacher may follow as they happen."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, true

from lms_core.audit import Act
from lms_core.notifications import Notification, NotificationKind, Urgency
from lms_core.people import Principal, Role
from lms_core.sessions import TaughtSession
from storage.audit import note
from storage.database import Database
from storage.notifications import notify
from storage.tables import companions, courses, lessons, modules, people, sessions

_JOINED = sessions.join(companions, companions.c.id == sessions.c.companion_id).join(
    people, people.c.id == sessions.c.person_id
)


class SupervisionStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def among(self, viewer: Principal, running: Collection[str]) -> list[TaughtSession]:
        """Those of the `running` sessions that this teacher may follow, the longest first."""
        if not running:
            return []
        those = _query(viewer).where(sessions.c.id.in_(running))
        async with self._database.read() as connection:
            rows = await connection.execute(those.order_by(sessions.c.started_at, sessions.c.id))
        return [_session(row) for row in rows]

    async def note(self, viewer: Principal, session_id: str, act: Act) -> TaughtSession | None:
        """The session, if this teacher may follow it; what they do with it is in the audit log then."""
        async with self._database.write() as connection:
            row = (await connection.execute(_query(viewer).where(sessions.c.id == session_id))).one_or_none()
            if row is None:
                return None
            await note(connection, act, whom=row.person_id, by=viewer.person_id, session=session_id)
        return _session(row)

    async def teachers(self, session_id: str) -> frozenset[str]:
        """Who can be called into this session, beside the learner and admins."""
        async with self._database.read() as connection:
            row = (await connection.execute(_teachers(session_id))).one_or_none()
        return frozenset() if row is None else _others(row)

    async def call(self, session_id: str, now: datetime) -> None:
        """Tell them that the learner asks for them."""
        async with self._database.write() as connection:
            row = (await connection.execute(_teachers(session_id))).one_or_none()
            if row is None:
                return
            for person_id in sorted(_others(row)):
                one = Notification(
                    person_id, NotificationKind.MESSAGE, f"{row.name} asks for you",
                    "In the talk that is going on now they would like to speak to you.", now, Urgency.HIGH,
                    {"session_id": session_id, "learner": row.name},
                )  # fmt: skip
                await connection.run_sync(notify, one, now=now)


def _others(row: Row[Any]) -> frozenset[str]:
    return frozenset({row.author_id, row.course_author_id} - {None, row.person_id})


def _teachers(session_id: str) -> Select[tuple[str | None, str | None, str, str]]:
    """The companion's author and the author of the lesson's course, the learner, and the learner's name."""
    joined = (
        _JOINED.outerjoin(lessons, lessons.c.id == sessions.c.lesson_id)
        .outerjoin(modules, modules.c.id == lessons.c.module_id)
        .outerjoin(courses, courses.c.id == modules.c.course_id)
    )
    whose = companions.c.author_id, courses.c.author_id.label("course_author_id")
    return (
        select(*whose, sessions.c.person_id, people.c.name)
        .select_from(joined)
        .where(sessions.c.id == session_id)
    )


def _query(viewer: Principal) -> Select[tuple[str, str, str]]:
    return (
        select(sessions.c.id, sessions.c.person_id, people.c.name)
        .select_from(_JOINED)
        .where(taught_by(viewer))
    )


def taught_by(viewer: Principal) -> ColumnElement[bool]:
    """Sessions with one's companions, and those about lessons of one's courses; admins follow all."""
    if viewer.role is Role.ADMIN:
        return true()
    course = exists().where(
        lessons.c.id == sessions.c.lesson_id,
        lessons.c.module_id == modules.c.id,
        modules.c.course_id == courses.c.id,
        courses.c.author_id == viewer.person_id,
    )
    return or_(companions.c.author_id == viewer.person_id, course)


def _session(row: Row[tuple[str, str, str]]) -> TaughtSession:
    return TaughtSession(row.id, row.person_id, row.name)
