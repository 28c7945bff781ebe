"""What is taught."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from storage.tables.base import UtcTime, metadata

courses = Table(
    "courses", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("title", String(300), nullable=False),
    Column("description", Text, nullable=False),
    Column("objectives", JSON, nullable=False),
    Column("thumbnail", String(500), nullable=False),
    Column("banner", String(500), nullable=False),
    Column("category", String(100), nullable=False),
    Column("difficulty", String(20), nullable=False),
    Column("language", String(20), nullable=False),
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("published", Boolean, nullable=False, server_default=false()),
    Column("featured", Boolean, nullable=False, server_default=false()),
    Column("open_enrollment", Boolean, nullable=False, server_default=true()),
    Column("sequential", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "published", "title"),
    Index(None, "published", "created_at"),
    Index(None, "published", "category", "title"),
)  # fmt: skip

course_tags = Table(
    "course_tags", metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(50), primary_key=True),
    Index(None, "tag", "course_id"),
)  # fmt: skip

course_prerequisites = Table(
    "course_prerequisites", metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("requires_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True, index=True),
)  # fmt: skip

modules = Table(
    "modules", metadata,
    Column("id", String(40), primary_key=True),
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), nullable=False),
    Column("title", String(300), nullable=False),
    Column("description", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index(None, "course_id", "position"),
)  # fmt: skip

lessons = Table(
    "lessons", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False),
    Column("title", String(300), nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("module_id", ForeignKey("modules.id", ondelete="CASCADE")),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("kind", String(20), nullable=False, server_default="text"),
    Column("metadata", JSON, nullable=False, server_default="{}"),
    Column("free_preview", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("module_id", "slug"),
    Index(None, "module_id", "position"),
)  # fmt: skip
Index(  # few are; an index on all values would not be used
    "ix_lessons_free_preview", lessons.c.module_id,
    sqlite_where=lessons.c.free_preview == true(), postgresql_where=lessons.c.free_preview,
)  # fmt: skip

enrollments = Table(
    "enrollments", metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("access", String(20), nullable=False),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("last_accessed_at", UtcTime, nullable=False),
    Column("completed_at", UtcTime),
    Index(None, "person_id", "last_accessed_at"),
)  # fmt: skip

lesson_progress = Table(
    "lesson_progress", metadata,
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("last_accessed_at", UtcTime),
    Column("completed_at", UtcTime),
    Column("time_spent", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("score", Integer),
    Column("review_at", UtcTime),
    Column("reviews", Integer, nullable=False, server_default="0"),
    Index(None, "person_id", "lesson_id"),
    Index(None, "person_id", "review_at"),
)  # fmt: skip

lesson_feedback = Table(
    "lesson_feedback", metadata,
    Column("lesson_id", ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("rating", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", UtcTime, nullable=False),
)  # fmt: skip
