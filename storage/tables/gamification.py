"""XP, streaks, achievements, and what a learner has set about them."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, true

from storage.tables.base import UtcTime, metadata

xp_entries = Table(
    "xp_entries", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "person_id", "at"),
)  # fmt: skip

# Sums of the ledger, kept with it; `scope` is a course's id or "" for everything, `period` as `period_key` says.
xp_sums = Table(
    "xp_sums", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("xp", Integer, nullable=False),
    Index(None, "scope", "period", "xp"),
)  # fmt: skip

streaks = Table(
    "streaks", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("longest", Integer, nullable=False),
    Column("counted_at", UtcTime),
    Column("offset_minutes", Integer, nullable=False),
)  # fmt: skip

earned_achievements = Table(
    "earned_achievements", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("achievement_id", String(40), primary_key=True),
    Column("earned_at", UtcTime, nullable=False),
    Column("claimed_at", UtcTime),
)  # fmt: skip

preferences = Table(
    "preferences", metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column("on_leaderboard", Boolean, nullable=False, server_default=true()),
    Column("email_from", String(10), nullable=False, server_default="high"),
    Column("muted", JSON, nullable=False, server_default="[]"),
)  # fmt: skip
