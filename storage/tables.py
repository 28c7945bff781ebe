"""All tables, for SQLite and PostgreSQL alike. Times are UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcTime(TypeDecorator[datetime]):
    """SQLite forgets time zones; everything stored is UTC and comes back as such."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

people = Table(
    "people", metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), unique=True),
    Column("role", String(20), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)  # fmt: skip

tokens = Table(
    "tokens", metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("used_at", UtcTime),
    Column("config", JSON),
    Column("name", String(200)),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Index(None, "person_id", "kind"),
)  # fmt: skip

lessons = Table(
    "lessons", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("title", String(300), nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("quiz", JSON, nullable=False),
)  # fmt: skip

companions = Table(
    "companions", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("topic", String(300), nullable=False),
    Column("style", String(20), nullable=False),
    Column("voice", String(100), nullable=False),
    Column("duration_minutes", Integer, nullable=False),
    Column("language", String(20), nullable=False),
    Column("speed", Float, nullable=False),
    Column("patience", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("lesson_id", ForeignKey("lessons.id", ondelete="SET NULL"), index=True),
    Index(None, "status", "name"),
    Index(None, "status", "subject", "name"),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("id", String(40), primary_key=True),
    Column("companion_id", ForeignKey("companions.id", ondelete="RESTRICT"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("door", String(20), nullable=False),
    Column("started_at", UtcTime, nullable=False),
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
