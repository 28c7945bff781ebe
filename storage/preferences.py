"""What learners set for themselves. The functions are parts of the caller's transaction."""

from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from lms_core.notifications import EmailFrom, NotificationKind
from storage.database import Database
from storage.tables import preferences


@dataclass(frozen=True, slots=True)
class Preferences:
    """`muted` kinds of notifications are not made at all."""

    time_zone: str = "UTC"
    on_leaderboard: bool = True
    email_from: EmailFrom = EmailFrom.HIGH
    muted: tuple[NotificationKind, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """UTC if the system no longer knows the zone."""
        try:
            return ZoneInfo(self.time_zone)
        except ZoneInfoNotFoundError:
            return ZoneInfo("UTC")


def preferences_of(connection: Connection, person_id: str) -> Preferences:
    row = connection.execute(select(preferences).where(preferences.c.person_id == person_id)).one_or_none()
    if row is None:
        return Preferences()
    muted = tuple(NotificationKind(kind) for kind in row.muted)
    return Preferences(row.time_zone, row.on_leaderboard, EmailFrom(row.email_from), muted)


class PreferenceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, person_id: str) -> Preferences:
        async with self._database.read() as connection:
            return await connection.run_sync(preferences_of, person_id)

    async def put(self, person_id: str, wanted: Preferences) -> Preferences:
        values: dict[str, Any] = asdict(wanted) | {"muted": list(wanted.muted)}
        statement = self._database.insert(preferences).values(person_id=person_id, **values)
        async with self._database.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["person_id"], set_=values)
            )
        return wanted
