"""Which door each session has: a session that is resumed elsewhere leaves its old client."""

from typing import Protocol
from weakref import WeakKeyDictionary

from tutor.conversation.ports import Door
from tutor.conversation.session import Session

REPLACED = 4001
"""Close code for a client whose session went on through another one; no SDK reconnects on it."""


class ClosableDoor(Door, Protocol):
    def leave(self, code: int, reason: str) -> None:
        """The session is gone for this client: take no more input, close the link."""


class Links:
    """One instance for all doors of the process."""

    def __init__(self) -> None:
        self._doors: WeakKeyDictionary[Session, ClosableDoor] = WeakKeyDictionary()

    def attach(self, session: Session, door: ClosableDoor) -> None:
        """Connect the door; a client that was there before is told to leave."""
        earlier = self._doors.get(session)
        self._doors[session] = door
        if earlier is not None:
            session.detach(earlier)
            earlier.leave(REPLACED, "the session goes on through another client")
        session.attach(door)

    def detach(self, session: Session, door: ClosableDoor) -> None:
        """The link is gone; the session waits for its learner. Nothing happens if another door took over."""
        if self._doors.get(session) is door:
            del self._doors[session]
            session.detach(door)
