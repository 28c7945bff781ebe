"""Quizzes as teachers write them: settings and items."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from lms_core.assessment.grading import judge
from lms_core.assessment.items import GAP, MOST_PARTS, QuizItem, QuizKind, check, problem_of
from lms_core.assessment.quizzes import MOST_ITEMS, Quiz
from lms_core.assessment.spoken_answers import Verdict
from lms_core.errors import Conflict, InvalidInput, NotFound
from lms_core.people import Permission
from storage.quiz_rows import PlacedItem
from storage.quizzes import QuizStore
from tutor.api.courses import Title
from tutor.api.routing import UNSENT, Call, Model, Page, Paging, Route

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Parts = Annotated[tuple[Part, ...], Field(max_length=MOST_PARTS)]
PassPercent = Annotated[int, Field(ge=0, le=100)]
Seconds = Annotated[int, Field(ge=10, le=24 * 3600, description="Null: no limit")]
Times = Annotated[int, Field(ge=1, le=1000, description="Null: no limit")]


class QuizIn(Model):
    title: Title
    pass_percent: PassPercent = 60
    time_limit_seconds: Seconds | None = None
    max_attempts: Times | None = None


class QuizEdit(Model):
    """What is not sent stays."""

    title: Title = UNSENT
    pass_percent: PassPercent = UNSENT
    time_limit_seconds: Seconds | None = UNSENT
    max_attempts: Times | None = UNSENT


class QuizHeadOut(BaseModel):
    id: str
    title: str
    lesson_id: str | None
    course_id: str | None
    pass_percent: int
    time_limit_seconds: int | None
    max_attempts: int | None


class ItemToAnswerOut(BaseModel):
    """An item as learners see it: `options` to choose from, to order, or to match with `lefts`; `gaps` to fill."""

    id: str
    kind: QuizKind
    question: str
    points: int
    options: list[str]
    lefts: list[str]
    gaps: int


class QuizOut(QuizHeadOut):
    items: list[ItemToAnswerOut]


class ItemIn(Model):
    """`id`: of the item that this one replaces; without it, it is a new one. What each kind needs: docs/api.md."""

    id: Annotated[str, Field(max_length=40)] = ""
    kind: QuizKind
    question: Question
    answer: Line = ""
    accept: Parts = ()
    choices: Parts = ()
    answers: Parts = ()
    pairs: Annotated[tuple[tuple[Part, Part], ...], Field(max_length=MOST_PARTS)] = ()
    tolerance: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    explanation: Annotated[str, Field(max_length=2000)] = ""
    hints: Parts = ()
    points: Annotated[int, Field(ge=1, le=100)] = 1


class ItemsIn(Model):
    items: tuple[ItemIn, ...] = Field(max_length=MOST_ITEMS)


class ItemOut(BaseModel):
    id: str
    kind: QuizKind
    question: str
    answer: str
    accept: list[str]
    choices: list[str]
    answers: list[str]
    pairs: list[tuple[str, str]]
    tolerance: float
    explanation: str
    hints: list[str]
    points: int


class ItemsOut(BaseModel):
    items: list[ItemOut]


class TrialIn(Model):
    """An item, and what a learner says to it."""

    item: ItemIn
    said: Annotated[str, Field(max_length=2000)]


class TrialOut(BaseModel):
    """`score` 0 to 1; `matched` and `missing` are words of the right answer."""

    verdict: Verdict
    score: float
    matched: list[str]
    missing: list[str]


def routes(quizzes: QuizStore) -> list[Route]:
    async def of_lesson(call: Call[None, None]) -> QuizHeadOut:
        return quiz_head(await quizzes.of_lesson(call.principal, call.path["id"]))

    async def of_course(call: Call[Paging, None]) -> Page:
        found, total = await quizzes.of_course(
            call.principal, call.path["id"], page=call.query.page, limit=call.query.limit
        )
        return Page([quiz_head(one) for one in found], total)

    async def create_for_lesson(call: Call[None, QuizIn]) -> QuizHeadOut:
        new = Quiz("", **call.body.model_dump())
        return quiz_head(await quizzes.create_for_lesson(call.principal, call.path["id"], new))

    async def create_for_course(call: Call[None, QuizIn]) -> QuizHeadOut:
        new = Quiz("", **call.body.model_dump())
        return quiz_head(await quizzes.create_for_course(call.principal, call.path["id"], new))

    async def get_quiz(call: Call[None, None]) -> QuizOut:
        return quiz_out(*await quizzes.read(call.principal, call.path["id"]))

    async def edit(call: Call[None, QuizEdit]) -> QuizHeadOut:
        def change(current: Quiz) -> Quiz:
            call.must_match(quiz_head(current))
            return replace(current, **call.body.model_dump(exclude_unset=True))

        changed, _ = await quizzes.edit(call.principal, call.path["id"], change)
        return quiz_head(changed)

    async def get_settings(call: Call[None, None]) -> QuizHeadOut:
        quiz, _ = await quizzes.read(call.principal, call.path["id"])
        return quiz_head(quiz)

    async def remove(call: Call[None, None]) -> None:
        await quizzes.delete(call.principal, call.path["id"])

    async def get_items(call: Call[None, None]) -> ItemsOut:
        return items_out(await quizzes.items(call.principal, call.path["id"]))

    async def put_items(call: Call[None, ItemsIn]) -> ItemsOut:
        wanted = _placed(call.body.items)
        ids = [one.item.id for one in wanted if one.item.id]
        if len(set(ids)) < len(ids):
            raise InvalidInput("An id stands twice among the items.")
        put = await quizzes.put_items(
            call.principal, call.path["id"], wanted, lambda present: call.must_match(items_out(present))
        )
        return items_out(put)

    async def try_answer(call: Call[None, TrialIn]) -> TrialOut:
        item = _item(call.body.item)
        check(item)
        judged = judge(call.body.said, item)
        return TrialOut.model_validate(judged, from_attributes=True)

    browse, write = Permission.BROWSE, Permission.WRITE_COURSES
    return [
        Route(
            method="GET", path="/lessons/{id}/quiz", summary="The quiz of a lesson.", permission=browse,
            handle=of_lesson, answers=QuizHeadOut, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/lessons/{id}/quiz", summary="Give a lesson its quiz, still without items.",
            permission=write, handle=create_for_lesson, body=QuizIn, answers=QuizHeadOut, status=201,
            errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/courses/{id}/quizzes", summary="The quizzes of a course itself, not of its lessons.",
            permission=browse, handle=of_course, query=Paging, answers=QuizHeadOut, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/courses/{id}/quizzes", summary="Add a quiz to a course, still without items.",
            permission=write, handle=create_for_course, body=QuizIn, answers=QuizHeadOut, status=201,
            errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/quizzes/{id}", summary="A quiz as its learners see it, without answers.",
            permission=browse, handle=get_quiz, answers=QuizOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/quizzes/{id}/settings", summary="A quiz without its items; its ETag is for PATCH.",
            permission=browse, handle=get_settings, answers=QuizHeadOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/quizzes/{id}/settings", summary="Change a quiz of my course.", permission=write,
            handle=edit, body=QuizEdit, answers=QuizHeadOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/quizzes/{id}", summary="Delete a quiz with all attempts.", permission=write,
            handle=remove, answers=None, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/quizzes/{id}/items", summary="The items with their answers, for who writes them.",
            permission=write, handle=get_items, answers=ItemsOut, errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/quizzes/{id}/items", permission=write, handle=put_items, body=ItemsIn,
            summary="All items in their order: those with an id change, the others are new, those left out go.",
            answers=ItemsOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/quizzes/preview-answer", summary="What a companion would think of an answer to an item.",
            permission=write, handle=try_answer, body=TrialIn, answers=TrialOut,
        ),
    ]  # fmt: skip


def quiz_head(quiz: Quiz) -> QuizHeadOut:
    return QuizHeadOut.model_validate(quiz, from_attributes=True)


def quiz_out(quiz: Quiz, items: Sequence[PlacedItem]) -> QuizOut:
    return QuizOut(**asdict(quiz), items=[item_to_answer(one) for one in items])


def item_to_answer(placed: PlacedItem) -> ItemToAnswerOut:
    item = placed.item
    return ItemToAnswerOut(
        id=item.id, kind=item.kind, question=item.question, points=placed.points, options=list(item.options()),
        lefts=[left for left, _ in item.pairs],
        gaps=len(GAP.findall(item.question)) if item.kind is QuizKind.CLOZE else 0,
    )  # fmt: skip


def _placed(wanted: Sequence[ItemIn]) -> list[PlacedItem]:
    """Raises InvalidInput for items that nobody could answer; its `fields` tell which."""
    placed = [PlacedItem(_item(one), one.points) for one in wanted]
    problems = [(place, text) for place, one in enumerate(placed) if (text := problem_of(one.item))]
    if problems:
        place, text = problems[0]
        fields = [{"in": "body", "field": f"items.{place}", "problem": text} for place, text in problems]
        raise InvalidInput(f"Item {place + 1}: {text}", fields=fields)
    return placed


def _item(one: ItemIn) -> QuizItem:
    return QuizItem(**one.model_dump(exclude={"points"}))


def items_out(items: Sequence[PlacedItem]) -> ItemsOut:
    return ItemsOut(items=[ItemOut(**asdict(one.item), points=one.points) for one in items])
