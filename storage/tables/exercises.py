"""Code exercises of lessons, and what learners handed in."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables.base import UtcTime, metadata

exercises = Table(
    "exercises", metadata,
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(20), nullable=False),
    Column("task", Text, nullable=False),
    Column("starter", Text, nullable=False),
    Column("cases", JSON, nullable=False),
)  # fmt: skip

submissions = Table(
    "submissions", metadata,
    Column("id", String(40), primary_key=True),
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "person_id", "lesson_id", "at"),
    Index(None, "lesson_id"),
)  # fmt: skip
