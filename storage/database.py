"""The one database: SQLite in WAL mode, or PostgreSQL by URL; every write is one transaction.

SQLite has one writer at a time. Ours queue for it in this process, in order, instead of meeting at SQLite's
own lock, where who waits sleeps and polls. Commits are synced to disk (`synchronous=FULL`): measured, that
costs 0.2 ms more than NORMAL (on a virtual disk), which would lose acknowledged turns when power fails.
"""

import asyncio
import functools
import math
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from lms_core.errors import InvalidInput, TooBusy
from storage import outbox
from storage.advice import advice
from storage.aiosqlite_one_hop import OneHopConnection
from storage.errors import NotStored
from storage.schema import upgrade

_HOW_TO_WRITE = "write sqlite:///path/viva.db or postgresql://user:password@host/name."
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_OPEN_ATTEMPTS = 20
_CLASHES = ("40P01", "40001")  # PostgreSQL's deadlock and serialization failure
_SQLITE_READERS = 4
_POSTGRES_CONNECTIONS = 10
_IDLE_SECONDS = 5.0
"""A connection that has lain so long is tried before it is used."""
_LOCK_KEY = 0x76697661  # "viva"; PostgreSQL's advisory locks are numbers
OnQuery = Callable[[str, float], None]
"""Told of each statement: what it is, such as "select lessons", and how many seconds it took."""
_QUERY = re.compile(r"(?:from|into|update|join)\s+\"?(\w+)", re.I)
_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


