"""How a whole Viva, or what one person has in it, is summed up for admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms_core.people import Role


@dataclass(frozen=True, slots=True)
class School:
    """`people`: who is not shut out, by role; `active`: who talked in the last 30 days; `minutes`: of this month."""

    people: Mapping[Role, int]
    active: int
    running: int
    minutes: int
    talks: int
    companions: int
    courses: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A course that somebody takes."""

    slug: str
    title: str
    last_accessed_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is somebody's, or made by them. `taken`: the courses last learned in."""

    talks: int
    companions: int
    courses: int
    taken: tuple[Taken, ...]
