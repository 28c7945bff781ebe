"""Files that lessons show and play; their bytes are in a folder, under their SHA-256."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

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
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_ms", Integer),
    Column("codecs", String(60)),
    Index(None, "owner_id", "created_at"),
)  # fmt: skip
media_parts = Table(  # files that were made of others; not rows that refer to rows of their own table, which no dump could order
    "media_parts", metadata,
    Column("part_id", ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    Column("media_id", ForeignKey("media.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(10), nullable=False),
    UniqueConstraint("media_id", "role"),
)  # fmt: skip
