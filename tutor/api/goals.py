"""My goals."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from lms_core.companions import Subject
from lms_core.errors import Conflict, NotFound
from lms_core.goals import Goal, GoalStatus, moved, set_status
from lms_core.people import Permission
from storage.goals import GoalStore
from tutor.api.routing import UNSENT, Call, Model, Page, Paging, Route

_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class GoalQuery(Paging):
    status: GoalStatus | None = None


class GoalIn(Model):
    title: _Title
    subject: Subject | None = None
    due_on: date | None = None


class GoalEdit(Model):
    """`progress` 100 completes it. `status` completes it, abandons it, or takes it up again."""

    title: _Title = UNSENT
    subject: Subject | None = UNSENT
    due_on: date | None = UNSENT
    progress: Annotated[int, Field(ge=0, le=100)] = UNSENT
    status: GoalStatus = UNSENT


class GoalOut(BaseModel):
    """`progress` is 0 to 100."""

    id: str
    title: str
    subject: Subject | None
    due_on: date | None
    progress: int
    status: GoalStatus
    created_at: datetime
    ended_at: datetime | None


def routes(goals: GoalStore) -> list[Route]:
    async def listed(call: Call[GoalQuery, None]) -> Page:
        query = call.query
        found, total = await goals.listed(
            call.principal.person_id, query.status, page=query.page, limit=query.limit
        )
        return Page([_out(one) for one in found], total)

    async def add(call: Call[None, GoalIn]) -> GoalOut:
        return _out(await goals.add(call.principal.person_id, **call.body.model_dump()))

    async def edit(call: Call[None, GoalEdit]) -> GoalOut:
        def change(current: Goal) -> Goal:
            call.must_match(_out(current))
            return _changed(current, call.body, datetime.now(UTC))

        return _out(await goals.change(call.principal.person_id, call.path["id"], change))

    async def remove(call: Call[None, None]) -> None:
        await goals.remove(call.principal.person_id, call.path["id"])

    learn = Permission.LEARN
    return [
        Route(
            method="GET", path="/me/goals", summary="My goals, the newest first.", permission=learn,
            handle=listed, query=GoalQuery, answers=GoalOut,
        ),
        Route(
            method="POST", path="/me/goals", summary="Set myself a goal.", permission=learn, handle=add,
            body=GoalIn, answers=GoalOut, status=201, errors=(Conflict,),
        ),
        Route(
            method="PATCH", path="/me/goals/{id}", summary="Say how far I am, or complete, abandon or change a goal.",
            permission=learn, handle=edit, body=GoalEdit, answers=GoalOut, edits=True, errors=(NotFound, Conflict),
        ),
        Route(
            method="DELETE", path="/me/goals/{id}", summary="Remove a goal, if it is there.", permission=learn,
            handle=remove, answers=None,
        ),
    ]  # fmt: skip


def _changed(goal: Goal, wanted: GoalEdit, at: datetime) -> Goal:
    """The status first: a goal that is taken up again may then be moved."""
    sent = wanted.model_dump(exclude_unset=True)
    status, progress = sent.pop("status", None), sent.pop("progress", None)
    if status is not None:
        goal = set_status(goal, status, at)
    if progress is not None:
        goal = moved(goal, progress, at)
    return replace(goal, **sent)


def _out(one: Goal) -> GoalOut:
    return GoalOut.model_validate(one, from_attributes=True)
