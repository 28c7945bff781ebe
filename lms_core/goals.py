"""What learners want to reach: their own words, how far they are, and how it ended."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from lms_core.companions import Subject
from lms_core.errors import Conflict

MOST_ACTIVE = 50
_ALMOST = 95  # where a goal stands that is opened again


class GoalStatus(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Goal:
    """`progress` is 0 to 100, and 100 exactly when it is completed."""

    id: str
    title: str
    created_at: datetime
    subject: Subject | None = None
    due_on: date | None = None
    progress: int = 0
    status: GoalStatus = GoalStatus.ACTIVE
    ended_at: datetime | None = None


def moved(goal: Goal, progress: int, at: datetime) -> Goal:
    """All the way completes it; less opens a completed one again. Raises Conflict for one that was abandoned."""
    if goal.status is GoalStatus.ABANDONED:
        raise Conflict("This goal was abandoned; take it up again first.")
    if progress >= 100:
        return set_status(goal, GoalStatus.COMPLETED, at)
    return replace(goal, progress=max(progress, 0), status=GoalStatus.ACTIVE, ended_at=None)


def set_status(goal: Goal, status: GoalStatus, at: datetime) -> Goal:
    """Complete it, abandon it, or take it up again; what it is already stays as it is."""
    if status is goal.status:
        return goal
    if status is GoalStatus.COMPLETED:
        return replace(goal, progress=100, status=status, ended_at=at)
    progress = min(goal.progress, _ALMOST)
    return replace(
        goal, progress=progress, status=status, ended_at=at if status is GoalStatus.ABANDONED else None
    )


def check_room(active: int) -> None:
    """Raises Conflict if one more would be too many."""
    if active >= MOST_ACTIVE:
        raise Conflict(f"You have {MOST_ACTIVE} goals already; complete or abandon one first.")
