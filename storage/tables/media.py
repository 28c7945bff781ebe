"""Files that lessons show and play; their bytes are in a folder, under their SHA-256."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from storage.tables.base import UtcTime, metadata

media = Table(
    "media", metadata,
    Column("id", String(40), primary_key=True),
    Column("owner_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("name", String(200), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "owner_id", "created_at"),
)  # fmt: skip
