"""Who there is, and what lets them in."""

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table

from storage.tables.base import UtcTime, metadata

people = Table(
    "people", metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), unique=True),
    Column("role", String(20), nullable=False),
    Column("plan", String(20), nullable=False, server_default="free"),
    Column("created_at", UtcTime, nullable=False),
    Column("password", String(200)),
    Column("deactivated_at", UtcTime),
    Column("language", String(20)),
    Index(None, "name", "id"),
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
    Column("session_id", String(64)),
    Column("rotation", String(64)),
    Column("address", String(45)),
    Column("scopes", JSON(none_as_null=True)),
    Index(None, "person_id", "kind"),
)  # fmt: skip
