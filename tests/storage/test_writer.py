"""Group commit."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.errors import TooBusy, VivaError
from lms_core.sessions import RemoveItem, SaveItem, SaveMetrics, SaveSnapshot
from storage import writer as writer_module
from storage.database import Database
from storage.errors import NotStored
from storage.sessions import SessionStore
from storage.tables import sessions as session_rows
from storage.writer import SessionWriter
from tests.storage.rows import item, learner_with_sessions, turn


@asynccontextmanager
async def running(writer: SessionWriter) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(writer.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def texts(sessions: SessionStore, session_id: str) -> dict[str, str]:
    return {row.id: row.content[0]["text"] for row in await sessions.items(session_id)}


async def test_commits_that_wait_together_share_one_transaction(
    database: Database, sessions: SessionStore
) -> None:
    ids = [f"sess_{number}" for number in range(50)]
    await learner_with_sessions(database, *ids)
    writer = SessionWriter(database)
    commits = [asyncio.ensure_future(writer.commit(turn(session_id, 1))) for session_id in ids]
    while writer.waiting < len(ids):  # noqa: ASYNC110
        await asyncio.sleep(0)
    async with running(writer):
        await asyncio.gather(*commits)
    assert writer.commits == 1
    assert writer.waiting == 0
    for session_id in ids:
        assert await texts(sessions, session_id) == {"item_1": "one half", "reply_1": "one half"}


async def test_a_commit_is_visible_to_another_connection_when_it_returns(
    database: Database, sessions: SessionStore, database_url: str
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer, elsewhere = SessionWriter(database), Database(database_url)
    async with running(writer):
        await writer.commit(turn("sess_1", 1))
        assert set(await texts(SessionStore(elsewhere), "sess_1")) == {"item_1", "reply_1"}
    await elsewhere.aclose()


async def test_one_bad_commit_fails_alone_and_stores_nothing(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1", "sess_2")
    writer = SessionWriter(database)
    nobodys = [*turn("sess_2", 1), SaveItem("sess_unknown", item("item_x", text="my secret words"))]
    commits = [
        asyncio.ensure_future(writer.commit(writes))
        for writes in (turn("sess_1", 1), nobodys, turn("sess_1", 2))
    ]
    while writer.waiting < 3:  # noqa: ASYNC110
        await asyncio.sleep(0)
    async with running(writer):
        first, bad, last = await asyncio.gather(*commits, return_exceptions=True)
        assert (first, last) == (None, None)
        assert isinstance(bad, NotStored)
        assert "secret" not in bad.message
        assert len(await sessions.items("sess_1")) == 4
        assert await sessions.items("sess_2") == ()
        await writer.commit(turn("sess_2", 1))


@pytest.mark.parametrize(
    "broken",
    [
        SaveSnapshot("sess_1", {"not": {1, 2}}, None),
        SaveMetrics("sess_1", {"no": "turn"}),
        SaveSnapshot("sess_1", 5, None),
        "no write at all",
    ],
    ids=["unserialisable", "incomplete", "wrong type", "unknown"],
)
async def test_nothing_that_a_session_sends_stops_the_writer(database: Database, broken: object) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer):
        with pytest.raises(VivaError):
            await writer.commit([broken])
        await writer.commit(turn("sess_1", 1))


async def test_a_full_line_makes_callers_wait_and_loses_nothing(
    database: Database, sessions: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_LONGEST_LINE", 3)
    monkeypatch.setattr(writer_module, "_LARGEST_GROUP", 2)
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    commits = [asyncio.ensure_future(writer.commit(turn("sess_1", number))) for number in range(20)]
    while writer.waiting < 20:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert len(writer._line) == 3
    async with running(writer):
        await asyncio.gather(*commits)
    assert len(await sessions.items("sess_1")) == 40


async def test_what_stands_in_the_line_is_written_when_the_writer_is_stopped(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer) as task:
        first = asyncio.ensure_future(writer.commit(turn("sess_1", 1)))
        while not writer._line:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is under way now
        second = asyncio.ensure_future(writer.commit(turn("sess_1", 2)))
        while writer.waiting < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(first, second)
        await asyncio.gather(task, return_exceptions=True)
    assert len(await sessions.items("sess_1")) == 4
    with pytest.raises(TooBusy, match="going down"):
        await writer.commit(turn("sess_1", 3))


async def test_a_caller_that_gives_up_does_not_disturb_the_others(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    impatient = asyncio.ensure_future(writer.commit(turn("sess_1", 1)))
    patient = asyncio.ensure_future(writer.commit(turn("sess_1", 2)))
    while writer.waiting < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    impatient.cancel()
    async with running(writer):
        await patient
    assert {"item_2", "reply_2"} <= set(await texts(sessions, "sess_1"))


async def test_an_ended_session_keeps_why_and_when_it_ended(
    database: Database, sessions: SessionStore
) -> None:
    learner = await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit(
            [SaveSnapshot("sess_1", {"n": 1}, "finished"), SaveSnapshot("sess_1", {"n": 2}, None)]
        )
        ended = await sessions.find("sess_1", learner.id)
        assert ended is not None
        assert (ended.ended_reason, ended.snapshot, ended.status) == ("finished", {"n": 2}, "ended")
        await writer.commit([SaveSnapshot("sess_1", {"n": 3}, "closed")])
        again = await sessions.find("sess_1", learner.id)
    assert again is not None
    assert (again.ended_reason, again.ended_at, again.snapshot) == ("finished", ended.ended_at, {"n": 3})


async def test_where_an_item_began_survives_later_versions_of_it(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit(
            [SaveItem("sess_1", item("a", input_ms=1200)), SaveItem("sess_1", item("a", text="b"))]
        )
        await writer.commit([SaveItem("sess_1", item("a", text="c"))])
    (row,) = await sessions.items("sess_1")
    assert (row.input_ms, row.content[0]["text"]) == (1200, "c")


async def test_removed_and_saved_anew_in_one_commit_it_is_there(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit([SaveItem("sess_1", item("a")), RemoveItem("sess_1", "a")])
        assert await texts(sessions, "sess_1") == {}
        await writer.commit(
            [SaveItem("sess_1", item("a")), RemoveItem("sess_1", "a"), SaveItem("sess_1", item("a"))]
        )
        assert await texts(sessions, "sess_1") == {"a": "one half"}


@pytest.mark.parametrize("text", ["half a \ud800 surrogate", "a nul \x00 here", "🦉 ½ \u202e"])
async def test_whatever_a_client_types_comes_back(
    database: Database, sessions: SessionStore, text: str
) -> None:
    await learner_with_sessions(database, "sess_1")
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit([SaveItem("sess_1", item("a", text=text))])
    assert await texts(sessions, "sess_1") == {"a": text}


_KILLED = """
import asyncio, os, signal, sys
from storage.database import Database
from storage.writer import SessionWriter
from tests.storage.rows import learner_with_sessions, turn

