"""Who wants to be recorded, and of which sessions there is sound; the sound itself is in files."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table

from storage.tables.base import UtcTime, metadata

recording_consents = Table(
    "recording_consents", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("given_at", UtcTime, nullable=False),
)  # fmt: skip

recordings = Table(
    "recordings", metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("begins_ms", Integer, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("expires_at", UtcTime, nullable=False, index=True),
)  # fmt: skip
