"""The one database: SQLite in WAL mode, or PostgreSQL by URL; migrations at start."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from lms_core.errors import InvalidInput, TooBusy

_MIGRATIONS = Path(__file__).parent / "migrations"


def async_url(url: str) -> str:
    """Accept `sqlite:///...` and `postgresql://...` as people write them. Raises InvalidInput."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput(f"'{url}' is no database URL; write sqlite:///path/viva.db or postgresql://user:password@host/name.") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise InvalidInput(f"'{backend}' is not supported; write sqlite:///path/viva.db or postgresql://user:password@host/name.")
    return parsed.set(drivername=drivers[backend]).render_as_string(hide_password=False)


class Database:
    """`write()` is one transaction that takes the write lock at once; `read()` sees committed data."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine: AsyncEngine = create_async_engine(self.url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_immediate)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def write(self) -> Any:
        """`async with database.write() as connection:`; commits, or rolls back on an exception."""
        return self.engine.begin()

    def read(self) -> AsyncConnection:
        """`async with database.read() as connection:`."""
        return self._reading.connect()

    async def migrate(self) -> None:
        """Bring the schema up to date."""
        await asyncio.to_thread(_upgrade, self.url)

    async def check(self) -> None:
        """Raises TooBusy with the reason if the database does not answer."""
        try:
            async with asyncio.timeout(5), self.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise TooBusy(f"The database does not answer: {error}") from error

    async def aclose(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _begin_immediate
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    return config


def _upgrade(url: str) -> None:
    command.upgrade(alembic_config(url), "head")
