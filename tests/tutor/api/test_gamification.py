"""XP, achievements and leaderboard, asked of a real server."""

from datetime import UTC, datetime

from lms_core.gamification.xp import Reason
from storage.rewards import reward
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def test_what_was_earned_is_claimed_once_and_shows_on_the_leaderboard(ask: Asking) -> None:
    person_id = await ask.add("gus")
    async with ask.database.write() as connection:
        await connection.run_sync(lambda c: reward(c, person_id, Reason.LESSON, "l1", datetime.now(UTC)))
    assert (await ask("gus", "GET", "/me/xp")).data == {
        "xp": 30, "level": 1, "into_level": 30, "level_span": 100, "streak_days": 1, "longest_streak": 1,
    }  # fmt: skip
    assert (await ask("gus", "GET", "/achievements")).data[0]["requires"] == {"session": 1}
    mine = {one["id"]: one for one in (await ask("gus", "GET", "/me/achievements?limit=100")).data}
    assert mine["first-lesson"]["earned_at"] and mine["first-lesson"]["progress"] == 1
    assert mine["bookworm"]["earned_at"] is None and mine["bookworm"]["progress"] == 0.04
    claimed = await ask("gus", "POST", "/achievements/first-lesson/claim")
    assert claimed.status == 200 and claimed.data["claimed_at"]
    assert (await ask("gus", "POST", "/achievements/first-lesson/claim")).status == 409
    assert (await ask("gus", "POST", "/achievements/month/claim")).status == 409
    assert (await ask("gus", "POST", "/achievements/nothing/claim")).status == 404
    entries = await ask("gus", "GET", "/me/xp/entries")
    assert [one["reason"] for one in entries.data] == ["achievement", "lesson"]
    board = (await ask("gus", "GET", "/leaderboard?period=month")).data
    assert board == [{"rank": 1, "name": "gus", "xp": 40, "is_me": True}]


async def test_who_leaves_the_leaderboard_is_not_on_it(ask: Asking) -> None:
    person_id = await ask.add("hal")
    async with ask.database.write() as connection:
        await connection.run_sync(lambda c: reward(c, person_id, Reason.COURSE, "c1", datetime.now(UTC)))
    hidden = {"time_zone": "America/Lima", "on_leaderboard": False, "email_from": "never", "muted": ["nudge"]}
    assert (await ask("hal", "PUT", "/me/preferences", hidden)).data == hidden
    assert (await ask("hal", "GET", "/me/preferences")).data == hidden
    assert not [one for one in (await ask("hal", "GET", "/leaderboard")).data if one["name"] == "hal"]
    wrong = await ask("hal", "PUT", "/me/preferences", hidden | {"time_zone": "Mars/Olympus"})
    assert wrong.status == 400 and "time zone" in wrong.body["error"]
    assert (await ask("hal", "GET", "/leaderboard?course_id=nothing")).status == 404
