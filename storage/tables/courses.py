"""What is taught."""

from sqlalchemy import JSON, Column, String, Table, Text

from storage.tables.base import metadata

lessons = Table(
    "lessons", metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("title", String(300), nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("quiz", JSON, nullable=False),
)  # fmt: skip