def async_url(url: str) -> str:
    """Accept `sqlite:///...` and `postgresql://...` as people write them. Raises InvalidInput."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(f"This is no database URL; {_HOW_TO_WRITE}") from error
    backend = parsed.drivername.split("+")[0]
    if backend not in _DRIVERS:
        raise InvalidInput(f"'{backend}' is not supported; {_HOW_TO_WRITE}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise InvalidInput(f"A database in memory forgets everything; {_HOW_TO_WRITE}")
    return parsed.set(drivername=_DRIVERS[backend]).render_as_string(hide_password=False)


class Database:
    """`write()` is one transaction that takes the write lock at once; `read()` sees committed data."""

    def __init__(self, url: str, on_query: OnQuery | None = None) -> None:
        self.url = async_url(url)
        parsed = make_url(self.url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        # SQLite: who writes next, in order of asking
        self._turn: AbstractAsyncContextManager[None] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._together: dict[asyncio.Task[Any] | None, AsyncConnection] = {}
        self.on_publish: Callable[[frozenset[str]], None] = lambda _people: None
        """Called after a commit that published live updates, with whom they are for."""
        self.name = parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=True)
        """Its URL, fit to be shown."""
        if self.is_sqlite:
            self.engine, self._reading = _sqlite_engines(parsed)
            self._direct: Engine | None = _sqlite_direct(parsed)
            self._thread = ThreadPoolExecutor(1, "viva-database")
        else:
            self.engine = create_async_engine(
                parsed, pool_size=_POSTGRES_CONNECTIONS, max_overflow=0, hide_parameters=True,
                skip_autocommit_rollback=True, connect_args={"prepared_statement_cache_size": 500},
            )  # fmt: skip
            _notice_lost_links(self.engine.sync_engine)
            self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._direct = None
        if on_query is not None:
            _measure(self.engine.sync_engine, on_query)
            if self._direct is not None:  # PostgreSQL's reading engine is the same engine with an option
                _measure(self._reading.sync_engine, on_query)
                _measure(self._direct, on_query)

    @property
    def insert(self) -> Callable[[Table], Any]:
        """The dialect's own INSERT, which knows ON CONFLICT."""
        return sqlite.insert if self.is_sqlite else postgresql.insert

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """`async with database.write() as connection:`; commits, or rolls back on an exception.

        Raises TooBusy if the database takes no writes now: locked, disk full, gone, two writes in each other's way.
        """
        if (joined := self._joined()) is not None:
            async with joined.begin_nested():
                yield joined
            return
        with _refused("take writes"):
            async with self._turn, self.engine.begin() as connection:
                outbox.forget(connection)
                yield connection
                told = await connection.run_sync(outbox.flush) if outbox.waits(connection) else None
        if told:
            self.on_publish(told)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """`async with database.read() as connection:`; each statement sees what is committed by then.

        Raises TooBusy if the database does not answer.
        """
        if (joined := self._joined()) is not None:
            yield joined
            return
        with _refused("answer"):
            async with self._reading.connect() as connection:
                yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncConnection]:
        """One write transaction of all that this task reads and writes meanwhile, each write a savepoint in it.

        Others wait for it: do nothing else meanwhile. What the task starts, other tasks and `transact`, is outside.
        """
        task = asyncio.current_task()
        async with self.write() as connection:
            self._together[task] = connection
            try:
                yield connection
            finally:
                del self._together[task]

    def _joined(self) -> AsyncConnection | None:
        return self._together.get(asyncio.current_task()) if self._together else None

    async def transact(self, work: Callable[[Connection], _T]) -> _T:
        """Run `work` in one write transaction; on SQLite it runs in a thread of its own.

        For frequent writes: one hop for all statements instead of one a statement.
        """
        if self._direct is None:
            async with self.engine.begin() as connection:
                result, told = await connection.run_sync(_told, work)
        else:
            async with self._turn:
                loop = asyncio.get_running_loop()
                result, told = await loop.run_in_executor(self._thread, _run, self._direct, work)
        if told:
            self.on_publish(told)
        return result

    async def lock(self, connection: AsyncConnection) -> None:
        """Within a write: nobody else holds this lock, in any process, until the transaction ends."""
        if not self.is_sqlite:  # a SQLite write excludes all others anyway
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})

    async def migrate(self) -> None:
        """Bring the schema up to date. Raises NotStored with what to do."""
        try:
            if self.is_sqlite:
                await self._migrate_sqlite()
            else:
                async with self.engine.begin() as connection:
                    await self.lock(connection)
                    await connection.run_sync(upgrade)
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).rstrip(".")
            raise NotStored(
                f"The database {self.name} cannot be opened or brought up to date: {reason}. {advice(error)}".rstrip()
            ) from error

    async def _migrate_sqlite(self) -> None:
        """Several processes that open a new file at once: SQLite refuses the switch to WAL without waiting."""
        for attempt in range(1, _OPEN_ATTEMPTS + 1):
            try:
                return await asyncio.to_thread(without_foreign_keys, make_url(self.url), upgrade)
            except OperationalError as error:
                if "locked" not in str(error) or attempt == _OPEN_ATTEMPTS:
                    raise
                await asyncio.sleep(0.05 * attempt)
        return None

    async def check(self) -> None:
        """Raises TooBusy if the database does not answer."""
        try:
            async with asyncio.timeout(5), self.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            _log.warning("database.silent", error=repr(error))
            raise TooBusy("The database does not answer; the server's log says why.") from error

    @property
    def connections(self) -> tuple[int, int]:
        """With how many this process reads at this moment, and with how many it could."""
        pool = self._reading.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout(), pool.size()

    async def aclose(self) -> None:
        await self.engine.dispose()
        await self._reading.dispose()
        if self._direct is not None:
            await asyncio.to_thread(self._thread.shutdown)
            self._direct.dispose()


@contextmanager
def _refused(what: str) -> Iterator[None]:
    """Raises TooBusy for an error of the database after which the same may succeed later."""
    try:
        yield
    except (DBAPIError, PoolTimeout, ConnectionError, TimeoutError, socket.gaierror) as error:
        if not passes(error):
            raise
        _log.error("database.refused", reason=str(getattr(error, "orig", error)))
        raise TooBusy(f"The database does not {what} now; the server's log says why.") from error


