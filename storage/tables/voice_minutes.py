"""How long people talked, and which sessions a server holds."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

voice_minutes = Table(
    "voice_minutes", metadata,
    Column("session_id", String(40), primary_key=True),  # no reference: who deletes a session gets no minutes back
    Column("month", String(7), primary_key=True),  # 2026-11, UTC
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("seconds", Integer, nullable=False),
    Index(None, "person_id", "month"),
)  # fmt: skip

session_leases = Table(
    "session_leases", metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("alive_at", UtcTime, nullable=False),
)  # fmt: skip
