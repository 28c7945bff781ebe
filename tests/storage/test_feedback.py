"""Feedback on lessons, on both databases."""

from datetime import UTC, datetime, timedelta

from lms_core.feedback import Feedback
from lms_core.people import Principal
from storage.feedback import FeedbackStore
from tests.storage.test_courses import School
from tests.storage.test_courses import lena as lena
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def test_the_last_that_one_said_stands(school: School, tina: Principal, lena: Principal) -> None:
    course = await school.course(tina, ("a",))
    await school.enrollments.enroll(lena, course.id)
    lesson = (await school.ids(course, lena))["a"]
    feedback = FeedbackStore(school.database)
    said = [
        Feedback(lesson, lena.person_id, rating, "", NOW + timedelta(minutes=rating)) for rating in (5, 1)
    ]
    for one in said:
        await feedback.give(lena, one)
    assert await feedback.of_course(tina, course.slug, page=1, limit=9) == ([(said[-1], "a", "Lena")], 1)
