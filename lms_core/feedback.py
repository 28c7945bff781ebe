"""What learners say of a lesson."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """One of a person and lesson, the last they gave; `rating` 1 (bad) to 5 (good)."""

    lesson_id: str
    person_id: str
    rating: int
    comment: str
    given_at: datetime
