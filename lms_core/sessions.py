"""A session as it is stored: one voice conversation, turn by turn."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SessionStatus(StrEnum):
    ACTIVE = "active"  # runs, or can be resumed
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StoredSession:
    """`lesson_id` is what its companion teaches in it, the same however often it is resumed."""

    id: str
    companion_id: str
    person_id: str
    door: str
    started_at: datetime
    ended_at: datetime | None = None
    ended_reason: str | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    lesson_id: str | None = None

    @property
    def status(self) -> SessionStatus:
        return SessionStatus.ACTIVE if self.ended_at is None else SessionStatus.ENDED


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended. `held_at`: when a server last said that it holds it."""

    id: str
    held_at: datetime


def to_give_up(
    mine: Iterable[OpenSession], *, attached: Collection[str], waiting: Collection[str], quiet_since: datetime
) -> str | None:
    """Which of a person's sessions makes room for a new one of theirs; None if all of them are in use.

    `attached` ones have a client, and stay. `waiting` ones lost theirs. Any other is not here: a crash or a restart
    left it, or it talks elsewhere; it goes if no server held it since `quiet_since`.
    """
    idle = [
        one for one in mine
        if one.id in waiting or (one.id not in attached and one.held_at < quiet_since)
    ]  # fmt: skip
    return min(idle, key=lambda one: one.held_at).id if idle else None


@dataclass(frozen=True, slots=True)
class TaughtSession:
    """A session as its teacher knows it."""

    id: str
    learner_id: str
    learner_name: str


@dataclass(frozen=True, slots=True)
class StoredItem:
    """`content` is a list of {"kind", "text"}; `data` holds what only function calls have."""

    id: str
    position: float
    kind: str
    role: str | None
    status: str
    content: tuple[Mapping[str, Any], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    input_ms: int | None = None
    heard_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SaveItem:
    session_id: str
    item: StoredItem


@dataclass(frozen=True, slots=True)
class RemoveItem:
    session_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class SaveSnapshot:
    session_id: str
    snapshot: Mapping[str, Any]
    ended: str | None


@dataclass(frozen=True, slots=True)
class SaveMetrics:
    session_id: str
    metrics: Mapping[str, Any]


Write = SaveItem | RemoveItem | SaveSnapshot | SaveMetrics
