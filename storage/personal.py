"""What is a person's: read off the foreign keys, so that a new table is exported and erased without a word here.

A table whose rows go with the person has a foreign key to `people`, or to such a table, with ON DELETE CASCADE. What a
person made for others has one with ON DELETE SET NULL: it stays, and nobody's name is on it.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.companions import CompanionStatus
from lms_core.people import check_admin_left
from lms_core.search import Found
from storage.audit import note
from storage.database import Database
from storage.people import account, other_admins
from storage.search_index import forget
from storage.tables import audit, companions, metadata, people, sessions

_KEPT_BACK = {
    ("people", "password"), ("tokens", "digest"), ("tokens", "rotation"), ("tokens", "config"),
    ("audit", "address"),  # perhaps somebody else's
}  # fmt: skip


def goes_with_a_person(table: Table) -> bool:
    """Whether its rows are deleted with the person whose they are."""
    return table is people or any(
        key.ondelete == "CASCADE" and key.column.table is not table and goes_with_a_person(key.column.table)
        for key in table.foreign_keys
    )


def rows_of(table: Table, person_id: str) -> ColumnElement[bool] | None:
    """Which rows are that person's, or made by them; None for a table that has no such rows."""
    if table is people:
        return people.c.id == person_id
    found: list[ColumnElement[bool]] = []
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is people:
            found.append(key.parent == person_id)
        elif key.ondelete == "CASCADE" and parent is not table and goes_with_a_person(parent):
            theirs = rows_of(parent, person_id)
            assert theirs is not None
            found.append(key.parent.in_(select(key.column).where(theirs)))
    return or_(*found) if found else None


@dataclass(frozen=True, slots=True)
class Erased:
    """Whose files on disk are now to be deleted."""

    session_ids: tuple[str, ...]


class PersonalStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """All rows that are the person's or made by them, by table, without what would let anybody in."""
        found: dict[str, list[dict[str, Any]]] = {}
        async with self._database.write() as connection:
            await note(connection, Act.EXPORTED, whom=person_id)
        async with self._database.read() as connection:
            for table in metadata.sorted_tables:
                theirs = rows_of(table, person_id)
                if theirs is None:
                    continue
                shown = [one for one in table.c if (table.name, one.name) not in _KEPT_BACK]
                rows = await connection.execute(select(*shown).where(theirs).order_by(*table.primary_key))
                found[table.name] = [dict(row._mapping) for row in rows]
        return found

    async def erase(self, person_id: str) -> Erased:
        """Delete the person with all that is theirs; what they made for others stays and is nobody's.

        Raises NotFound, or Conflict for the last admin.
        """
        async with self._database.write() as connection:
            await self._database.lock(connection)
            before = await account(connection, person_id)
            others = await other_admins(connection, person_id)
            check_admin_left(before, replace(before, active=False), others=others)
            mine = sessions.c.person_id == person_id
            ids = (await connection.scalars(select(sessions.c.id).where(mine))).all()
            await connection.execute(delete(sessions).where(mine))
            await _delete_private_companions(connection, person_id)
            await note(connection, Act.ERASED, whom=None, role=before.role.value)
            by_them = audit.c.actor_id == person_id
            await connection.execute(update(audit).where(by_them).values(address=None))
            await connection.execute(delete(people).where(people.c.id == person_id))
        return Erased(tuple(ids))


async def _delete_private_companions(connection: AsyncConnection, person_id: str) -> None:
    """Those that only their author has ever seen."""
    talked = exists().where(sessions.c.companion_id == companions.c.id)
    unseen = (companions.c.status != CompanionStatus.PUBLISHED.value) & ~talked
    query = select(companions.c.id).where(companions.c.author_id == person_id, unseen)
    ids = (await connection.scalars(query)).all()
    await forget(connection, Found.COMPANION, ids)
    await connection.execute(delete(companions).where(companions.c.id.in_(ids)))
