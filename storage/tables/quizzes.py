"""Quizzes with their items, and what learners answered."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import UtcTime, metadata

quizzes = Table(
    "quizzes", metadata,
    Column("id", String(40), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), unique=True),
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), index=True),
    Column("pass_percent", Integer, nullable=False),
    Column("time_limit_seconds", Integer),
    Column("max_attempts", Integer),
    Column("created_at", UtcTime, nullable=False),
)  # fmt: skip

quiz_items = Table(
    "quiz_items", metadata,
    Column("id", String(40), primary_key=True),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "quiz_id", "position"),
)  # fmt: skip

quiz_attempts = Table(
    "quiz_attempts", metadata,
    Column("id", String(40), primary_key=True),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("submitted_at", UtcTime),
    Column("score", Integer),
    Column("session_id", ForeignKey("sessions.id", ondelete="SET NULL"), index=True),
    UniqueConstraint("quiz_id", "person_id", "number"),
    Index(None, "person_id", "started_at"),
)  # fmt: skip

quiz_answers = Table(
    "quiz_answers", metadata,
    Column("attempt_id", ForeignKey("quiz_attempts.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", ForeignKey("quiz_items.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("answer", JSON, nullable=False),
    Column("score", Float, nullable=False),
    Column("correct", Boolean, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("answered_at", UtcTime, nullable=False),
)  # fmt: skip
