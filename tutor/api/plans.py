"""What each plan allows, what I have used of mine, and putting somebody on another."""

from pydantic import BaseModel

from lms_core.errors import NotFound
from lms_core.people import Permission
from lms_core.plans import LIMITS, Plan, Quota, Usage
from storage.plans import PlanStore
from tutor.api.routing import Call, Model, Page, Paging, Route


class PlanOut(BaseModel):
    """A limit of null is no limit."""

    plan: Plan
    limits: dict[Quota, int | None]


class PlanIn(Model):
    plan: Plan


class PlanOfOut(BaseModel):
    person_id: str
    plan: Plan


class QuotaOut(BaseModel):
    quota: Quota
    used: int
    limit: int | None
    left: int | None


class UsageOut(BaseModel):
    plan: Plan
    quotas: list[QuotaOut]


def routes(plans: PlanStore) -> list[Route]:
    async def list_plans(call: Call[Paging, None]) -> Page:
        found = [PlanOut(plan=plan, limits=limits) for plan, limits in LIMITS.items()]
        return Page(call.query.of(found), len(found))

    async def my_usage(call: Call[None, None]) -> UsageOut:
        return usage_out(await plans.usage(call.principal.person_id))

    async def change_plan(call: Call[None, PlanIn]) -> PlanOfOut:
        await plans.set_plan(call.path["id"], call.body.plan)
        return PlanOfOut(person_id=call.path["id"], plan=call.body.plan)

    return [
        Route(
            method="GET", path="/plans", summary="All plans with their limits, the smallest first.",
            permission=Permission.BROWSE, handle=list_plans, query=Paging, answers=PlanOut,
        ),
        Route(
            method="GET", path="/me/usage", summary="What I have used of my plan, and what is left.",
            permission=Permission.LEARN, handle=my_usage, answers=UsageOut, errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/admin/users/{id}/plan", summary="Put somebody on another plan, from now on.",
            permission=Permission.CHANGE_PLANS, handle=change_plan, body=PlanIn, answers=PlanOfOut,
            errors=(NotFound,),
        ),
    ]  # fmt: skip


def usage_out(usage: Usage) -> UsageOut:
    """Only what is counted so far."""
    quotas = []
    for quota, used in usage.used.items():
        limit = None if usage.unlimited else LIMITS[usage.plan][quota]
        left = None if limit is None else max(0, limit - used)
        quotas.append(QuotaOut(quota=quota, used=used, limit=limit, left=left))
    return UsageOut(plan=usage.plan, quotas=quotas)
