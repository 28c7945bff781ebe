"""Which running sessions a teacher may follow: the database says whose they are, this process which ones run."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_core.audit import Act
from lms_core.errors import NotFound
from lms_core.people import Permission, Principal
from storage.accounts import AccountStore
from storage.supervision import SupervisionStore
from tutor.conversation.session import Session


@dataclass(frozen=True, slots=True)
class Followed:
    """A running session, whose it is, and the name of the teacher who asks."""

    session: Session
    learner_id: str
    learner_name: str
    teacher_name: str = ""


class Supervising:
    """`running` gives the sessions of this process."""

    def __init__(
        self,
        running: Callable[[], Mapping[str, Session]],
        store: SupervisionStore,
        accounts: AccountStore,
    ) -> None:
        self._running, self._store, self._accounts = running, store, accounts

    async def live(self, viewer: Principal) -> list[Followed]:
        """All that this teacher may follow, the longest first."""
        running = self._running()
        found = await self._store.among(viewer, list(running))
        return [Followed(running[one.id], one.learner_id, one.learner_name) for one in found]

    async def find(self, viewer: Principal, session_id: str) -> Followed:
        """One of them. Raises NotFound."""
        session = self._running().get(session_id)
        found = await self._store.among(viewer, [session_id]) if session is not None else []
        if session is None or not found:
            raise _not_found(session_id)
        return Followed(session, found[0].learner_id, found[0].learner_name)

    async def begin(self, viewer: Principal, session_id: str) -> Followed:
        """To be followed now, which is in the audit log then. Raises NotFound, NotPermitted."""
        if not viewer.may(Permission.SUPERVISE):
            raise viewer.refused(Permission.SUPERVISE)
        session = self._running().get(session_id)
        found = await self._store.note(viewer, session_id, Act.SUPERVISED) if session is not None else None
        if session is None or found is None:
            raise _not_found(session_id)
        teacher = await self._accounts.person(viewer.person_id)
        return Followed(session, found.learner_id, found.learner_name, teacher.name)

    async def took_over(self, viewer: Principal, session_id: str) -> None:
        await self._store.note(viewer, session_id, Act.TOOK_OVER)


class TeacherCalls:
    """A learner asks for a person."""

    def __init__(self, store: SupervisionStore) -> None:
        self._store = store

    async def reach(self, session_id: str) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """What calls the teachers of this session; None if it has none but its learner."""
        if not await self._store.teachers(session_id):
            return None
        return lambda: self._store.call(session_id, datetime.now(UTC))


def _not_found(session_id: str) -> NotFound:
    return NotFound(f"There is no talk '{session_id[:64]}' under way that you may follow.")
