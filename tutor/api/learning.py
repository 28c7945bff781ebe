"""Learning a course, over REST: enrollment, progress in lessons, and what the teacher sees of it."""

from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from lms_core.enrollment import Access, Enrollment
from lms_core.errors import Conflict, NotFound
from lms_core.people import Permission
from lms_core.progress import MOST_SECONDS, CourseProgress, LessonProgress, LessonStatus, Step
from storage.enrollments import EnrollmentStore
from storage.progress import ProgressStore
from tutor.api.courses import CourseOut, course_out
from tutor.api.routing import Call, Model, Page, Paging, Route


class EnrollmentOut(BaseModel):
    course_id: str
    person_id: str
    access: Access
    enrolled_at: datetime
    last_accessed_at: datetime
    completed_at: datetime | None


class CourseProgressOut(BaseModel):
    """Of `lessons`, `completed` are; `time_spent` in seconds; `score` is the mean of the graded lessons' best."""

    percent: int
    lessons: int
    completed: int
    time_spent: int
    score: int | None


class MyCourseOut(BaseModel):
    course: CourseOut
    enrollment: EnrollmentOut
    progress: CourseProgressOut


class CourseLearnerOut(BaseModel):
    name: str
    enrollment: EnrollmentOut
    progress: CourseProgressOut


class LessonProgressOut(BaseModel):
    """`time_spent` in seconds; `attempts` are graded ones, `score` the best of them; at `review_at` it is to be
    looked at again."""

    status: LessonStatus
    last_accessed_at: datetime | None
    completed_at: datetime | None
    time_spent: int
    attempts: int
    score: int | None
    review_at: datetime | None


class LessonStateOut(LessonProgressOut):
    """`locked`: others have to be completed first."""

    lesson_id: str
    locked: bool


class CourseStateOut(CourseProgressOut):
    """`next_lesson` is the first that is not completed."""

    next_lesson: str | None
    states: list[LessonStateOut]


class DueReviewOut(BaseModel):
    lesson_id: str
    title: str
    course_slug: str
    course_title: str
    review_at: datetime


class StepIn(Model):
    """Nothing of it: the lesson was opened. `seconds` are added to the time spent."""

    seconds: int = Field(0, ge=0, le=MOST_SECONDS)
    completed: bool = False


def routes(enrollments: EnrollmentStore, progress: ProgressStore) -> list[Route]:
    async def my_courses(call: Call[Paging, None]) -> Page:
        found, total = await enrollments.mine(call.principal, page=call.query.page, limit=call.query.limit)
        return Page([
            MyCourseOut(
                course=course_out(one.course), enrollment=_enrollment(one.enrollment), progress=_progress(one.progress)
            )
            for one in found
        ], total)  # fmt: skip

    async def enroll(call: Call[None, None]) -> EnrollmentOut:
        return _enrollment(await enrollments.enroll(call.principal, call.path["id"]))

    async def leave(call: Call[None, None]) -> None:
        await enrollments.leave(call.principal, call.path["id"])

    async def my_progress(call: Call[None, None]) -> CourseStateOut:
        found = await progress.of_course(call.principal, call.path["id"])
        states = [
            LessonStateOut(lesson_id=one.lesson_id, locked=one.locked, **asdict(one.progress))
            for one in found.lessons
        ]
        return CourseStateOut(
            **_progress(found.progress).model_dump(), next_lesson=found.next_lesson, states=states
        )

    async def learners(call: Call[Paging, None]) -> Page:
        found, total = await enrollments.learners(
            call.principal, call.path["id"], page=call.query.page, limit=call.query.limit
        )
        return Page([
            CourseLearnerOut(
                name=one.name, enrollment=_enrollment(one.enrollment), progress=_progress(one.progress)
            )
            for one in found
        ], total)  # fmt: skip

    async def grant(call: Call[None, None]) -> EnrollmentOut:
        return _enrollment(await enrollments.grant(call.principal, call.path["id"], call.path["person_id"]))

    async def withdraw(call: Call[None, None]) -> None:
        await enrollments.withdraw(call.principal, call.path["id"], call.path["person_id"])

    async def reviews(call: Call[Paging, None]) -> Page:
        now, query = datetime.now(UTC), call.query
        found, total = await progress.due(call.principal, now, page=query.page, limit=query.limit)
        return Page([DueReviewOut.model_validate(one, from_attributes=True) for one in found], total)

    async def lesson_progress(call: Call[None, None]) -> LessonProgressOut:
        return _lesson(await progress.of_lesson(call.principal, call.path["id"]))

    async def step(call: Call[None, StepIn]) -> LessonProgressOut:
        step = Step(datetime.now(UTC), call.body.seconds, completed=call.body.completed)
        return _lesson(await progress.step(call.principal, call.path["id"], step))

    learn, write = Permission.LEARN, Permission.WRITE_COURSES
    return [
        Route(
            method="GET", path="/me/courses", summary="The courses I am enrolled in, the one last learned in first.",
            permission=learn, handle=my_courses, query=Paging, answers=MyCourseOut,
        ),
        Route(
            method="PUT", path="/courses/{id}/enrollment", summary="Enroll in a course; twice is once.",
            permission=learn, handle=enroll, answers=EnrollmentOut, errors=(NotFound, Conflict),
        ),
        Route(
            method="DELETE", path="/courses/{id}/enrollment", summary="Leave a course; progress in its lessons is kept.",
            permission=learn, handle=leave, answers=None, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/courses/{id}/progress", summary="How far I am in a course, lesson by lesson.",
            permission=learn, handle=my_progress, answers=CourseStateOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/courses/{id}/learners", summary="Who learns in a course of mine, and how far they are.",
            permission=write, handle=learners, query=Paging, answers=CourseLearnerOut, errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/courses/{id}/learners/{person_id}", summary="Enroll somebody in a course of mine.",
            permission=write, handle=grant, answers=EnrollmentOut, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/courses/{id}/learners/{person_id}", summary="Take somebody out of a course of mine.",
            permission=write, handle=withdraw, answers=None, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/me/reviews", permission=learn, handle=reviews, query=Paging, answers=DueReviewOut,
            summary="Completed lessons that I should look at again, the longest due first.",
        ),
        Route(
            method="GET", path="/lessons/{id}/progress", summary="How far I am in a lesson.",
            permission=learn, handle=lesson_progress, answers=LessonProgressOut, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/lessons/{id}/progress", permission=learn, handle=step, body=StepIn,
            summary="I opened a lesson, spent time in it, or completed it.",
            answers=LessonProgressOut, errors=(NotFound,),
        ),
    ]  # fmt: skip


def _enrollment(enrollment: Enrollment) -> EnrollmentOut:
    return EnrollmentOut.model_validate(enrollment, from_attributes=True)


def _progress(progress: CourseProgress) -> CourseProgressOut:
    return CourseProgressOut(percent=progress.percent, **asdict(progress))


def _lesson(progress: LessonProgress) -> LessonProgressOut:
    return LessonProgressOut.model_validate(progress, from_attributes=True)
