"""Notifications: made with what they tell, shown when due, told and sent once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms_core.errors import NotFound
from lms_core.gamification.xp import Reason
from lms_core.notifications import EmailFrom, Notification, NotificationKind, Urgency
from lms_core.people import Role
from storage.accounts import AccountStore
from storage.database import Database
from storage.notifications import NotificationStore, notify
from storage.preferences import Preferences, PreferenceStore
from storage.rewards import reward
from storage.tables import live_updates
from storage.tables import notifications as rows
from tests.storage.rows import learner_with_sessions

NOW = datetime.now(UTC)


@pytest.fixture
def notifications(database: Database) -> NotificationStore:
    return NotificationStore(database)


async def tell(
    database: Database, person_id: str, *, after: timedelta = timedelta(0), urgency: Urgency = Urgency.NORMAL
) -> str | None:
    one = Notification(
        person_id, NotificationKind.MESSAGE, "Hello", "Read this.", NOW + after, urgency, {"a": 1}
    )
    async with database.write() as connection:
        return await connection.run_sync(lambda c: notify(c, one, now=NOW))


async def updates_of(database: Database, person_id: str) -> list[str]:
    query = (
        select(live_updates.c.type).where(live_updates.c.person_id == person_id).order_by(live_updates.c.id)
    )
    async with database.read() as connection:
        return list(await connection.scalars(query))


async def test_notifications_are_read_one_by_one_or_all(
    database: Database, notifications: NotificationStore
) -> None:
    learner = await learner_with_sessions(database)
    ids = [await tell(database, learner.id) for _ in range(3)]
    assert await notifications.unread(learner.id) == 3
    read = await notifications.read(learner.id, ids[0] or "")
    assert (await notifications.read(learner.id, ids[0] or "")).read_at == read.read_at
    found, total = await notifications.listed(learner.id, unread=True, page=1, limit=1)
    assert (len(found), total, found[0].data) == (1, 2, {"a": 1})
    await notifications.read_all(learner.id)
    assert await notifications.unread(learner.id) == 0
    assert (await notifications.listed(learner.id, unread=False, page=1, limit=9))[1] == 3
    with pytest.raises(NotFound):
        await notifications.read("somebody else", ids[0] or "")


async def test_a_planned_notification_is_shown_and_told_when_its_time_has_come(
    database: Database, notifications: NotificationStore
) -> None:
    learner = await learner_with_sessions(database)
    await tell(database, learner.id, after=timedelta(hours=1))
    assert await notifications.unread(learner.id) == 0 and await notifications.tell_due(NOW) == 0
    assert await updates_of(database, learner.id) == []
    later = NOW + timedelta(hours=2)
    assert sorted(await asyncio.gather(*(notifications.tell_due(later) for _ in range(3)))) == [0, 0, 1]
    assert await updates_of(database, learner.id) == ["notification.new"]


async def test_letters_are_given_out_once_and_again_if_they_were_not_sent(
    database: Database, notifications: NotificationStore
) -> None:
    accounts = AccountStore(database)
    lena = await accounts.add_person("Lena", Role.LEARNER, "lena@example.org")
    await PreferenceStore(database).put(lena.id, Preferences(email_from=EmailFrom.NORMAL))
    nobody = await accounts.add_person("Without address", Role.LEARNER)
    await tell(database, lena.id, urgency=Urgency.LOW)
    await tell(database, lena.id)
    await tell(database, nobody.id, urgency=Urgency.HIGH)
    given = await asyncio.gather(*(notifications.letters(NOW) for _ in range(3)))
    (letter,) = [one for some in given for one in some]
    assert (letter.address, letter.name, letter.title) == ("lena@example.org", "Lena", "Hello")
    await notifications.not_sent([letter.notification_id])
    assert await notifications.letters(NOW) == [letter]


async def test_muted_kinds_do_not_come(database: Database, notifications: NotificationStore) -> None:
    learner = await learner_with_sessions(database)
    await PreferenceStore(database).put(learner.id, Preferences(muted=(NotificationKind.MESSAGE,)))
    assert await tell(database, learner.id) is None
    assert await notifications.unread(learner.id) == 0


async def test_what_is_earned_is_told_with_the_reward(
    database: Database, notifications: NotificationStore
) -> None:
    learner = await learner_with_sessions(database)
    async with database.write() as connection:
        await connection.run_sync(lambda c: reward(c, learner.id, Reason.COURSE, "c1", NOW))
    found, _ = await notifications.listed(learner.id, unread=True, page=1, limit=9)
    assert {(one.kind.value, one.data.get("achievement_id")) for one in found} == {
        ("achievement", "graduate"), ("milestone", None),
    }  # fmt: skip
    assert set(await updates_of(database, learner.id)) == {
        "notification.new", "xp.changed", "achievement.earned",
    }  # fmt: skip


async def test_who_learns_again_is_reminded_a_day_later_and_not_before(database: Database) -> None:
    learner = await learner_with_sessions(database)
    await PreferenceStore(database).put(learner.id, Preferences("Europe/Berlin"))
    noon = datetime(2040, 5, 1, 10, tzinfo=UTC)
    for day in range(3):
        at = noon + timedelta(days=day)
        async with database.write() as connection:
            await connection.run_sync(lambda c, t=at, d=day: reward(c, learner.id, Reason.LESSON, f"l{d}", t))
    query = select(rows.c.deliver_at).where(rows.c.kind == "reminder")
    async with database.read() as connection:
        assert list(await connection.scalars(query)) == [datetime(2040, 5, 4, 16, tzinfo=UTC)]
