"""Voice conversations, turn by turn."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

sessions = Table(
    "sessions", metadata,
    Column("id", String(40), primary_key=True),
    Column("companion_id", ForeignKey("companions.id", ondelete="RESTRICT"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("lesson_id", ForeignKey("lessons.id", ondelete="SET NULL"), index=True),
    Column("door", String(20), nullable=False),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime),
    Column("ended_reason", String(40)),
    Column("snapshot", JSON, nullable=False),
    Index(None, "person_id", "started_at"),
    Index(None, "companion_id", "started_at"),
)  # fmt: skip

items = Table(
    "items", metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("position", Float, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("role", String(20)),
    Column("status", String(20), nullable=False),
    Column("content", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("input_ms", Integer),
    Column("heard_ms", Integer),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "session_id", "position"),
)  # fmt: skip

turn_metrics = Table(
    "turn_metrics", metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("item_id", String(64), nullable=False),
    Column("reply_id", String(64), nullable=False),
    Column("endpoint_ms", Float),
    Column("endpoint_delay_ms", Float),
    Column("transcript_ms", Float),
    Column("first_token_ms", Float),
    Column("first_audio_ms", Float),
    Column("first_sent_ms", Float),
    Column("speculations", Integer, nullable=False),
    Column("speculations_lost", Integer, nullable=False),
)  # fmt: skip
