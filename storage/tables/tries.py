"""How often something is tried for one account."""

from sqlalchemy import Column, Double, String, Table

from storage.tables.base import metadata

tries = Table(
    "tries", metadata,
    Column("key", String(64), primary_key=True),  # a digest of what is tried, and for which account
    Column("free_at", Double, nullable=False, index=True),  # seconds since 1970, from when on it counts for nothing
)  # fmt: skip
