"""Notifications, asked of a real server, and told over its stream of live updates."""

import json
from datetime import UTC, datetime

import aiohttp

from lms_core.gamification.xp import Reason
from storage.rewards import reward
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.api.test_courses import course_of


async def test_what_was_earned_is_there_to_read(ask: Asking) -> None:
    person_id = await ask.add("nan")
    async with ask.database.write() as connection:
        await connection.run_sync(lambda c: reward(c, person_id, Reason.LESSON, "l1", datetime.now(UTC)))
    assert (await ask("nan", "GET", "/notifications/unread")).data == {"unread": 1}
    (one,) = (await ask("nan", "GET", "/notifications?unread=true")).data
    assert (one["kind"], one["urgency"], one["data"]) == (
        "achievement",
        "normal",
        {"achievement_id": "first-lesson"},
    )
    await ask.add("ned")
    assert (await ask("ned", "POST", f"/notifications/{one['id']}/read")).status == 404
    assert (await ask("nan", "POST", f"/notifications/{one['id']}/read")).data["read_at"]
    assert (await ask("nan", "POST", "/notifications/read")).data == {"unread": 0}


async def test_progress_in_a_lesson_is_told_to_open_pages(ask: Asking) -> None:
    await ask.add("pia")
    here, (lesson,) = await course_of(ask, "admin", "only")
    await ask("pia", "PUT", f"{here}/enrollment")
    headers = {"Authorization": f"Bearer {ask.keys['pia']}"}
    async with (
        aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(60)) as http,
        http.get(f"{ask.server.url}/api/v1/events") as stream,
    ):
        seen: dict[str, object] = {}
        kind = ""
        async for raw in stream.content:
            line = raw.decode().strip()
            kind = line.removeprefix("event: ") if line.startswith("event: ") else kind
            if line.startswith("data: "):
                seen[kind] = json.loads(line.removeprefix("data: "))
            if kind == "ready" and not line:
                await ask("pia", "POST", f"/lessons/{lesson}/progress", {"completed": True})
            if {"progress.changed", "xp.changed", "achievement.earned", "notification.new"} <= set(seen):
                break
    assert seen["progress.changed"] == {"lesson_id": lesson, "status": "completed"}
