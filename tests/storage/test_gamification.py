"""XP given once, in the transaction of what it is given for."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from lms_core.errors import Conflict, NotFound
from lms_core.gamification.xp import Period, Reason
from lms_core.people import Principal, Role, TokenKind
from lms_core.sessions import SaveItem, SaveSnapshot
from storage.accounts import AccountStore
from storage.database import Database
from storage.gamification import GamificationStore
from storage.preferences import Preferences, PreferenceStore
from storage.rewards import Reward, reward
from storage.sessions import SessionStore
from storage.tables import courses, enrollments, lessons, modules
from storage.tables import sessions as session_rows
from storage.writer import SessionWriter
from tests.storage.rows import item, learner_with_sessions
from tests.storage.test_writer import running

NOW = datetime.now(UTC)


@pytest.fixture
def gamification(database: Database) -> GamificationStore:
    return GamificationStore(database)


async def give(
    database: Database, person_id: str, reason: Reason = Reason.LESSON, source: str = "l1", **more: object
) -> Reward:
    async with database.write() as connection:
        return await connection.run_sync(lambda c: reward(c, person_id, reason, source, NOW, **more))  # type: ignore[arg-type]


def asking(person_id: str) -> Principal:
    return Principal(person_id, Role.LEARNER, TokenKind.API_KEY)


async def test_of_many_attempts_at_once_one_is_rewarded(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database)
    given = await asyncio.gather(*(give(database, learner.id) for _ in range(20)))
    assert sorted(one.xp for one in given) == [0] * 19 + [30]
    assert [len(one.achievements) for one in given].count(1) == 1
    standing = await gamification.standing(learner.id)
    assert (standing.xp, standing.level.number, standing.streak_days) == (30, 1, 1)


async def test_many_rewards_at_once_are_all_counted(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database)
    await asyncio.gather(*(give(database, learner.id, source=f"l{n}") for n in range(30)))
    assert (await gamification.standing(learner.id)).xp == 900
    entries, total = await gamification.ledger(learner.id, page=1, limit=5)
    assert (len(entries), total, entries[0].amount) == (5, 30, 30)
    earned = {one.achievement.id for one in await gamification.achievements(learner.id) if one.earned_at}
    assert earned == {"first-lesson", "bookworm"}


async def test_an_achievement_is_claimed_exactly_once(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database)
    with pytest.raises(Conflict):
        await gamification.claim(learner.id, "first-lesson")
    with pytest.raises(NotFound):
        await gamification.claim(learner.id, "nothing")
    await give(database, learner.id)
    claims = [gamification.claim(learner.id, "first-lesson") for _ in range(20)]
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in results) == 19
    assert (await gamification.standing(learner.id)).xp == 40


async def test_a_session_with_some_turns_gives_xp_when_it_ends_and_its_course_counts_it(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database, "short", "long")
    await _in_course(database, learner.id)
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit([SaveItem("short", item("i1")), SaveSnapshot("short", {}, "closed")])
        await writer.commit(
            [*(SaveItem("long", item(f"i{n}")) for n in range(5)), SaveSnapshot("long", {}, None)]
        )
        assert (await gamification.standing(learner.id)).xp == 0
        await writer.commit([SaveSnapshot("long", {}, "finished")])
        await writer.commit([SaveSnapshot("long", {}, "closed")])
    assert (await gamification.standing(learner.id)).xp == 20
    (first,), total = await gamification.leaderboard(
        asking(learner.id), Period.WEEK, course_id="course_1", page=1, limit=10
    )
    assert (first.name, first.xp, first.is_me, total) == ("Lena", 20, True, 1)


async def test_the_leaderboard_shows_first_names_of_those_who_want_it(
    database: Database, gamification: GamificationStore
) -> None:
    accounts = AccountStore(database)
    people = [
        await accounts.add_person(name, Role.LEARNER)
        for name in ("Ann One", "Ben Two", "Cem Tri", "Dan Four")
    ]
    for person, count in zip(people, (1, 3, 1, 2), strict=True):
        for number in range(count):
            await give(database, person.id, source=str(number))
    await PreferenceStore(database).put(people[3].id, Preferences(on_leaderboard=False))
    viewer = asking(people[0].id)

    async def board(page: int, limit: int) -> list[tuple[int, str, int]]:
        found, total = await gamification.leaderboard(
            viewer, Period.ALL, course_id=None, page=page, limit=limit
        )
        assert total == 3
        return [(one.rank, one.name, one.xp) for one in found]

    whole = await board(1, 10)
    assert whole[0] == (1, "Ben", 90) and {one[:2] for one in whole[1:]} == {(2, "Ann"), (2, "Cem")}
    assert await board(2, 2) == whole[2:]
    with pytest.raises(NotFound):
        await gamification.leaderboard(viewer, Period.ALL, course_id="course_9", page=1, limit=10)


async def test_old_weeks_do_not_count_for_this_one(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database)
    async with database.write() as connection:
        await connection.run_sync(
            lambda c: reward(c, learner.id, Reason.LESSON, "old", NOW - timedelta(days=40))
        )
    for period, count in ((Period.WEEK, 0), (Period.MONTH, 0), (Period.ALL, 1)):
        _, total = await gamification.leaderboard(
            asking(learner.id), period, course_id=None, page=1, limit=10
        )
        assert total == count


async def test_days_are_those_of_the_learners_own_clock(
    database: Database, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database)
    await PreferenceStore(database).put(learner.id, Preferences("Pacific/Auckland"))
    for minute, source in ((55, "a"), (5, "b")):  # 23:55 and 0:05 in Auckland
        at = datetime(2026, 11, 2, 10 + (minute == 5), minute, tzinfo=UTC)
        async with database.write() as connection:
            await connection.run_sync(lambda c, s=source, t=at: reward(c, learner.id, Reason.LESSON, s, t))
    assert (await gamification.standing(learner.id)).longest_streak == 2


async def _in_course(database: Database, person_id: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            courses.insert().values(
                id="course_1", slug="c", title="C", description="", objectives=[], thumbnail="", banner="",
                category="", difficulty="beginner", language="en", created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
        await connection.execute(
            modules.insert().values(id="m1", course_id="course_1", title="M", description="", position=0)
        )
        await connection.execute(
            lessons.insert().values(
                id="l1", slug="l", title="L", content="", language="en", module_id="m1", metadata={}
            )
        )
        await connection.execute(
            enrollments.insert().values(
                course_id="course_1",
                person_id=person_id,
                access="open",
                enrolled_at=NOW,
                last_accessed_at=NOW,
            )
        )
        await connection.execute(update(session_rows).values(lesson_id="l1"))


async def test_sessions_of_a_companion_without_a_lesson_are_rewarded_too(
    database: Database, sessions: SessionStore, gamification: GamificationStore
) -> None:
    learner = await learner_with_sessions(database, "s1")
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit(
            [*(SaveItem("s1", item(f"i{n}")) for n in range(3)), SaveSnapshot("s1", {}, "finished")]
        )
    assert (await gamification.standing(learner.id)).xp == 20
