"""Learners' goals; each is its owner's alone."""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from lms_core.companions import Subject
from lms_core.errors import NotFound
from lms_core.goals import Goal, GoalStatus, check_room
from storage.database import Database
from storage.outbox import publish
from storage.tables import goals, people

_COLUMNS = [column for column in goals.c if column.name != "person_id"]


class GoalStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(
        self, person_id: str, status: GoalStatus | None = None, *, page: int = 1, limit: int = 20
    ) -> tuple[list[Goal], int]:
        """The newest first."""
        those = goals.c.person_id == person_id
        if status is not None:
            those &= goals.c.status == status.value
        query = select(*_COLUMNS).where(those).order_by(goals.c.created_at.desc(), goals.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(goals).where(those))
        return [_goal(row) for row in rows], total or 0

    async def add(self, person_id: str, **wanted: Any) -> Goal:
        """`wanted`: fields of a Goal. Raises Conflict if there are too many."""
        goal = Goal(f"goal_{secrets.token_hex(10)}", created_at=datetime.now(UTC), **wanted)
        mine = (goals.c.person_id == person_id) & (goals.c.status == GoalStatus.ACTIVE.value)
        async with self._database.write() as connection:
            await connection.execute(  # one after the other, so that two at once cannot both take the last place
                select(people.c.id).where(people.c.id == person_id).with_for_update(key_share=True)
            )
            check_room(await connection.scalar(select(func.count()).select_from(goals).where(mine)) or 0)
            await connection.execute(insert(goals).values(person_id=person_id, **asdict(goal)))
        return goal

    async def change(self, person_id: str, goal_id: str, change: Callable[[Goal], Goal]) -> Goal:
        """Raises NotFound, and what `change` raises."""
        this = (goals.c.id == goal_id) & (goals.c.person_id == person_id)
        async with self._database.write() as connection:
            query = select(*_COLUMNS).where(this).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise NotFound(f"There is no goal '{goal_id}' of yours.")
            before = _goal(row)
            after = change(before)
            await connection.execute(update(goals).where(this).values(**asdict(after)))
            if after.status is GoalStatus.COMPLETED is not before.status:
                publish(connection, person_id, "goal.completed", {"goal_id": goal_id})
        return after

    async def remove(self, person_id: str, goal_id: str) -> None:
        """What is not there is removed already."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(goals).where(goals.c.id == goal_id, goals.c.person_id == person_id)
            )


def _goal(row: Row[Any]) -> Goal:
    values = dict(row._mapping)
    subject = values.pop("subject")
    return Goal(
        **values | {"status": GoalStatus(values["status"])}, subject=Subject(subject) if subject else None
    )
