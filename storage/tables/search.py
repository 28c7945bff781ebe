"""What can be found, as it is shown.

The words are in `search_index`, which each database has in its own way (see the migration that makes it): an FTS5
table on SQLite, a tsvector with a GIN index on PostgreSQL. SQLAlchemy's tables know nothing of it.
"""

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from storage.tables.base import metadata

search_documents = Table(
    "search_documents", metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("id", String(40), nullable=False),
    Column("title", String(300), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("kind", "id"),
)  # fmt: skip
