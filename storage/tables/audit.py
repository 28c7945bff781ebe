"""Who did what to whom."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

audit = Table(
    "audit", metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("act", String(30), nullable=False),
    Column("actor_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("address", String(45)),
    Column("details", JSON, nullable=False),
    Index(None, "act", "id"),
    Index(None, "actor_id", "id"),
    Index(None, "person_id", "id"),
)  # fmt: skip
