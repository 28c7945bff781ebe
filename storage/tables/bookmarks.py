"""Companions that people want to find again."""

from sqlalchemy import Column, ForeignKey, Table

from storage.tables.base import UtcTime, metadata

bookmarks = Table(
    "bookmarks", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("companion_id", ForeignKey("companions.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("created_at", UtcTime, nullable=False),
)  # fmt: skip
