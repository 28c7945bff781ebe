"""What admins set while the server runs."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table

from storage.tables.base import UtcTime, metadata

settings = Table(
    "settings", metadata,
    Column("name", String(60), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", ForeignKey("people.id", ondelete="SET NULL")),
)  # fmt: skip
