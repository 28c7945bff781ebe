"""Subscriptions, and the plans that follow from them."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.billing import Subscription, plan_paid
from lms_core.plans import Plan
from storage.database import Database
from storage.plans import set_plan
from storage.tables import billing_events, people, subscriptions

_EVENTS_KEPT = timedelta(days=30)  # Stripe sends again for three days


class BillingStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def learn(self, event_id: str, told: Subscription) -> bool:
        """Note a subscription's news, and put its person on the plan that they pay for, in one transaction.

        False: nothing changed, because the event was read before, tells of the past, or of somebody who is gone.
        """
        async with self._database.write() as connection:
            if not await self._first_time(connection, event_id):
                return False
            # locked: two events of one person come one after the other
            person = (
                select(people.c.plan).where(people.c.id == told.person_id).with_for_update(key_share=True)
            )
            plan = await connection.scalar(person)
            if plan is None:
                return False
            known = await _of(connection, told.person_id)
            if not told.replaces(known.get(told.id)):
                return False
            values = asdict(told)
            insert = self._database.insert(subscriptions).values(values)
            await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=values))
            paid = plan_paid((known | {told.id: told}).values())
            if paid != plan:
                await set_plan(connection, told.person_id, paid)
        return True

    async def running(self, person_id: str) -> list[str]:
        """The ids of subscriptions that are not over: the person may be asked to pay for them."""
        async with self._database.read() as connection:
            known = await _of(connection, person_id)
        return [one.id for one in known.values() if not one.over]

    async def paid(self, person_id: str) -> Subscription | None:
        """What the person pays for; of several, the latest told of."""
        async with self._database.read() as connection:
            known = await _of(connection, person_id)
        return max((one for one in known.values() if one.paid), key=lambda one: one.told_at, default=None)

    async def _first_time(self, connection: AsyncConnection, event_id: str) -> bool:
        now = datetime.now(UTC)
        await connection.execute(
            delete(billing_events).where(billing_events.c.received_at < now - _EVENTS_KEPT)
        )
        insert = self._database.insert(billing_events).values(id=event_id, received_at=now)
        return bool((await connection.execute(insert.on_conflict_do_nothing())).rowcount)


async def _of(connection: AsyncConnection, person_id: str) -> dict[str, Subscription]:
    rows = await connection.execute(select(subscriptions).where(subscriptions.c.person_id == person_id))
    found = (Subscription(**{**row._mapping, "plan": Plan(row.plan)}) for row in rows)
    return {one.id: one for one in found}
