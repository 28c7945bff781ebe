"""aiosqlite with one change of thread a statement, where its own cursor takes four: open, execute, fetch, close.

Changing threads is what most of a short query costs. Rows are fetched at once, as SQLAlchemy does anyway.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, NamedTuple, Self

import aiosqlite


class OneHopConnection(aiosqlite.Connection):
    """`options` as of sqlite3.connect."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
        self._thread.daemon = True  # a forgotten connection must not keep the process from ending

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]
        return OneHopCursor(self)

    async def run(self, sql: str, parameters: Any, *, many: bool) -> "_Outcome":
        return await self._execute(_run, self._conn, sql, parameters, many)  # type: ignore[no-untyped-call,no-any-return]


class _Outcome(NamedTuple):
    """What the cursor told before it was closed."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: list[tuple[Any, ...]]


_NOTHING = _Outcome(None, -1, None, [])


def _run(connection: sqlite3.Connection, sql: str, parameters: Any, many: bool) -> _Outcome:
    with closing(connection.cursor()) as cursor:
        (cursor.executemany if many else cursor.execute)(sql, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)


class OneHopCursor:
    """What SQLAlchemy's adapter asks of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._outcome = _NOTHING

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._outcome = await self._connection.run(sql, parameters, many=False)

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._outcome = await self._connection.run(sql, parameters, many=True)

    async def fetchall(self) -> list[tuple[Any, ...]]:
        return self._outcome.rows

    async def close(self) -> None:
        """The thread closed it already; SQLAlchemy may still ask what happened."""

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid
