"""What people's pages are told as it happens."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import UtcTime, metadata

live_updates = Table(
    "live_updates", metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("type", String(60), nullable=False),
    Column("data", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    Index(None, "person_id", "id"),
    sqlite_autoincrement=True,  # a number is never given twice, or a client that resumes would miss something
)  # fmt: skip