def _sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """One connection that writes, some that read."""
    shared: dict[str, Any] = {
        "max_overflow": 0, "hide_parameters": True, "connect_args": {"async_creator_fn": OneHopConnection},
    }  # fmt: skip
    writing = create_async_engine(url, pool_size=1, **shared)
    _prepare(writing.sync_engine)
    reading = create_async_engine(
        url, pool_size=_SQLITE_READERS, isolation_level="AUTOCOMMIT", pool_reset_on_return=None,
        skip_autocommit_rollback=True, **shared,
    )  # fmt: skip
    event.listen(reading.sync_engine, "connect", _pragmas(foreign_keys=True))
    return writing, reading


def _sqlite_direct(url: URL, *, foreign_keys: bool = True) -> Engine:
    """The writing connection for use without asyncio."""
    engine = create_engine(url.set(drivername="sqlite"), pool_size=1, max_overflow=0, hide_parameters=True)
    _prepare(engine, foreign_keys=foreign_keys)
    return engine


def _prepare(engine: Engine, *, foreign_keys: bool = True) -> None:
    event.listen(engine, "connect", _pragmas(foreign_keys=foreign_keys))
    event.listen(engine, "begin", _begin_immediate)


def _pragmas(*, foreign_keys: bool) -> Callable[[Any, Any], None]:
    wanted = (
        "busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL",
        "secure_delete=ON",  # what is erased is overwritten; the default depends on who built SQLite
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
    )  # fmt: skip

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see _begin_immediate
        cursor = connection.cursor()
        for pragma in wanted:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


def _begin_immediate(connection: Connection) -> None:
    """A transaction that first reads and then writes could otherwise fail halfway with "database is locked"."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _notice_lost_links(engine: Engine) -> None:
    """SQLAlchemy's `pool_pre_ping` would try a connection each time, which costs one more round trip for most reads."""

    def returned(_connection: Any, record: Any) -> None:
        record.info["returned"] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("returned", math.inf) > _IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool takes another one

    def failed(context: Any) -> None:
        """asyncpg, told to stop in the middle of a statement, can lose its way; its link is of no use then."""
        if isinstance(context.sqlalchemy_exception, InternalError):
            context.is_disconnect = True

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)
    event.listen(engine, "handle_error", failed)


def _measure(engine: Engine, on_query: OnQuery) -> None:
    def before(
        _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        context.viva_began = time.perf_counter()

    def after(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        on_query(_kind(statement), time.perf_counter() - context.viva_began)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


@functools.lru_cache(maxsize=1000)
def _kind(statement: str) -> str:
    """The statement's verb and first table; bounded, so that it can label a metric."""
    table = _QUERY.search(statement)
    return f"{statement.split(None, 1)[0].lower()} {table[1].lower() if table else '-'}"


def _run(engine: Engine, work: Callable[[Connection], _T]) -> tuple[_T, frozenset[str]]:
    with engine.begin() as connection:
        return _told(connection, work)


def passes(error: Exception) -> bool:
    """Whether the same write may succeed later."""
    return isinstance(
        error, OperationalError | InterfaceError | InternalError | PoolTimeout | OSError
    ) or clashes(error)


def clashes(error: Exception) -> bool:
    """Whether two writes were in each other's way; the same write may succeed at once."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _CLASHES


def _told(connection: Connection, work: Callable[[Connection], _T]) -> tuple[_T, frozenset[str]]:
    """What the work returns, and whom it published live updates for."""
    outbox.forget(connection)
    return work(connection), outbox.flush(connection)


def without_foreign_keys(url: URL, work: Callable[[Connection], _T]) -> _T:
    """One transaction on SQLite; rebuilding a table drops the old one, which would delete the rows that refer to it."""
    engine = _sqlite_direct(url, foreign_keys=False)
    try:
        return _run(engine, work)[0]
    finally:
        engine.dispose()
