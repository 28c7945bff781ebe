"""Who teaches."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table

from storage.tables.base import metadata

companions = Table(
    "companions", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("topic", String(300), nullable=False),
    Column("style", String(20), nullable=False),
    Column("voice", String(100), nullable=False),
    Column("duration_minutes", Integer, nullable=False),
    Column("language", String(20), nullable=False),
    Column("speed", Float, nullable=False),
    Column("patience", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("lesson_id", ForeignKey("lessons.id", ondelete="SET NULL"), index=True),
    Column("course_id", ForeignKey("courses.id", ondelete="SET NULL"), index=True),
    Column("module_id", ForeignKey("modules.id", ondelete="SET NULL"), index=True),
    Index(None, "status", "name"),
    Index(None, "status", "subject", "name"),
)  # fmt: skip
