"""Notifications: what a learner is told, when, and by which way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

REMIND_AT = time(18)
"""Of the learner's own clock."""


class NotificationKind(StrEnum):
    ACHIEVEMENT = "achievement"  # earned
    MILESTONE = "milestone"  # a new level
    REMINDER = "reminder"  # that a streak would end today
    NUDGE = "nudge"  # to come back
    COURSE = "course"
    MESSAGE = "message"  # from a teacher
    SYSTEM = "system"


class Urgency(StrEnum):
    """From the least."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class EmailFrom(StrEnum):
    """From which urgency on a notification comes by e-mail too."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Notification:
    """`deliver_at`: from then on it is shown. `data`: what the page needs to lead on, such as an id; plain JSON."""

    person_id: str
    kind: NotificationKind
    title: str
    body: str
    deliver_at: datetime
    urgency: Urgency = Urgency.NORMAL
    data: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    read_at: datetime | None = None


def by_email(email_from: EmailFrom, urgency: Urgency) -> bool:
    if email_from is EmailFrom.NEVER:
        return False
    order = list(Urgency)
    return order.index(urgency) >= order.index(Urgency(email_from.value))


def remind_at(local: datetime) -> datetime:
    """The evening of the day after, by the same clock: when a streak that counted today would soon end."""
    return datetime.combine(local.date() + timedelta(days=1), REMIND_AT, local.tzinfo)
