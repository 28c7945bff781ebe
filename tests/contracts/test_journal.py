"""What every journal must do: in memory, on SQLite, on PostgreSQL."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_core.errors import VivaError
from storage.database import Database
from storage.sessions import SessionStore
from storage.writer import SessionWriter
from tests.contracts.memory_journal import MemoryJournal
from tests.postgres import *  # noqa: F403 - fixtures
from tests.postgres import DATABASES, fresh_database
from tests.storage.rows import learner_with_sessions
from tutor.conversation.events import Item, Part, Role, TurnMetrics
from tutor.conversation.ports import Change, ItemRemoved, ItemSaved, Journal, Restored, Snapshot
from tutor.journal import DatabaseJournal, restore

SESSIONS = ("sess_1", "sess_2", "sess_3")


class Readable(Journal, Protocol):
    async def restored(self, session_id: str) -> Restored: ...
    async def metrics(self, session_id: str) -> list[TurnMetrics]: ...


class Stored(DatabaseJournal):
    """The database's journal, with what tests read back."""

    def __init__(self, database: Database, writer: SessionWriter) -> None:
        super().__init__(writer)
        self.database, self.writer, self._store = database, writer, SessionStore(database)

    async def restored(self, session_id: str) -> Restored:
        session = await self._store.find(session_id, None)
        assert session is not None
        return await restore(self._store, session)

    async def metrics(self, session_id: str) -> list[TurnMetrics]:
        return [TurnMetrics(**row) for row in await self._store.metrics(session_id)]


@asynccontextmanager
async def opened(url: str, *session_ids: str) -> AsyncIterator[Stored]:
    database = Database(url)
    writer = SessionWriter(database)
    task = asyncio.create_task(writer.run())
    try:
        await learner_with_sessions(database, *(session_ids or SESSIONS))
        yield Stored(database, writer)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.aclose()


@pytest.fixture(params=["memory", *DATABASES])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Readable]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    for url in fresh_database(request.param, request, tmp_path):
        async with opened(url) as stored:
            yield stored


SPOKEN = Item(
    "item_1", "message", Role.LEARNER, "completed", (Part("input_audio", "three quarters"),), began_ms=1500
)
CUT = Item(
    "item_2", "message", Role.TUTOR, "incomplete", (Part("output_audio", "Right, and"), Part("output_text", "¾")), heard_ms=840
)  # fmt: skip
CALL = Item(
    "item_3", "function_call", None, "completed", name="show", call_id="call_1", arguments='{"a": "ü"}'
)
TOLD = Item("item_5", "message", Role.ANNOUNCEMENT, "completed", (Part("output_audio", "It is recorded."),))
RESULT = Item("item_4", "function_call_output", None, "completed", call_id="call_1", output="done")


class TestAJournal:
    async def test_gives_back_every_kind_of_item_as_it_was(self, journal: Readable) -> None:
        saved = [ItemSaved(item, number) for number, item in enumerate((SPOKEN, CUT, CALL, RESULT, TOLD))]
        await journal.commit("sess_1", saved)
        assert (await journal.restored("sess_1")).items == tuple(saved)

    async def test_keeps_the_order_of_positions_not_of_commits(self, journal: Readable) -> None:
        await journal.commit("sess_1", [ItemSaved(SPOKEN, 2.0), ItemSaved(CUT, 1.0)])
        await journal.commit("sess_1", [ItemSaved(CALL, 1.5)])
        assert [saved.item.id for saved in (await journal.restored("sess_1")).items] == [
            "item_2",
            "item_3",
            "item_1",
        ]

    async def test_forgets_what_is_removed(self, journal: Readable) -> None:
        await journal.commit("sess_1", [ItemSaved(SPOKEN, 1.0), ItemSaved(CUT, 2.0)])
        await journal.commit("sess_1", [ItemRemoved("item_1"), ItemRemoved("item_unknown")])
        assert [saved.item for saved in (await journal.restored("sess_1")).items] == [CUT]

    async def test_has_the_last_snapshot_whole(self, journal: Readable) -> None:
        assert (await journal.restored("sess_1")).snapshot == Snapshot()
        shown = {"kind": "quiz", "title": "", "body": "Is it?", "choices": ["true", "false"], "choose": "one"}
        last = Snapshot({"step": [1, {"a": None}]}, 61.5, 7, {"mean": 0.4}, {"voice": "x"}, shown=shown)
        await journal.commit("sess_1", [Snapshot({"old": 1}, 1.0), last])
        assert (await journal.restored("sess_1")).snapshot == last

    async def test_keeps_every_turns_metrics(self, journal: Readable) -> None:
        first, second = TurnMetrics(1, "item_1", "resp_1", 250.5, 240.0), TurnMetrics(2, "item_5", "resp_2")
        await journal.commit("sess_1", [second])
        await journal.commit("sess_1", [first])
        assert await journal.metrics("sess_1") == [first, second]

    async def test_keeps_sessions_apart_though_they_commit_together(self, journal: Readable) -> None:
        await asyncio.gather(*(journal.commit(one, [ItemSaved(SPOKEN, n)]) for n, one in enumerate(SESSIONS)))
        for number, session_id in enumerate(SESSIONS):
            assert (await journal.restored(session_id)).items == (ItemSaved(SPOKEN, number),)


async def test_the_database_refuses_a_session_that_is_not_there(database_url: str) -> None:
    async with opened(database_url) as stored:
        with pytest.raises(VivaError):
            await stored.commit("sess_unknown", [ItemSaved(SPOKEN, 1.0)])
        await stored.commit("sess_1", [ItemSaved(SPOKEN, 1.0)])


_items = st.builds(
    lambda number, text, role, began: Item(
        f"item_{number}", "message", role, "completed", (Part("input_text", text),), began_ms=began
    ),
    st.integers(0, 3), st.text(max_size=5), st.sampled_from(Role), st.none() | st.integers(0, 99),
)  # fmt: skip
_change: st.SearchStrategy[Change] = st.one_of(
    st.builds(ItemSaved, _items, st.integers(0, 9).map(float)),
    st.integers(0, 3).map(lambda number: ItemRemoved(f"item_{number}")),
    st.integers(0, 9).map(lambda turns: Snapshot(turns=turns)),
    st.builds(lambda turn, ms: TurnMetrics(turn, "i", "r", ms), st.integers(0, 2), st.floats(0, 9)),
)
_commits = st.lists(st.tuples(st.sampled_from(SESSIONS), st.lists(_change, max_size=6)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=_commits)
def test_writing_in_groups_is_the_same_as_writing_one_after_the_other(
    commits: Sequence[tuple[str, Sequence[Change]]], database_url: str
) -> None:
    """All sessions' commits wait in one line and are grouped; in memory they happen one by one."""

    async def check() -> None:
        names = {
            one: f"{one}_{secrets.token_hex(8)}" for one in SESSIONS
        }  # the database is used for all examples
        memory = MemoryJournal()
        async with opened(database_url, *names.values()) as stored:
            await asyncio.gather(*(stored.commit(names[one], changes) for one, changes in commits))
            assert stored.writer.commits <= 1, "all that wait at the same time make one group"
            for one, changes in commits:
                await memory.commit(names[one], changes)
            for name in names.values():
                assert await stored.restored(name) == await memory.restored(name)
                assert await stored.metrics(name) == await memory.metrics(name)

    asyncio.run(check())