async def main():
    database = Database(sys.argv[1])
    ids = [f"sess_{n}" for n in range(8)]
    await learner_with_sessions(database, *ids)
    writer = SessionWriter(database)
    writing = asyncio.create_task(writer.run())

    async def talk(session_id):
        number = 0
        while True:
            number += 1
            await writer.commit(turn(session_id, number))
            os.write(1, f"{session_id} {number}\\n".encode())

    await asyncio.gather(*(talk(session_id) for session_id in ids))

asyncio.run(main())
"""


async def test_after_kill_9_nothing_that_was_acknowledged_is_missing(
    database: Database, sessions: SessionStore
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _KILLED, database.url, stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],  # noqa: ASYNC240
    )  # fmt: skip
    assert process.stdout is not None
    acknowledged = [await process.stdout.readline() for _ in range(60)]
    process.kill()
    acknowledged += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    last: dict[str, int] = {}
    for line in acknowledged:
        if line.endswith(b"\n"):
            session_id, number = line.decode().split()
            last[session_id] = int(number)
    assert last
    for session_id, turns in last.items():
        stored = {row.id for row in await sessions.items(session_id)}
        assert {f"{kind}_{n}" for n in range(1, turns + 1) for kind in ("item", "reply")} <= stored
        assert len(stored) % 2 == 0, "a turn is stored whole or not at all"


async def test_a_turn_that_another_write_stands_in_the_way_of_is_written_again(
    database: Database, sessions: SessionStore
) -> None:
    await learner_with_sessions(database, "sess_1", "sess_2")
    writer = SessionWriter(database)
    both = [SaveSnapshot(session_id, {"turns": 1}, None) for session_id in ("sess_1", "sess_2")]

    async def touch(connection: AsyncConnection, session_id: str) -> None:
        this = session_rows.c.id == session_id
        await connection.execute(update(session_rows).where(this).values(door="phone"))

    async with running(writer):
        with contextlib.suppress(TooBusy):  # PostgreSQL may end either of the two
            async with database.write() as connection:
                await touch(connection, "sess_2")
                commit = asyncio.ensure_future(writer.commit(both))
                await asyncio.sleep(0.2)  # it has the first session's row, and waits for the second's
                await touch(connection, "sess_1")
        await commit
    for session_id in ("sess_1", "sess_2"):
        found = await sessions.find(session_id, None)
        assert found is not None and found.snapshot == {"turns": 1}
