"""Group commit: all writes that wait at the same time share one transaction.

A session's turn is acknowledged only when its row is committed, so the commit is on the path to the reply. One
writer task per process; while it commits, the next group gathers.
"""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import IntegrityError

from lms_core.errors import TooBusy, VivaError
from lms_core.sessions import Write
from storage.database import Database, clashes, passes
from storage.errors import NotStored
from storage.rows import RowWriter

_LONGEST_LINE = 1000
_LARGEST_GROUP = 250  # commits; bounds how long the first of a group waits for the last
_log = structlog.get_logger(__name__)

_Group = list[tuple[Sequence[Write], "asyncio.Future[None]"]]


class SessionWriter:
    """`commit` returns when the writes are durable. `run` is the writer task; its owner cancels it at the end.

    `commits` counts transactions, `waiting` the callers that wait for one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = RowWriter(database.is_sqlite)
        self._places = asyncio.Semaphore(_LONGEST_LINE)
        self._line: _Group = []
        self._wake = asyncio.Event()
        self._closed = False
        self.commits = 0
        self.waiting = 0

    async def commit(self, writes: Sequence[Write]) -> None:
        """Make `writes` durable, in order, all or none; when the line is full, wait for a place in it.

        Raises VivaError if the database refuses (NotStored, or TooBusy if it may take them later) or the
        server goes down; nothing of `writes` is stored then.
        """
        self.waiting += 1
        try:
            async with self._places:
                if self._closed:
                    raise TooBusy("The server is going down; nothing more is saved.")
                done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._line.append((writes, done))
                self._wake.set()
                await done
        finally:
            self.waiting -= 1

    async def run(self) -> None:
        """Write until cancelled; then write what stands in the line, and return."""
        try:
            while True:
                await self._wake.wait()
                await self._finish(self._next())
        finally:
            self._closed = True
            while self._line:
                await self._commit(self._next())

    def _next(self) -> _Group:
        group, self._line = self._line[:_LARGEST_GROUP], self._line[_LARGEST_GROUP:]
        if not self._line:
            self._wake.clear()
        return group

    async def _finish(self, group: _Group) -> None:
        """Commit also if cancelled meanwhile: a transaction under way cannot be called back."""
        committing = asyncio.ensure_future(self._commit(group))
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            await committing
            raise

    async def _commit(self, group: _Group) -> None:
        error = await self._try(group)
        if error is None:
            for _, done in group:
                if not done.done():  # the caller may be gone
                    done.set_result(None)
        elif len(group) > 1:
            for one in group:  # one bad write must not fail the others
                await self._commit([one])
        elif not group[0][1].done():
            group[0][1].set_exception(error)

    async def _try(self, group: _Group) -> VivaError | None:
        """None when the group is durable. Whatever goes wrong, the writer goes on."""
        writes = [write for some, _ in group for write in some]
        for last_try in (False, True):
            try:
                await self._database.transact(lambda connection: self._rows.write(connection, writes))
            except Exception as error:
                if last_try or not clashes(error):
                    return _explain(error, len(group))
            else:
                break
        self.commits += 1
        return None


def _explain(error: Exception, commits: int) -> VivaError:
    """Neither the log nor the client may see the words that could not be written, which errors like to quote."""
    original = getattr(error, "orig", None) or error
    cause = type(original).__name__
    passing = passes(error)
    reason = (
        str(original) if passing or isinstance(error, IntegrityError) else None
    )  # those quote ids at most
    _log.error("writer.commit_failed", commits=commits, cause=cause, reason=reason)
    if passing:
        return TooBusy(f"The database does not take writes now ({cause}).")
    return NotStored(f"The database refused a write ({cause}).")
