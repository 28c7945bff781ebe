"""What was carried out already: a request with the same idempotency key gets the answer of the first."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from lms_core.errors import Conflict
from storage.database import Database
from storage.tables import answered_requests as table

_KEPT = timedelta(hours=24)
_ABANDONED = timedelta(minutes=5)
"""A request that has no answer by then died with its server; sent again, it is carried out."""


class AnsweredStore:
    """One person's requests to one route. `begin`, then `finish` or `forget`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, person_id: str, route: str, key: str, digest: str, *, now: datetime | None = None
    ) -> Any | None:
        """The answer from before; None: it is new and the caller's to carry out. `digest` is of what was sent.

        Raises Conflict if the key was used for something else, or the first request is not answered yet.
        """
        now = now or datetime.now(UTC)
        mine, this = table.c.person_id == person_id, _this(person_id, route, key)
        old = or_(
            table.c.asked_at < now - _KEPT,
            and_(table.c.answer.is_(None), table.c.asked_at < now - _ABANDONED),
        )
        row = {"person_id": person_id, "route": route, "key": key, "digest": digest, "asked_at": now}
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(mine, old))
            insert = self._database.insert(table).values(row).on_conflict_do_nothing()
            if (await connection.execute(insert)).rowcount:
                return None
            first = (await connection.execute(select(table).where(this))).one()
        if first.digest != digest:
            raise Conflict("This Idempotency-Key was used for another request; take a fresh one.")
        if first.answer is None:
            raise Conflict("The first request with this Idempotency-Key is not answered yet; try again soon.")
        return first.answer

    async def finish(self, person_id: str, route: str, key: str, answer: Any) -> None:
        """`answer`, plain JSON and not null, is kept for 24 hours."""
        async with self._database.write() as connection:
            await connection.execute(update(table).where(_this(person_id, route, key)).values(answer=answer))

    async def forget(self, person_id: str, route: str, key: str) -> None:
        """It was not carried out; the key may be used again."""
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(_this(person_id, route, key)))


def _this(person_id: str, route: str, key: str) -> ColumnElement[bool]:
    return and_(table.c.person_id == person_id, table.c.route == route, table.c.key == key)
