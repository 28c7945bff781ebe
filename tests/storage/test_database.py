"""Transactions, and a database that takes no writes."""

import asyncio

import pytest
from sqlalchemy import func, select, text, update

from lms_core.errors import TooBusy
from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from storage.sessions import SessionStore
from storage.tables import people
from storage.writer import SessionWriter
from tests.storage.rows import ADA, learner_with_sessions, turn


async def test_an_exception_undoes_the_whole_write(database: Database, accounts: AccountStore) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await _insert_lesson(connection)
            _ = 1 / 0
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM lessons")) == 0
    await accounts.add_person("Lena", Role.LEARNER)


async def _insert_lesson(connection) -> None:
    await connection.execute(
        text("INSERT INTO lessons (id, slug, title, content, language) VALUES ('l', 'l', 't', 'c', 'en')")
    )


async def test_sessions_open_while_others_write_and_none_waits_in_vain(
    database: Database, accounts: AccountStore, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_0")
    writer = SessionWriter(database)
    task = asyncio.create_task(writer.run())
    await asyncio.gather(
        *(writer.commit(turn("sess_0", number)) for number in range(100)),
        *(sessions.open(f"sess_{number}", ADA.id, learner.id, "phone") for number in range(1, 50)),
        *(accounts.issue(learner.id, TokenKind.CLIENT_SECRET) for _ in range(50)),
    )
    assert (await sessions.recent(learner.id))[1] == 50
    assert len(await sessions.items("sess_0")) == 200
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_database_that_takes_no_writes_still_lets_known_people_in(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    accounts = AccountStore(database)
    person = await accounts.add_person("Lena", Role.LEARNER)
    key, _ = await accounts.issue(person.id, TokenKind.API_KEY)
    async with database.write() as connection:
        await connection.exec_driver_sql("PRAGMA query_only=ON")  # as a full disk does
    with pytest.raises(TooBusy, match="does not take writes"):
        await accounts.add_person("Ben", Role.LEARNER)
    assert (await accounts.authenticate(key, TokenKind.API_KEY)).person_id == person.id
    await database.aclose()


async def test_a_silent_database_is_reported_without_its_secrets() -> None:
    database = Database("postgresql://viva:secret@127.0.0.1:1/viva")
    with pytest.raises(TooBusy) as caught:
        await database.check()
    assert "secret" not in caught.value.message
    await database.aclose()


async def test_a_database_that_answers_is_fine(database: Database) -> None:
    await database.check()


async def test_every_statement_is_measured_once_and_named(bare_database_url: str) -> None:
    seen: list[tuple[str, float]] = []
    database = Database(bare_database_url, lambda kind, seconds: seen.append((kind, seconds)))
    await database.migrate()
    seen.clear()
    async with database.write() as connection:
        await _insert_lesson(connection)
    async with database.read() as connection:
        await connection.execute(text('SELECT slug FROM "lessons" JOIN modules ON true'))
    await database.transact(lambda connection: connection.execute(text("UPDATE lessons SET title = 'x'")))
    await database.aclose()
    kinds = [kind for kind, _ in seen if not kind.startswith("begin")]
    assert kinds == ["insert lessons", "select lessons", "update lessons"]
    assert all(seconds > 0 for _, seconds in seen)


async def test_of_two_writes_in_each_others_way_one_is_told_to_try_again(database: Database) -> None:
    accounts = AccountStore(database)
    first, second = [(await accounts.add_person(name, Role.LEARNER)).id for name in ("Ada", "Ben")]
    both = asyncio.Barrier(1 if database.is_sqlite else 2)  # on SQLite they come one after the other

    async def change(one: str, other: str) -> None:
        async with database.write() as connection:
            await connection.execute(update(people).where(people.c.id == one).values(plan="core"))
            await both.wait()
            await connection.execute(update(people).where(people.c.id == other).values(plan="core"))

    results = await asyncio.gather(change(first, second), change(second, first), return_exceptions=True)
    assert [type(one) for one in results if one is not None] == ([] if database.is_sqlite else [TooBusy])


async def test_what_is_erased_is_not_left_in_the_file(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    person = await AccountStore(database).add_person("Leonhard-the-erased", Role.LEARNER)
    async with database.write() as connection:
        assert await connection.scalar(text("PRAGMA secure_delete")) == 1
        await connection.execute(text("DELETE FROM people WHERE id = :id"), {"id": person.id})
    await database.aclose()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Leonhard-the-erased" not in left


_ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@_ON_POSTGRES
async def test_links_that_died_while_they_lay_idle_are_not_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database._IDLE_SECONDS", 0)
    await _cut_its_links(database)
    for _ in range(3):
        assert await _asked(database) == 1


@_ON_POSTGRES
async def test_links_that_died_in_use_cost_one_request_that_is_told_to_come_again(database: Database) -> None:
    await _cut_its_links(database)
    with pytest.raises(TooBusy, match="does not answer"):
        await _asked(database)
    for _ in range(3):
        assert await _asked(database) == 1


async def _asked(database: Database) -> int | None:
    async with database.read() as connection:
        return await connection.scalar(text("SELECT 1"))


async def _cut_its_links(database: Database) -> None:
    """What a restart of PostgreSQL does, with three in the pool."""
    pid = text("SELECT pg_backend_pid()")
    async with database.read() as one, database.read() as two, database.read() as three:
        pids = [await link.scalar(pid) for link in (one, two, three)]
    other = Database(database.url.replace("+asyncpg", ""))
    async with other.read() as connection:
        for each in pids:
            await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": each})
    await other.aclose()


async def test_together_is_one_transaction_of_this_task_alone(
    database: Database, accounts: AccountStore
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.together() as connection:
            lena = await accounts.add_person("Lena", Role.LEARNER)
            with pytest.raises(ValueError, match="only this"):
                async with database.write() as same:
                    assert same is connection
                    await _insert_lesson(connection)
                    raise ValueError("only this")
            assert await connection.scalar(text("SELECT count(*) FROM lessons")) == 0
            async with database.read() as reading:
                assert await reading.scalar(select(people.c.name).where(people.c.id == lena.id)) == "Lena"
            assert await asyncio.create_task(_people(database)) == 0
            _ = 1 / 0
    assert await _people(database) == 0


async def _people(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(people)) or 0
