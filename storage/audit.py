"""The audit log: written in the transaction of the act, so that neither is there without the other."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act, AuditEntry
from lms_core.people import Principal
from storage.database import Database
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts in this task, and from where; set once, where the request comes in."""

    person_id: str | None = None
    address: str = ""


acting: ContextVar[Acting] = ContextVar("acting", default=Acting())  # noqa: B039  # it is frozen


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """`about`: whoever of these did it, or to whom it was done."""

    act: Act | None = None
    actor_id: str | None = None
    person_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    about: frozenset[str] | None = None


async def note(
    connection: AsyncConnection, act: Act, *, whom: str | None, by: str | None = None, **details: Any
) -> None:
    """`by`: where it is not who acts in this task, such as somebody who logs in. `details`: ids and kinds, no names."""
    who = acting.get()
    row = {
        "at": datetime.now(UTC), "act": act.value, "actor_id": by or who.person_id, "person_id": whom,
        "address": who.address or None, "details": details,
    }  # fmt: skip
    await connection.execute(insert(audit).values(row))


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, wanted: AuditFilter, page: int, limit: int) -> tuple[list[AuditEntry], int]:
        """The newest first, and how many there are."""
        those = _those(wanted)
        query = select(audit).where(those).order_by(audit.c.id.desc())
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(audit).where(those))
        return [AuditEntry(**{**row._mapping, "act": Act(row.act)}) for row in rows], total or 0

    async def transcript_read(self, reader: Principal, whose: str, session_id: str) -> None:
        """Somebody reads what another said."""
        async with self._database.write() as connection:
            await note(
                connection, Act.TRANSCRIPT_READ, whom=whose, by=reader.person_id, session_id=session_id
            )

    async def forget(self, before: datetime) -> int:
        """Delete what is older; returns how many entries."""
        async with self._database.write() as connection:
            return int((await connection.execute(delete(audit).where(audit.c.at < before))).rowcount)


def _those(wanted: AuditFilter) -> ColumnElement[bool]:
    those: ColumnElement[bool] = true()
    if wanted.act is not None:
        those &= audit.c.act == wanted.act.value
    if wanted.actor_id is not None:
        those &= audit.c.actor_id == wanted.actor_id
    if wanted.person_id is not None:
        those &= audit.c.person_id == wanted.person_id
    if wanted.about is not None:
        those &= or_(audit.c.actor_id.in_(wanted.about), audit.c.person_id.in_(wanted.about))
    if wanted.since is not None:
        those &= audit.c.at >= wanted.since
    if wanted.until is not None:
        those &= audit.c.at < wanted.until
    return those
