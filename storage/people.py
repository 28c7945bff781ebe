"""People as admins see them."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.errors import Conflict, NotFound
from lms_core.people import Account, PeopleFilter, Role, TokenKind, check_admin_left
from lms_core.plans import Plan
from storage.accounts import end_sign_ins, revoke_tokens
from storage.audit import note
from storage.database import Database
from storage.tables import people


class PeopleStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, wanted: PeopleFilter, page: int, limit: int) -> tuple[list[Account], int]:
        """By name, and how many there are."""
        those = _those(wanted)
        query = select(people).where(those).order_by(people.c.name, people.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(people).where(those))
        return [account_of(row) for row in rows], total or 0

    async def find(self, person_id: str) -> Account:
        """Raises NotFound."""
        async with self._database.read() as connection:
            return await account(connection, person_id)

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """By id, of those that are there."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
        return {row.id: row.name for row in rows}

    async def edit(self, person_id: str, change: Callable[[Account], Account]) -> Account:
        """What of an account admins may change.

        Raises NotFound, or Conflict if no admin would be left or somebody else has the address.
        """
        try:
            async with self._database.write() as connection:
                await self._database.lock(
                    connection
                )  # two admins must not remove each other at the same moment
                before = await account(connection, person_id)
                after = change(before)
                check_admin_left(before, after, others=await other_admins(connection, person_id))
                await _store(connection, before, after)
        except IntegrityError as error:
            raise Conflict("Somebody else has this e-mail address.", reason="address_taken") from error
        return after

    async def set_profile(
        self, person_id: str, check: Callable[[Account], None], **changes: str | None
    ) -> Account:
        """Name and language. What `check` raises leaves all as it was. Raises NotFound."""
        async with self._database.write() as connection:
            before = await account(connection, person_id, lock=True)
            check(before)
            if changes:
                await connection.execute(update(people).where(people.c.id == person_id).values(changes))
                await note(connection, Act.PROFILE_CHANGED, whom=person_id, changed=sorted(changes))
        return replace(before, **changes)  # type: ignore[arg-type]


async def _store(connection: AsyncConnection, before: Account, after: Account) -> None:
    whom = before.id
    await connection.execute(
        update(people)
        .where(people.c.id == whom)
        .values(
            name=after.name, email=after.email, role=after.role.value,
            deactivated_at=None if after.active else datetime.now(UTC),
        )
    )  # fmt: skip
    if after.name != before.name:
        await note(connection, Act.RENAMED, whom=whom)
    if after.email != before.email:  # whoever reads letters to the old one sets no password any more
        await revoke_tokens(connection, whom, TokenKind.RESET)
        await note(connection, Act.ADDRESS_CHANGED, whom=whom)
    if after.role is not before.role:
        roles = {"before": before.role.value, "after": after.role.value}
        await note(connection, Act.ROLE_CHANGED, whom=whom, **roles)
    if after.active is not before.active:
        await note(connection, Act.REACTIVATED if after.active else Act.DEACTIVATED, whom=whom)
    if not after.active:
        await end_sign_ins(connection, whom)


async def account(connection: AsyncConnection, person_id: str, *, lock: bool = False) -> Account:
    """As part of the caller's transaction. Raises NotFound."""
    query = select(people).where(people.c.id == person_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"There is nobody with the id '{person_id}'.")
    return account_of(row)


def account_of(row: Row[Any]) -> Account:
    return Account(
        row.id, row.name, Role(row.role), row.email, Plan(row.plan), row.deactivated_at is None,
        row.created_at, row.language,
    )  # fmt: skip


async def other_admins(connection: AsyncConnection, person_id: str) -> int:
    others = (
        (people.c.role == Role.ADMIN.value) & people.c.deactivated_at.is_(None) & (people.c.id != person_id)
    )
    return await connection.scalar(select(func.count()).select_from(people).where(others)) or 0


def _those(wanted: PeopleFilter) -> ColumnElement[bool]:
    those: ColumnElement[bool] = true()
    if wanted.role is not None:
        those &= people.c.role == wanted.role.value
    if wanted.active is not None:
        those &= people.c.deactivated_at.is_(None) if wanted.active else people.c.deactivated_at.is_not(None)
    if wanted.search:
        text = wanted.search.lower()
        found = [
            func.lower(column).contains(text, autoescape=True) for column in (people.c.name, people.c.email)
        ]
        those &= or_(*found)
    return those
