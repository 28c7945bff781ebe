"""Live updates to whoever watches, in this process and from others.

Nothing is kept in memory: a watcher is woken and reads on from the last number that it passed on, so that a slow page
costs no more than a fast one, and one that comes back reads on where it was.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection
from datetime import UTC, datetime, timedelta

import structlog

from lms_core.errors import TooBusy, TooMany
from lms_core.ports import Updates
from lms_core.updates import LOST, READY, Update

KEPT = timedelta(days=3)
_MOST_STREAMS = 8  # of one person
_PRUNE_SECONDS = 3600.0
Gone = Callable[[], bool]
"""Whether nobody reads a stream any more."""
_log = structlog.get_logger(__name__)


class LiveUpdates:
    """`heartbeat_seconds` of silence are told; a stream ends after `stream_seconds`, so that who comes back is asked again who they are."""

    def __init__(
        self, store: Updates, *, heartbeat_seconds: float = 15.0, stream_seconds: float = 900.0
    ) -> None:
        self._store = store
        self._heartbeat, self._longest = heartbeat_seconds, stream_seconds
        self._watchers: dict[str, dict[asyncio.Event, Gone]] = {}
        self._closed = asyncio.Event()

    @property
    def count(self) -> int:
        """Streams that are open."""
        return sum(map(len, self._watchers.values()))

    def wake(self, people: Collection[str]) -> None:
        """Something was published for them and is committed."""
        for person in people:
            for watcher in self._watchers.get(person, ()):
                watcher.set()

    async def run(self) -> None:
        """Hear other processes and forget what is old, until `close`."""
        listening = asyncio.create_task(self._store.listen(lambda person: self.wake((person,))))
        try:
            while not self._closed.is_set():
                await self._prune()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PRUNE_SECONDS):
                        await self._closed.wait()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def close(self) -> None:
        """End every stream; clients come back to whoever answers then."""
        self._closed.set()
        self.wake(self._watchers)

    async def follow(
        self, person_id: str, last: int | None, gone: Gone = lambda: False
    ) -> AsyncGenerator[Update | None]:
        """First `ready` (or `lost`), then what happens after number `last`, or from now on; None is a heartbeat.

        Raises TooMany if the person watches too often already, TooBusy if the server goes down.
        """
        watcher = self._join(person_id, gone)
        try:
            ends = asyncio.get_running_loop().time() + self._longest
            first = await self._first(person_id, last)
            yield first
            last = first.id
            while not self._closed.is_set() and asyncio.get_running_loop().time() < ends:
                watcher.clear()
                found = await self._store.after(person_id, last)
                for update in found:
                    yield update
                    last = update.id
                if not found and not await self._woken(watcher):
                    yield None
        finally:
            self._leave(person_id, watcher)

    async def _first(self, person_id: str, last: int | None) -> Update:
        if last is None:
            return Update(await self._store.latest(person_id), READY)
        if last == 0 or await self._store.kept(person_id, last):
            return Update(last, READY)
        return Update(await self._store.latest(person_id), LOST)

    async def _woken(self, watcher: asyncio.Event) -> bool:
        """False: nothing came for the time of a heartbeat."""
        try:
            async with asyncio.timeout(self._heartbeat):
                return await watcher.wait()
        except TimeoutError:
            return False

    def _join(self, person_id: str, gone: Gone) -> asyncio.Event:
        if self._closed.is_set():
            raise TooBusy("The server is going down; connect again in a moment.")
        watchers = self._watchers.setdefault(person_id, {})
        if sum(not left() for left in watchers.values()) >= _MOST_STREAMS:
            raise TooMany("You watch in too many places; close one.", retry_after_seconds=10)
        watcher = asyncio.Event()
        watchers[watcher] = gone
        return watcher

    def _leave(self, person_id: str, watcher: asyncio.Event) -> None:
        del self._watchers[person_id][watcher]
        if not self._watchers[person_id]:
            del self._watchers[person_id]

    async def _prune(self) -> None:
        try:
            await self._store.forget(datetime.now(UTC) - KEPT)
        except TooBusy as error:
            _log.warning("updates.not_pruned", reason=error.message)
