"""Notifications: made in the transaction of what they tell, shown from `deliver_at` on."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from lms_core.errors import NotFound
from lms_core.notifications import Notification, NotificationKind, Urgency, by_email
from storage.database import Database
from storage.outbox import publish
from storage.preferences import preferences_of
from storage.tables import notifications, people

_COLUMNS = [notifications.c[name] for name in Notification.__dataclass_fields__]
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification that goes by e-mail too."""

    notification_id: str
    address: str
    name: str
    title: str
    body: str


def notify(connection: Connection, one: Notification, *, now: datetime) -> str | None:
    """Tell somebody who exists, now or at `deliver_at`; returns the id, or None if they muted such notifications."""
    set_by_them = preferences_of(connection, one.person_id)
    if one.kind in set_by_them.muted:
        return None
    due = one.deliver_at <= now
    notification_id = f"note_{secrets.token_hex(10)}"
    row = {
        "id": notification_id, "person_id": one.person_id, "kind": one.kind.value, "urgency": one.urgency.value,
        "title": one.title, "body": one.body, "data": dict(one.data), "deliver_at": one.deliver_at,
        "told_at": now if due else None,
        "emailed_at": None if by_email(set_by_them.email_from, one.urgency) else now,
    }  # fmt: skip
    connection.execute(insert(notifications).values(row))
    if due:
        _tell(connection, one.person_id, notification_id, one.kind)
    return notification_id


def withdraw(connection: Connection, person_id: str, kind: NotificationKind, now: datetime) -> None:
    """What was planned of this kind and has not been shown yet."""
    planned = notifications.c.deliver_at > now
    mine = (notifications.c.person_id == person_id) & (notifications.c.kind == kind.value)
    connection.execute(delete(notifications).where(mine & planned))


class NotificationStore:
    """Of one's own, and only what is due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(
        self, person_id: str, *, unread: bool, page: int, limit: int
    ) -> tuple[list[Notification], int]:
        """The newest first."""
        those = _shown(person_id)
        if unread:
            those &= notifications.c.read_at.is_(None)
        query = select(*_COLUMNS).where(those)
        ordered = query.order_by(notifications.c.deliver_at.desc(), notifications.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(ordered.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(notifications).where(those))
        return [_notification(row) for row in rows], total or 0

    async def unread(self, person_id: str) -> int:
        those = _shown(person_id) & notifications.c.read_at.is_(None)
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(notifications).where(those)) or 0

    async def read(self, person_id: str, notification_id: str) -> Notification:
        """Reading again keeps when it was read first. Raises NotFound."""
        now = datetime.now(UTC)
        this = _shown(person_id) & (notifications.c.id == notification_id)
        async with self._database.write() as connection:
            fresh = this & notifications.c.read_at.is_(None)
            await connection.execute(update(notifications).where(fresh).values(read_at=now))
            row = (await connection.execute(select(*_COLUMNS).where(this))).one_or_none()
        if row is None:
            raise NotFound(f"There is no notification '{notification_id}'.")
        return _notification(row)

    async def read_all(self, person_id: str) -> None:
        now = datetime.now(UTC)
        those = _shown(person_id) & notifications.c.read_at.is_(None)
        async with self._database.write() as connection:
            await connection.execute(update(notifications).where(those).values(read_at=now))

    async def tell_due(self, now: datetime) -> int:
        """Pass planned ones whose time has come on to open pages; returns how many."""

        def write(connection: Connection) -> int:
            due = notifications.c.told_at.is_(None) & (notifications.c.deliver_at <= now)
            query = select(notifications.c.id, notifications.c.person_id, notifications.c.kind).where(due)
            rows = connection.execute(query.limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            connection.execute(update(notifications).where(notifications.c.id.in_(ids)).values(told_at=now))
            for row in rows:
                _tell(connection, row.person_id, row.id, NotificationKind(row.kind))
            return len(rows)

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def letters(self, now: datetime) -> list[Letter]:
        """Those to send by e-mail now; whoever gets them here sends them, nobody else does."""

        def write(connection: Connection) -> list[Letter]:
            due = notifications.c.emailed_at.is_(None) & (notifications.c.deliver_at <= now)
            query = (
                select(
                    notifications.c.id,
                    people.c.email,
                    people.c.name,
                    notifications.c.title,
                    notifications.c.body,
                    people.c.deactivated_at,
                )
                .select_from(notifications.join(people))
                .where(due)
                .limit(_AT_ONCE)
                .with_for_update(skip_locked=True, of=notifications)
            )
            rows = connection.execute(query).all()
            ids = [row.id for row in rows]
            connection.execute(
                update(notifications).where(notifications.c.id.in_(ids)).values(emailed_at=now)
            )
            return [Letter(*row[:-1]) for row in rows if row.email and row.deactivated_at is None]

        async with self._database.write() as connection:
            return await connection.run_sync(write)

    async def not_sent(self, notification_ids: Sequence[str]) -> None:
        """To be tried again."""
        these = notifications.c.id.in_(notification_ids)
        async with self._database.write() as connection:
            await connection.execute(update(notifications).where(these).values(emailed_at=None))


def _tell(connection: Connection, person_id: str, notification_id: str, kind: NotificationKind) -> None:
    publish(connection, person_id, "notification.new", {"id": notification_id, "kind": kind.value})


def _shown(person_id: str) -> ColumnElement[bool]:
    return (notifications.c.person_id == person_id) & (notifications.c.deliver_at <= datetime.now(UTC))


def _notification(row: Row[Any]) -> Notification:
    values = row._asdict()
    return Notification(
        **{**values, "kind": NotificationKind(values["kind"]), "urgency": Urgency(values["urgency"])}
    )
