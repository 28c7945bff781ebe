"""A database that does not open is answered with what to do."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.errors import NotStored


async def refusal(url: str) -> str:
    database = Database(url)
    try:
        with pytest.raises(NotStored) as refused:
            await database.migrate()
    finally:
        await database.aclose()
    return refused.value.message


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'missing' / 'viva.db'}"
    message = await refusal(url)
    assert message.startswith(f"The database {url} cannot be opened")
    assert message.endswith("unable to open database file. Make its folder, and let this user write there.")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "viva.db").write_text("Dear diary, " * 100)
    assert "Another file has its name" in await refusal(f"sqlite:///{tmp_path / 'viva.db'}")


async def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.aclose()
    assert "a newer one made it" in await refusal(database.url)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "Start PostgreSQL, or correct host and port."),
        ({"host": "nowhere.invalid", "query": {}}, "Correct the host's name."),
        ({"database": "missing"}, "Make the database first"),
        ({"username": "nobody_here"}, "Correct user or password"),
    ],
)
async def test_a_postgresql_that_does_not_let_us_in(
    postgres_server: str, changes: dict[str, object], said: str
) -> None:
    url = make_url(postgres_server).set(**changes)  # type: ignore[arg-type]
    message = await refusal(url.render_as_string(hide_password=False))
    assert said in message
    assert url.password is None or url.password not in message
