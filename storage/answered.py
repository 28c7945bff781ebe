"""What was carried out already: a request with the same idempotency key gets the answer of the first."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from lms_core.errors import Conflict
from storage.database import Database
from storage.tables import answered_requests as table

_KEPT = timedelta(hours=24)


class AnsweredStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(
        self, person_id: str, route: str, key: str, digest: str, make: Callable[[], Awaitable[Any]],
        *, now: datetime | None = None,
    ) -> tuple[Any, bool]:  # fmt: skip
        """What `make` returns, plain JSON and not null, or returned before; and whether it was before.

        The key, the answer and all that `make` stores are one transaction. Who sends the same at the same time waits
        for its end. `digest` is of what was sent. Raises Conflict if the key was used for something else.
        """
        now = now or datetime.now(UTC)
        this = and_(table.c.person_id == person_id, table.c.route == route, table.c.key == key)
        old = or_(
            table.c.asked_at < now - _KEPT, table.c.answer.is_(None)
        )  # null: cut off, in earlier versions
        row = {"person_id": person_id, "route": route, "key": key, "digest": digest, "asked_at": now}
        async with self._database.together() as connection:
            await connection.execute(delete(table).where(table.c.person_id == person_id, old))
            insert = self._database.insert(table).values(row).on_conflict_do_nothing()
            if not (await connection.execute(insert)).rowcount:
                first = (await connection.execute(select(table).where(this))).one()
                if first.digest != digest:
                    raise Conflict("This Idempotency-Key was used for another request; take a fresh one.")
                return first.answer, True
            answer = await make()
            await connection.execute(update(table).where(this).values(answer=answer))
        return answer, False
