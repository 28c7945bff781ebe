"""What people are told. `told_at`: passed on to their open pages; `emailed_at`: sent, or none to send."""

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text

from storage.tables.base import UtcTime, metadata

notifications = Table(
    "notifications", metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("title", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("deliver_at", UtcTime, nullable=False),
    Column("read_at", UtcTime),
    Column("told_at", UtcTime),
    Column("emailed_at", UtcTime),
    Index(None, "person_id", "deliver_at"),
    Index(None, "told_at", "deliver_at"),
    Index(None, "emailed_at", "deliver_at"),
)  # fmt: skip
