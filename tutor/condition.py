"""How a server process is, and what of that needs somebody. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tutor.latencies import Measured

FULL = 64 << 20
"""Bytes on the data directory's disk below which the server is not ready."""
LOW = 1 << 30
_NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """One engine: which, why it was taken, and what would be better ("" if nothing)."""

    part: str
    name: str
    why: str
    better: str


@dataclass(frozen=True, slots=True)
class Store:
    """The database. `revision` is the newest migration that it has; `error` says why it does not answer."""

    kind: str
    name: str
    size_bytes: int | None = None
    revision: str | None = None
    connections_used: int = 0
    connections_most: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    folder: str
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Load:
    """Of this process. `wait_seconds`: mean recent wait for a speech worker; above `most_wait_seconds` nobody new is let in."""

    sessions: int
    most_sessions: int
    workers: int
    wait_seconds: float
    most_wait_seconds: float
    draining: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """`lately` is of the last 15 minutes, or since the start."""

    version: str
    started_at: datetime
    seen_at: datetime
    engines: tuple[Part, ...]
    models: tuple[str, ...]
    database: Store
    disk: Disk
    load: Load
    lately: Measured
    problems: tuple["Problem", ...] = field(default=())


class Trouble(StrEnum):
    """What needs somebody; the first ones first."""

    DATABASE = "database"
    DISK_FULL = "disk_full"
    ENGINE_FAILS = "engine_fails"
    SESSIONS_FAIL = "sessions_fail"
    REFUSED = "refused"
    SPEECH_FULL = "speech_full"
    SESSIONS_FULL = "sessions_full"
    DISK_LOW = "disk_low"
    DRAINING = "draining"


URGENT = (Trouble.DATABASE, Trouble.DISK_FULL, Trouble.ENGINE_FAILS, Trouble.SESSIONS_FAIL, Trouble.REFUSED)


@dataclass(frozen=True, slots=True)
class Problem:
    """`urgent`: learners feel it now. `number` is megabytes or how often, `part` an engine's."""

    trouble: Trouble
    urgent: bool
    number: int = 0
    part: str = ""


def problems(now: Condition) -> tuple[Problem, ...]:
    """The worst first."""
    order = list(Trouble)
    found = [Problem(trouble, trouble in URGENT, number, part) for trouble, number, part in _troubles(now)]
    return tuple(sorted(found, key=lambda one: order.index(one.trouble)))


def _troubles(now: Condition) -> Iterator[tuple[Trouble, int, str]]:
    load, events = now.load, now.lately.events
    if now.database.error is not None:
        yield Trouble.DATABASE, 0, ""
    if now.disk.free_bytes < LOW:
        full = now.disk.free_bytes < FULL
        yield Trouble.DISK_FULL if full else Trouble.DISK_LOW, now.disk.free_bytes >> 20, ""
    for name, count in sorted(events.items()):
        if count and name.startswith("engine_"):
            yield Trouble.ENGINE_FAILS, count, name.removeprefix("engine_")
    for trouble, name in ((Trouble.SESSIONS_FAIL, "failed"), (Trouble.REFUSED, "refused")):
        if events.get(name):
            yield trouble, events[name], ""
    if load.wait_seconds > load.most_wait_seconds:
        yield Trouble.SPEECH_FULL, load.workers, ""
    if load.sessions >= load.most_sessions * _NEARLY:
        yield Trouble.SESSIONS_FULL, load.most_sessions, ""
    if load.draining:
        yield Trouble.DRAINING, load.sessions, ""
