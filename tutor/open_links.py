"""Connections that stay open: cut as soon as who opened them may no longer, be it that they signed out, were shut out or
have another role now."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import structlog

from lms_core.people import SESSIONS_ONLY, Permission, Principal
from storage.accounts import AccountStore

_EVERY_SECONDS = 30.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Link:
    principal: Principal
    needs: Permission
    cut: Callable[[], None]


class OpenLinks:
    """`run` looks at once after `changed`, and every 30 s for what other processes did."""

    def __init__(self, accounts: AccountStore) -> None:
        self._accounts = accounts
        self._links: dict[object, _Link] = {}
        self._changed: set[str] = set()
        self._wake = asyncio.Event()

    @contextlib.contextmanager
    def held(self, principal: Principal, needs: Permission, cut: Callable[[], None]) -> Iterator[None]:
        """While a connection is open; `cut` ends it. A token that opens sessions and nothing else needs no permission."""
        key = object()
        self._links[key] = _Link(principal, needs, cut)
        self.changed(principal.person_id)  # it may have ended since it was checked
        try:
            yield
        finally:
            del self._links[key]

    def changed(self, person_id: str) -> None:
        """Of this person something may have ended."""
        self._changed.add(person_id)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            whose: Collection[str] | None = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._wake.wait()
                    whose = self._changed
            self._wake.clear()
            self._changed = set()
            try:
                await self.look(whose)
            except Exception:  # the database may be away; the next look finds the same
                _log.exception("links.not_looked_at")

    async def look(self, whose: Collection[str] | None = None) -> None:
        """Cut the links of these people, or of all, that are not to be open any more."""
        links = [one for one in self._links.values() if whose is None or one.principal.person_id in whose]
        if not links:
            return
        bearers = await self._accounts.bearers({one.principal.digest for one in links})
        for link in links:
            bearer = bearers.get(link.principal.digest)
            if bearer is None or not (bearer.kind in SESSIONS_ONLY or bearer.may(link.needs)):
                _log.info("links.cut", person_id=link.principal.person_id)
                link.cut()
