"""What the doors need from the rest of the server; the composition root supplies it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from lms_core.people import Permission, Principal
from tutor.conversation.session import Session

AuthenticateRequest = Callable[[web.Request], Awaitable[Principal]]
"""Who asks: `Authorization: Bearer`, the subprotocol `openai-insecure-api-key.<token>`, or our cookie.

Raises NotAuthenticated."""

AuthenticateToken = Callable[[str], Awaitable[Principal]]
"""The same for a token that came in a message (phones cannot set headers). Raises NotAuthenticated."""


class Held(Protocol):
    def __call__(
        self, principal: Principal, needs: Permission, cut: Callable[[], None], /
    ) -> AbstractContextManager[None]:
        """While a connection is open: `cut` is called when who opened it has signed out or may no longer."""


SIGNED_OUT = 1008, "this sign-in has ended, or may do this no longer"
"""Code and reason with which such a connection is closed."""


class LiveSessions(Protocol):
    """The sessions that run in this process."""

    async def open(
        self, companion_ref: str, principal: Principal, /, *, resume_id: str | None = None, door_kind: str
    ) -> Session:
        """A session that is running (its `run` is owned by the callee) and waits for `attach`.

        `companion_ref` is an id or a slug; it may be "" when `resume_id` is given. A client secret is spent
        here, and opens this session alone again. Raises NotFound (companion or session), NotPermitted (a secret
        for another companion), NotAuthenticated (a spent secret), TooBusy (full or draining).
        """


class Followed(Protocol):
    """A running session that a teacher may follow."""

    @property
    def session(self) -> Session: ...
    @property
    def learner_name(self) -> str: ...
    @property
    def teacher_name(self) -> str: ...


class Supervising(Protocol):
    async def begin(self, viewer: Principal, session_id: str, /) -> Followed:
        """From now on the session is followed, which is in the audit log. Raises NotFound, NotPermitted."""

    async def took_over(self, viewer: Principal, session_id: str, /) -> None:
        """They speak instead of the companion, which is in the audit log then."""


class IssueSecret(Protocol):
    """Where ephemeral tokens come from."""

    async def __call__(
        self, person_id: str, *, lasts: timedelta, config: dict[str, Any]
    ) -> tuple[str, datetime]:
        """A fresh client secret ("ek_...") that opens one session with this `session` object of the wire, and
        when it expires."""
