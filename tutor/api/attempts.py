"""Quizzes as learners take them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from lms_core.assessment.answers import answer_of, data_of
from lms_core.assessment.items import MOST_PARTS
from lms_core.assessment.quizzes import Attempt, deadline, passed
from lms_core.errors import Conflict, NotFound
from lms_core.people import Permission
from storage.attempts import AttemptStore, WholeAttempt
from tutor.api.quizzes import ItemToAnswerOut, item_to_answer
from tutor.api.routing import Call, Model, Page, Paging, Route

Place = Annotated[int, Field(ge=0, lt=MOST_PARTS)]


class AnswerIn(Model):
    """One of three: `text`, spoken or typed; `places` in the options (from 0), in order; `texts` for the gaps."""

    text: Annotated[str, Field(max_length=2000)] | None = None
    places: Annotated[tuple[Place, ...], Field(max_length=MOST_PARTS)] | None = None
    texts: (
        Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=MOST_PARTS)] | None
    ) = None

    @model_validator(mode="after")
    def _one(self) -> "AnswerIn":
        if sum(part is not None for part in (self.text, self.places, self.texts)) != 1:
            raise ValueError("send either text, places or texts")
        return self


class AttemptHeadOut(BaseModel):
    """`score` 0 to 100, once it is submitted; `session_id`: answered by voice, in that session."""

    id: str
    quiz_id: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    score: int | None
    session_id: str | None


class GivenOut(BaseModel):
    """An answer as it was given: one of text, places, texts."""

    text: str | None = None
    places: list[int] | None = None
    texts: list[str] | None = None


class ResultOut(BaseModel):
    """`score` 0 to 1."""

    score: float
    correct: bool
    feedback: str
    right_answer: str
    explanation: str


class AttemptItemOut(ItemToAnswerOut):
    """`result` is there once the attempt is submitted, for items without an answer too."""

    answer: GivenOut | None
    result: ResultOut | None


class AttemptOut(AttemptHeadOut):
    """`deadline`: when a limited attempt ends; `passed` is null before it is submitted."""

    deadline: datetime | None
    passed: bool | None
    items: list[AttemptItemOut]


def routes(attempts: AttemptStore) -> list[Route]:
    async def start(call: Call[None, None]) -> AttemptOut:
        return _whole(await attempts.start(call.principal, call.path["id"]))

    async def listed(call: Call[Paging, None]) -> Page:
        found, total = await attempts.of_quiz(
            call.principal, call.path["id"], page=call.query.page, limit=call.query.limit
        )
        return Page([AttemptHeadOut(**_head(one)) for one in found], total)

    async def find(call: Call[None, None]) -> AttemptOut:
        return _whole(await attempts.find(call.principal, call.path["id"]))

    async def answer(call: Call[None, AnswerIn]) -> None:
        given = answer_of(call.body.model_dump(exclude_none=True))
        await attempts.answer(call.principal, call.path["id"], call.path["item_id"], given)

    async def submit(call: Call[None, None]) -> AttemptOut:
        return _whole(await attempts.submit(call.principal, call.path["id"]))

    learn = Permission.LEARN
    return [
        Route(
            method="POST", path="/quizzes/{id}/attempts", permission=learn, handle=start, answers=AttemptOut,
            summary="Start an attempt; while one is open, that one goes on.", status=201,
            errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/quizzes/{id}/attempts", summary="My attempts, the newest first.",
            permission=learn, handle=listed, query=Paging, answers=AttemptHeadOut,
        ),
        Route(
            method="GET", path="/attempts/{id}", permission=learn, handle=find, answers=AttemptOut,
            summary="An attempt of mine; results and explanations once it is submitted.", errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/attempts/{id}/answers/{item_id}", permission=learn, handle=answer, body=AnswerIn,
            summary="Answer an item, or change the answer.", answers=None, errors=(NotFound, Conflict),
        ),
        Route(
            method="POST", path="/attempts/{id}/submit", permission=learn, handle=submit, answers=AttemptOut,
            summary="Have an attempt graded; it moves my progress in the lesson.", errors=(NotFound,),
        ),
    ]  # fmt: skip


def _head(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in AttemptHeadOut.model_fields}


def _whole(whole: WholeAttempt) -> AttemptOut:
    attempt, quiz = whole.attempt, whole.quiz
    return AttemptOut(
        **_head(attempt), deadline=deadline(quiz, attempt),
        passed=None if attempt.score is None else passed(quiz, attempt.score), items=_items(whole),
    )  # fmt: skip


def _items(whole: WholeAttempt) -> list[AttemptItemOut]:
    """Grades, right answers and explanations stay here until the attempt is submitted."""
    found = []
    for placed in whole.items:
        given = whole.answers.get(placed.item.id)
        result = None
        if whole.attempt.submitted_at is not None:
            result = ResultOut(
                score=given.score if given else 0.0, correct=bool(given and given.correct),
                feedback=given.feedback if given else "Not answered.", right_answer=placed.item.answer,
                explanation=placed.item.explanation,
            )  # fmt: skip
        answer = GivenOut(**data_of(given.answer)) if given else None
        found.append(AttemptItemOut(**item_to_answer(placed).model_dump(), answer=answer, result=result))
    return found
