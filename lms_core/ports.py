"""What the domain needs stored, as protocols; `storage` implements them.

Times are UTC and aware. Pages count from 1; where a page is returned, the number of all there are comes with it.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from lms_core.companions import Companion, CompanionFilter
from lms_core.courses import Lesson
from lms_core.people import (
    Permission,
    Person,
    Principal,
    Role,
    Token,
    TokenKind,
)
from lms_core.plans import Talked
from lms_core.search import (
    Found,
    Hit,
)
from lms_core.sessions import (
    OpenSession,
    StoredItem,
    StoredSession,
    Write,
)
from lms_core.updates import Update


class Companions(Protocol):
    async def listed(self, viewer: Principal, wanted: CompanionFilter) -> tuple[list[Companion], int]:
        """Of those that the viewer may see."""
        ...

    async def seen(self, viewer: Principal, reference: str) -> Companion | None:
        """By id or slug, if the viewer may see it."""
        ...

    async def find(self, reference: str) -> Companion | None:
        """By id or slug, whatever its status."""
        ...

    async def create(self, author: Principal, companion: Companion) -> Companion:
        """With a slug made from its name. Raises QuotaReached, or InvalidInput if its lesson is not there."""
        ...

    async def edit(
        self, editor: Principal, reference: str, change: Callable[[Companion], Companion]
    ) -> Companion:
        """`change` gets it as it is, within the transaction. Raises NotFound, QuotaReached, InvalidInput."""
        ...

    async def delete(self, editor: Principal, reference: str) -> bool:
        """False: somebody talked with it, so that it was archived instead. Raises NotFound."""
        ...

    async def lesson(self, lesson_id: str | None) -> Lesson | None: ...
    async def lesson_to_teach(self, learner: Principal, companion: Companion) -> str | None:
        """The id of what it teaches this learner now: its lesson, or their next one of its module or course.

        Raises NotPermitted if they are not enrolled in the course, or the lesson is not yet open to them.
        """
        ...

    async def add(self, companion: Companion, lesson: Lesson | None = None) -> None: ...


class Sessions(Protocol):
    async def open(
        self,
        session_id: str,
        companion_id: str,
        person_id: str,
        door: str,
        *,
        lesson_id: str | None = None,
        limited: bool = False,
    ) -> None:
        """`limited`: only if the person's plan allows one more; raises QuotaReached."""
        ...

    async def reopen(self, session_id: str, person_id: str, *, limited: bool = False) -> None:
        """Before it is resumed. `limited`: raises QuotaReached if others took its place or the minutes are used."""
        ...

    async def discard(self, session_id: str) -> None: ...
    async def still_open(self, person_id: str) -> list[OpenSession]: ...
    async def end(self, session_id: str, reason: str) -> None: ...
    async def find(self, session_id: str, person_id: str | None) -> StoredSession | None:
        """None too if it is not that person's; `person_id` None sees everybody's (admins)."""
        ...

    async def items(self, session_id: str) -> tuple[StoredItem, ...]: ...
    async def metrics(self, session_id: str) -> Sequence[dict[str, Any]]: ...
    async def recent(
        self, person_id: str, *, companion_id: str | None = None, page: int = 1, limit: int = 20
    ) -> tuple[list[StoredSession], int]:
        """A person's own, newest first."""
        ...

    async def last_pauses(self, person_id: str) -> dict[str, Any]: ...


class Minutes(Protocol):
    """The ledger of voice minutes. A person's seconds left this month are None without a limit."""

    async def meter(self, talked: Sequence[Talked]) -> dict[str, float | None]:
        """Add what was talked, say that these sessions are alive; returns the seconds left by person."""
        ...

    async def left(self, person_id: str) -> float | None: ...


class SessionWrites(Protocol):
    async def commit(self, writes: Sequence[Write]) -> None:
        """Durable when it returns; all or none, in order. Raises VivaError."""
        ...


class Accounts(Protocol):
    async def add_person(self, name: str, role: Role, email: str | None = None) -> Person:
        """Raises Conflict if the e-mail address is taken."""
        ...

    async def first_admin(self) -> Person | None: ...
    async def issue(
        self,
        person_id: str,
        kind: TokenKind,
        *,
        lasts: timedelta | None = None,
        config: dict[str, Any] | None = None,
        value: str | None = None,
        name: str | None = None,
        address: str | None = None,
        scopes: frozenset[Permission] | None = None,
    ) -> tuple[str, datetime | None]: ...
    async def authenticate(self, value: str, *kinds: TokenKind) -> Principal:
        """Raises NotAuthenticated."""
        ...

    async def spend(self, digest: str, session_id: str | None = None) -> bool:
        """Use up a one-time token; True for exactly one caller, however many try at once.

        It still authenticates for the session that it opened.
        """
        ...

    async def revoke(self, person_id: str, kind: TokenKind) -> None: ...
    async def revoke_token(self, person_id: str, digest: str, *kinds: TokenKind) -> bool: ...
    async def tokens_of(self, person_id: str, kind: TokenKind) -> list[Token]: ...


class Updates(Protocol):
    """Live updates that are committed, by person; their numbers grow."""

    async def after(self, person_id: str, last: int) -> list[Update]:
        """The next ones, at most 100, in order."""
        ...

    async def latest(self, person_id: str) -> int:
        """The last one's number; 0 if there is none."""
        ...

    async def kept(self, person_id: str, number: int) -> bool:
        """Whether this one is still there."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete what is older; returns how many."""
        ...

    async def listen(self, wake: Callable[[str], None]) -> None:
        """Until cancelled or there is nothing to hear: `wake` with each person told of by any process."""
        ...


class Search(Protocol):
    async def find(
        self, viewer: Principal, query: str, *, kinds: Collection[Found] = (), page: int = 1, limit: int = 20
    ) -> tuple[list[Hit], int]:
        """What has all words of the query, or words that begin with them, and the viewer may see; the best first.

        No `kinds`: all.
        """
        ...
