"""Plans as admins see them: who is on them, and who has used theirs up."""

from datetime import UTC, datetime

from pydantic import BaseModel

from lms_core.people import Permission
from lms_core.plans import LIMITS, Plan, Quota
from storage.plan_use import PlanUseStore
from tutor.api.routing import Call, Page, Paging, Route


class PlanUseOut(BaseModel):
    """A limit of null is no limit. `people`: without admins, who have none; `paying`: subscriptions that run."""

    plan: Plan
    limits: dict[Quota, int | None]
    people: int
    paying: int


class UsedUpOut(BaseModel):
    person_id: str
    name: str
    plan: Plan
    quota: Quota
    used: int
    limit: int


def routes(use: PlanUseStore) -> list[Route]:
    async def plans(call: Call[Paging, None]) -> Page:
        found = [
            PlanUseOut(plan=one.plan, limits=LIMITS[one.plan], people=one.people, paying=one.paying)
            for one in await use.by_plan()
        ]
        return Page(call.query.of(found), len(found))

    async def used_up(call: Call[Paging, None]) -> Page:
        found, total = await use.used_up(datetime.now(UTC), call.query.page, call.query.limit)
        return Page([UsedUpOut.model_validate(one, from_attributes=True) for one in found], total)

    may = Permission.CHANGE_PLANS
    return [
        Route(
            method="GET", path="/admin/plans", permission=may, handle=plans, query=Paging, answers=PlanUseOut,
            summary="All plans with their limits, and how many are on each.",
        ),
        Route(
            method="GET", path="/admin/plans/used-up", permission=may, handle=used_up, query=Paging,
            answers=UsedUpOut, summary="Who has nothing left of a quota, by name.",
        ),
    ]  # fmt: skip
