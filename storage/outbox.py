"""Live updates are written in the transaction of what they tell, and told when it is committed.

They wait until the transaction is about to commit. Then, on PostgreSQL, those of one person are written one
transaction after the other, so that a person's numbers appear in order and a reader who asks for "after 17" misses
nothing; and as nothing is locked after that, nobody waits in a circle.
"""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import live_updates

CHANNEL = "viva_updates"
_WAITING = "viva_updates"
_LOCK_SPACE = 0x76697675 << 32  # beside the lock of `Database.lock`
_LOCKS = 64  # PostgreSQL has room for some thousand in all
_STAY = text("SELECT 1 FROM people WHERE id = ANY(CAST(:people AS text[])) ORDER BY id FOR KEY SHARE")
"""What the rows' reference to `people` asks for anyway: who waits for it must not hold the others' lock meanwhile."""
_LOCK = text(
    "SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"
)  # in their order
_NOTIFY = text("SELECT pg_notify(:channel, person) FROM unnest(CAST(:people AS text[])) AS person")


def publish(
    connection: AsyncConnection | Connection, person_id: str, kind: str, data: Mapping[str, Any]
) -> None:
    """Tell a person who exists of what this transaction does; nothing is told if it fails.

    `kind` is `<thing>.<what happened>`, listed in docs/api.md; `data` small plain JSON: what the page needs, or just
    the id of what to read anew.
    """
    row = {"person_id": person_id, "type": kind, "data": dict(data), "created_at": datetime.now(UTC)}
    connection.info.setdefault(_WAITING, []).append(row)


def forget(connection: AsyncConnection | Connection) -> None:
    """What a transaction on this connection that failed wanted to tell."""
    connection.info.pop(_WAITING, None)


def waits(connection: AsyncConnection | Connection) -> bool:
    return _WAITING in connection.info


def flush(connection: Connection) -> frozenset[str]:
    """Write what waits, as the last thing before the commit; returns whom it is for."""
    rows = connection.info.pop(_WAITING, [])
    people = frozenset(row["person_id"] for row in rows)
    if not rows:
        return people
    if connection.dialect.name == "postgresql":
        keys = sorted({_LOCK_SPACE | zlib.crc32(person.encode()) % _LOCKS for person in people})
        connection.execute(_STAY, {"people": sorted(people)})
        connection.execute(_LOCK, {"keys": keys})
        connection.execute(_NOTIFY, {"channel": CHANNEL, "people": sorted(people)})
    connection.execute(insert(live_updates), rows)
    return people
