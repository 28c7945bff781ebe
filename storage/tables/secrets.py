"""Keys that the server itself signs with."""

from sqlalchemy import Column, String, Table

from storage.tables.base import UtcTime, metadata

secrets = Table(
    "secrets", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)  # fmt: skip
