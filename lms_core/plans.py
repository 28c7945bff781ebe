"""What each plan allows, and whether one more is allowed. A limit of None is no limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lms_core.errors import QuotaReached


class Plan(StrEnum):
    """From the smallest to the largest."""

    FREE = "free"
    CORE = "core"
    PRO = "pro"


class Quota(StrEnum):
    COMPANIONS = "companions"
    CONVERSATIONS = "conversations"  # begun in a calendar month, UTC
    VOICE_MINUTES = "voice_minutes"  # in a calendar month, UTC
    CONCURRENT_SESSIONS = "concurrent_sessions"


LIMITS: dict[Plan, dict[Quota, int | None]] = {
    plan: dict(zip(Quota, limits, strict=True))
    for plan, limits in (
        (Plan.FREE, (3, 10, 60, 1)),
        (Plan.CORE, (10, None, 600, 2)),
        (Plan.PRO, (None, None, None, 5)),
    )
}
LEASE = timedelta(seconds=90)
"""A session counts as concurrent for so long after its server last said that it holds it."""

_WORDS = {
    Quota.COMPANIONS: "companions",
    Quota.CONVERSATIONS: "conversations a month",
    Quota.VOICE_MINUTES: "voice minutes a month",
    Quota.CONCURRENT_SESSIONS: "sessions at a time",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """`unlimited`: an admin, whom no plan limits."""

    plan: Plan
    unlimited: bool
    used: Mapping[Quota, int]


@dataclass(frozen=True, slots=True)
class Talked:
    """What a session talked since it was last counted."""

    session_id: str
    person_id: str
    seconds: int


def seconds_left(plan: Plan, used_seconds: int) -> float | None:
    """Of this month's voice minutes, never negative; None: no limit."""
    limit = LIMITS[plan][Quota.VOICE_MINUTES]
    return None if limit is None else max(0.0, limit * 60.0 - used_seconds)


def month_name(now: datetime) -> str:
    """The calendar month (UTC) of `now`, such as 2026-11."""
    return f"{now.astimezone(UTC):%Y-%m}"


def month_of(now: datetime) -> datetime:
    """When the calendar month (UTC) of `now` began."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def check(plan: Plan, quota: Quota, used: int) -> None:
    """Raises QuotaReached unless the plan allows one more than `used`."""
    limit = LIMITS[plan][quota]
    if limit is None or used < limit:
        return
    lifted_by = _lifted_by(plan, quota, used)
    way_out = f"the plan '{lifted_by}' allows more" if lifted_by else "no plan allows more"
    raise QuotaReached(
        f"The plan '{plan}' has a limit of {limit} for {_WORDS[quota]}, you have {used}; {way_out}.",
        quota=quota.value, limit=limit, used=used, plan=plan.value, lifted_by=lifted_by,
    )  # fmt: skip


def _lifted_by(plan: Plan, quota: Quota, used: int) -> str | None:
    """The smallest larger plan that allows one more."""
    plans = list(Plan)
    for larger in plans[plans.index(plan) + 1 :]:
        limit = LIMITS[larger][quota]
        if limit is None or used < limit:
            return larger.value
    return None
