"""Recordings of sessions: kept only where the operator makes it possible and the learner wants it, and not for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Recording:
    """The sound of one session. `begins_ms`: where in the talk it begins, on the scale of the turns' `input_ms`.

    `duration_ms` and `size` (bytes) are a few seconds old while it runs. `ended_at` None: it runs, or will be gone on
    with when the session is resumed.
    """

    session_id: str
    begins_ms: int
    duration_ms: int
    size: int
    started_at: datetime
    ended_at: datetime | None
    expires_at: datetime


def may_record(*, possible: bool, consented_at: datetime | None) -> bool:
    """`possible`: the operator's word; the other one is the learner's own, whom nobody else can speak for."""
    return possible and consented_at is not None


def expiry(started_at: datetime, keep_days: int) -> datetime:
    return started_at + timedelta(days=keep_days)
