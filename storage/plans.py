"""What people have used of their plans, counted where it is stored."""

from datetime import UTC, datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.companions import CompanionStatus
from lms_core.errors import NotFound
from lms_core.people import Role
from lms_core.plans import LEASE, Plan, Quota, Usage, check, month_name, month_of
from storage.audit import note
from storage.database import Database
from storage.outbox import publish
from storage.tables import companions, people, session_leases, sessions, voice_minutes


class PlanStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, person_id: str) -> Usage:
        """This month's, and now. Raises NotFound if the person is gone."""
        now = datetime.now(UTC)
        async with self._database.read() as connection:
            query = select(people.c.plan, people.c.role).where(people.c.id == person_id)
            person = (await connection.execute(query)).one_or_none()
            if person is None:
                raise NotFound("The account is no longer there.")
            used = {
                quota: await connection.scalar(counted(person_id, now)) or 0
                for quota, counted in _COUNTED.items()
            }
        return Usage(Plan(person.plan), person.role == Role.ADMIN, used)

    async def set_plan(self, person_id: str, plan: Plan) -> None:
        """What they have above a smaller plan stays; more is refused. Raises NotFound."""
        async with self._database.write() as connection:
            await set_plan(connection, person_id, plan)


async def set_plan(connection: AsyncConnection, person_id: str, plan: Plan) -> None:
    """As part of the caller's transaction. Raises NotFound."""
    done = await connection.execute(update(people).where(people.c.id == person_id).values(plan=plan.value))
    if done.rowcount == 0:
        raise NotFound(f"There is no account '{person_id}'.")
    await note(connection, Act.PLAN_CHANGED, whom=person_id, plan=plan.value)
    publish(connection, person_id, "plan.changed", {"plan": plan.value})


async def check_quotas(connection: AsyncConnection, person_id: str, *quotas: Quota) -> None:
    """Raises QuotaReached unless the plan allows one more of each; admins have no limits.

    The person's row stays locked until the commit, so that two cannot take the last place.
    """
    query = (
        select(people.c.plan, people.c.role).where(people.c.id == person_id).with_for_update(key_share=True)
    )
    person = (await connection.execute(query)).one_or_none()
    if person is None:
        raise NotFound("The account is no longer there.")
    if person.role == Role.ADMIN:
        return
    now = datetime.now(UTC)
    for quota in quotas:
        check(Plan(person.plan), quota, await connection.scalar(_COUNTED[quota](person_id, now)) or 0)


_Count = Select[int]


def _own_companions(person_id: str, _now: datetime) -> _Count:
    kept = companions.c.status != CompanionStatus.ARCHIVED.value
    return select(func.count()).select_from(companions).where(companions.c.author_id == person_id, kept)


def _begun(person_id: str, now: datetime) -> _Count:
    mine = sessions.c.person_id == person_id
    return select(func.count()).select_from(sessions).where(mine, sessions.c.started_at >= month_of(now))


def _running(person_id: str, now: datetime) -> _Count:
    mine = sessions.c.person_id == person_id
    alive = sessions.c.ended_at.is_(None) & (session_leases.c.alive_at > now - LEASE)
    return select(func.count()).select_from(sessions.join(session_leases)).where(mine, alive)


def _minutes(person_id: str, now: datetime) -> _Count:
    """Whole ones."""
    this = (voice_minutes.c.person_id == person_id) & (voice_minutes.c.month == month_name(now))
    return select(func.coalesce(func.sum(voice_minutes.c.seconds), 0) // 60).where(this)


_COUNTED = {
    Quota.COMPANIONS: _own_companions,
    Quota.CONVERSATIONS: _begun,
    Quota.VOICE_MINUTES: _minutes,
    Quota.CONCURRENT_SESSIONS: _running,
}
