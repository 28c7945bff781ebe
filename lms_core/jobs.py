"""Work that goes on after its request: which states it has, how often it is tried. Pure; `tutor/jobs` does it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AT_ONCE = 10
ATTEMPTS = 3
LONGEST_STEP = timedelta(minutes=5)
"""Of one attempt at one step; it is then given up and counts as failed."""
MOST_STARTS = 5
"""How often a job may be begun again after its server died: what kills servers must not do so for ever."""
SILENT = timedelta(minutes=15)
"""A job that is said to run and has told nothing for so long has lost its server: no step takes that long."""
KEPT = timedelta(days=30)
"""For so long one can see that a job was completed; those that failed stay."""
_FIRST_WAIT = 2  # seconds


class JobState(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """`subject`: the id of what it is about, and all that it is given. `run` grows with every retry.

    `progress` is 0 to 100; `message` says in plain words what is under way, or why it failed and what to do.
    """

    id: str
    kind: str
    subject: str
    owner_id: str | None
    state: JobState
    progress: int
    message: str
    run: int
    created_at: datetime
    updated_at: datetime


def wait_after(failures: int) -> int | None:
    """Seconds until the next attempt: 2, 4, 8, ...; None when it was tried often enough."""
    return _FIRST_WAIT << (failures - 1) if failures < ATTEMPTS else None
