"""What learners want to reach."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

goals = Table(
    "goals", metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("subject", String(40)),
    Column("due_on", Date),
    Column("progress", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "person_id", "status", "created_at"),
)  # fmt: skip
