"""Who takes a course, and who may."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms_core.courses import Course
from lms_core.errors import Conflict, InvalidInput, NotPermitted


class Access(StrEnum):
    """How the learner came in."""

    OPEN = "open"  # enrolled themselves
    GRANTED = "granted"  # by the author or an admin
    PURCHASED = "purchased"


@dataclass(frozen=True, slots=True)
class Enrollment:
    """At most one of a person and course. `completed_at` stays when the course grows later."""

    course_id: str
    person_id: str
    access: Access
    enrolled_at: datetime
    last_accessed_at: datetime
    completed_at: datetime | None = None


def check_may_enroll(course: Course, completed: Collection[str]) -> None:
    """Whether a learner who completed these courses may enroll themselves.

    Raises NotPermitted if the course is not open to all, Conflict if prerequisites are missing.
    """
    if not course.open_enrollment:
        raise NotPermitted(
            "The teacher of this course enrolls its learners; ask them to add you.", reason="teacher_enrolls"
        )
    missing = [one for one in course.prerequisites if one not in completed]
    if missing:
        raise Conflict(
            "Complete the courses that this one builds on first.", reason="courses_before", missing=missing
        )


def check_prerequisites(
    course_id: str, wanted: Collection[str], requires: Mapping[str, Collection[str]]
) -> None:
    """`requires` are the other courses' prerequisites. Raises InvalidInput if a course would require itself."""
    seen: set[str] = set()
    waiting = list(wanted)
    while waiting:
        one = waiting.pop()
        if one == course_id:
            raise InvalidInput("A course cannot come before itself, not even by way of others.")
        if one not in seen:
            seen.add(one)
            waiting += requires.get(one, ())
