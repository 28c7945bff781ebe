"""Work that goes on after its request. How far its steps are is known to DBOS, in a database of its own."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

jobs = Table(
    "jobs", metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("owner_id", ForeignKey("people.id", ondelete="CASCADE")),
    Column("state", String(10), nullable=False),
    Column("progress", Integer, nullable=False),
    Column("message", String(300), nullable=False),
    Column("run", Integer, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "state", "created_at"),
    Index(None, "subject"),
    Index(None, "owner_id"),
)  # fmt: skip
