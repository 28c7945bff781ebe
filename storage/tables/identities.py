"""As whom an OpenID provider knows a person."""

from sqlalchemy import Column, ForeignKey, String, Table

from storage.tables.base import UtcTime, metadata

identities = Table(
    "identities", metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
)  # fmt: skip
