"""What an operator asks of the database."""

from dataclasses import dataclass

from sqlalchemy import text

from storage.database import Database


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`connections_used` of the `connections_most` with which this process reads."""

    size_bytes: int
    revision: str | None
    connections_used: int
    connections_most: int


async def facts(database: Database) -> DatabaseFacts:
    """Raises what reading raises."""
    size = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if database.is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    async with database.read() as connection:
        size_bytes = await connection.scalar(text(size))
        revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    used, most = database.connections
    return DatabaseFacts(int(size_bytes or 0), revision, used, most)
