"""Requests that were carried out, so that one sent twice is done once."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table

from storage.tables.base import UtcTime, metadata

answered_requests = Table(
    "answered_requests", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("route", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),  # of what was sent
    Column("asked_at", UtcTime, nullable=False),
    Column("answer", JSON(none_as_null=True)),  # null: still being carried out
)  # fmt: skip
