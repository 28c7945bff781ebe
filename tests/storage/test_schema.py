"""One migration history for SQLite and PostgreSQL."""

import asyncio

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from lms_core.errors import InvalidInput
from storage import schema
from storage.database import Database, async_url
from storage.errors import NotStored


async def test_migrations_make_what_the_tables_say(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    await database.migrate()
    async with database.write() as connection:
        assert await connection.run_sync(schema.differences) == []
    await database.aclose()


async def test_migrating_again_changes_nothing(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO lessons (id, slug, title, content, language) VALUES ('l', 'l', 't', 'c', 'en')")
        )
    await database.migrate()
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM lessons")) == 1


async def test_servers_that_start_at_once_migrate_once(bare_database_url: str) -> None:
    several = [Database(bare_database_url) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in several))
    async with several[0].read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    for database in several:
        await database.aclose()


async def test_a_step_that_rebuilds_a_table_keeps_the_rows_that_refer_to_it(tmp_path, monkeypatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")

    def to_first(config: Config, revision: str) -> None:
        upgrade(config, "0001" if revision == "head" else revision)

    def rebuild(connection: Connection) -> None:
        """What batch mode does when a column changes: a new table, the old one dropped."""
        connection.exec_driver_sql("CREATE TABLE new_people AS SELECT * FROM people")
        connection.exec_driver_sql("DROP TABLE people")
        connection.exec_driver_sql(
            "CREATE TABLE people (id VARCHAR(40) PRIMARY KEY, name VARCHAR, email VARCHAR, role VARCHAR, created_at DATETIME)"
        )
        connection.exec_driver_sql("INSERT INTO people SELECT * FROM new_people")
        connection.exec_driver_sql("DROP TABLE new_people")
        schema_upgrade(connection)

    upgrade, schema_upgrade = command.upgrade, schema.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", to_first)
        await database.migrate()
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO people VALUES ('p', 'n', NULL, 'admin', '2026-01-01')"))
        await connection.execute(
            text(
                "INSERT INTO tokens (digest, kind, person_id, created_at) VALUES ('d', 'api_key', 'p', '2026-01-01')"
            )
        )
    monkeypatch.setattr("storage.database.upgrade", rebuild)
    await database.migrate()
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM tokens")) == 1
    await database.aclose()


async def test_a_database_of_a_newer_viva_is_left_alone_and_the_error_says_so(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotStored, match="newer"):
        await database.migrate()


async def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path) -> None:
    with pytest.raises(NotStored, match="nowhere"):
        await Database(f"sqlite:///{tmp_path}/nowhere/viva.db").migrate()
    unreachable = Database("postgresql://viva:secret@127.0.0.1:1/viva")
    with pytest.raises(NotStored) as caught:
        await unreachable.migrate()
    assert "127.0.0.1:1" in caught.value.message
    assert "secret" not in caught.value.message
    await unreachable.aclose()


@pytest.mark.parametrize("url", ["mysql://host/name", "no url", "sqlite://", "sqlite:///:memory:"])
def test_a_wrong_url_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"sqlite:///path/viva\.db or postgresql://"):
        async_url(url)
