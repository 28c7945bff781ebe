"""Who is on which plan, and who has used up what theirs allows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.companions import CompanionStatus
from lms_core.people import Role
from lms_core.plans import LIMITS, Plan, Quota, month_name, month_of
from storage.database import Database
from storage.tables import companions, people, sessions, subscriptions, voice_minutes

_PAID = ("active", "trialing", "past_due")


@dataclass(frozen=True, slots=True)
class PlanUse:
    """`people`: who is on it, admins not counted; `paying`: subscriptions to it that run."""

    plan: Plan
    people: int
    paying: int


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Somebody has nothing left of a quota."""

    person_id: str
    name: str
    plan: Plan
    quota: Quota
    used: int
    limit: int


class PlanUseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_plan(self) -> list[PlanUse]:
        """From the smallest plan to the largest."""
        on = select(people.c.plan, func.count()).where(people.c.role != Role.ADMIN.value)
        paid = select(subscriptions.c.plan, func.count()).where(subscriptions.c.status.in_(_PAID))
        async with self._database.read() as connection:
            counts = [
                await _counts(connection, on.group_by(people.c.plan)),
                await _counts(connection, paid.group_by(subscriptions.c.plan)),
            ]
        return [PlanUse(plan, *(one.get(plan.value, 0) for one in counts)) for plan in Plan]

    async def used_up(self, now: datetime, page: int, limit: int) -> tuple[list[UsedUp], int]:
        """By name; talks that run at this moment are left out, for they end."""
        all_ = union_all(*(_reached(quota, counted) for quota, counted in _counted(now).items())).subquery()
        query = select(all_).order_by(all_.c.name, all_.c.id, all_.c.quota)
        async with self._database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(all_))
        found = []
        for row in rows:
            plan, quota = Plan(row.plan), Quota(row.quota)
            most = LIMITS[plan][quota]
            assert most is not None
            found.append(UsedUp(row.id, row.name, plan, quota, row.used, most))
        return found, total or 0


def _counted(now: datetime) -> dict[Quota, Select[str, int]]:
    """How much each person has used, of those who have used any."""
    kept = companions.c.status != CompanionStatus.ARCHIVED.value
    made = select(companions.c.author_id.label("of"), func.count().label("used"))
    begun = select(sessions.c.person_id.label("of"), func.count().label("used"))
    talked = select(
        voice_minutes.c.person_id.label("of"), (func.sum(voice_minutes.c.seconds) // 60).label("used")
    )
    return {
        Quota.COMPANIONS: made.where(kept, companions.c.author_id.is_not(None)).group_by(companions.c.author_id),
        Quota.CONVERSATIONS: begun.where(sessions.c.started_at >= month_of(now)).group_by(sessions.c.person_id),
        Quota.VOICE_MINUTES: talked.where(voice_minutes.c.month == month_name(now)).group_by(voice_minutes.c.person_id),
    }  # fmt: skip


def _reached(quota: Quota, counted: Select[str, int]) -> Select[str, str, str, str, int]:
    limits = {plan.value: most for plan in Plan if (most := LIMITS[plan][quota]) is not None}
    use = counted.subquery()
    limit = case(limits, value=people.c.plan)
    query = select(
        people.c.id, people.c.name, people.c.plan, literal(quota.value).label("quota"), use.c.used
    ).select_from(people.join(use, use.c.of == people.c.id))
    return query.where(people.c.role != Role.ADMIN.value, people.c.plan.in_(limits), use.c.used >= limit)


async def _counts(connection: AsyncConnection, query: Select[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in await connection.execute(query)}
