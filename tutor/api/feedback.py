"""Feedback on lessons, over REST."""

from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from lms_core.errors import NotFound
from lms_core.feedback import Feedback
from lms_core.people import Permission
from storage.feedback import FeedbackStore
from tutor.api.routing import Call, Model, Page, Paging, Route


class FeedbackIn(Model):
    rating: int = Field(ge=1, le=5, description="1 bad, 5 good")
    comment: str = Field("", max_length=2000)


class FeedbackOut(BaseModel):
    lesson_id: str
    person_id: str
    rating: int
    comment: str
    given_at: datetime


class FeedbackQuery(Paging):
    lesson_id: str | None = Field(None, max_length=40)


class CourseFeedbackOut(FeedbackOut):
    lesson_title: str
    name: str


def routes(feedback: FeedbackStore) -> list[Route]:
    async def give(call: Call[None, FeedbackIn]) -> FeedbackOut:
        said = Feedback(
            call.path["id"], call.principal.person_id, call.body.rating, call.body.comment, datetime.now(UTC)
        )
        await feedback.give(call.principal, said)
        return FeedbackOut.model_validate(said, from_attributes=True)

    async def of_course(call: Call[FeedbackQuery, None]) -> Page:
        query = call.query
        found, total = await feedback.of_course(
            call.principal, call.path["id"], lesson_id=query.lesson_id, page=query.page, limit=query.limit
        )
        return Page([_said(*one) for one in found], total)

    async def latest(call: Call[Paging, None]) -> Page:
        found, total = await feedback.latest(call.principal, page=call.query.page, limit=call.query.limit)
        return Page([_said(*one) for one in found], total)

    return [
        Route(
            method="PUT", path="/lessons/{id}/feedback", summary="Say what I think of a lesson, in place of what I said before.",
            permission=Permission.LEARN, handle=give, body=FeedbackIn, answers=FeedbackOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/courses/{id}/feedback", summary="What learners say of the lessons of a course of mine.",
            permission=Permission.WRITE_COURSES, handle=of_course, query=FeedbackQuery, answers=CourseFeedbackOut,
            errors=(NotFound,),
        ),
        Route(
            method="GET", path="/feedback", summary="What learners say of the lessons of all my courses; admins see everybody's.",
            permission=Permission.WRITE_COURSES, handle=latest, query=Paging, answers=CourseFeedbackOut,
        ),
    ]  # fmt: skip


def _said(one: Feedback, lesson_title: str, name: str) -> CourseFeedbackOut:
    return CourseFeedbackOut(**asdict(one), lesson_title=lesson_title, name=name)
