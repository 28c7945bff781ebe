"""What people pay for."""

from sqlalchemy import Column, ForeignKey, String, Table

from storage.tables.base import UtcTime, metadata

subscriptions = Table(
    "subscriptions", metadata,
    Column("id", String(255), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", String(40), nullable=False),
    Column("plan", String(20), nullable=False),
    Column("told_at", UtcTime, nullable=False),
    Column("customer", String(255), nullable=False, server_default=""),
)  # fmt: skip

billing_events = Table(
    "billing_events", metadata,
    Column("id", String(255), primary_key=True),
    Column("received_at", UtcTime, nullable=False, index=True),
)  # fmt: skip
