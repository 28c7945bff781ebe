"""What happens while a page is open comes to it, in headless Chromium."""

from datetime import UTC, datetime
from functools import partial

import aiohttp
import pytest
from playwright.async_api import Page, expect

from lms_core.gamification.achievements import ACHIEVEMENTS
from lms_core.notifications import Notification, NotificationKind
from storage.database import Database
from storage.notifications import notify
from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import LEARNER, browser, cookie, learner, school

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def _open(learner: Page, path: str) -> None:
    """With its stream of updates: the page remembers the last one, so that from then on none is missed."""
    await learner.goto(path)
    await learner.wait_for_function("() => localStorage.getItem('viva-last-update')")


async def test_a_message_is_told_and_counted_on_the_page_that_is_open(
    learner: Page, school: RunningServer
) -> None:
    await _open(learner, "/companions")
    await _tell(school, NotificationKind.MESSAGE, "See you at four", {})
    told = learner.locator("#toasts").get_by_role("link", name="See you at four")
    await expect(told).to_be_visible()
    await expect(learner.locator("#unread")).to_contain_text("unread")
    await told.click()
    await expect(learner.get_by_role("heading", level=1)).to_have_text("Notifications")


async def test_an_achievement_is_told_in_the_pages_language(learner: Page, school: RunningServer) -> None:
    await learner.goto("/language/de?next=/home")
    await _open(learner, "/home")
    await _tell(school, NotificationKind.ACHIEVEMENT, "English", {"achievement_id": ACHIEVEMENTS[0].id})
    await expect(learner.locator("#toasts a")).to_be_visible()
    await expect(learner.locator("#toasts a")).not_to_have_text("English")


async def test_progress_made_elsewhere_shows_on_the_open_course(
    learner: Page, school: RunningServer, cookie: str
) -> None:
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": cookie}) as http:
        await http.put("/api/v1/courses/demo_course_1/enrollment")
        progress = await (await http.get("/api/v1/courses/demo_course_1/progress")).json()
        await _open(learner, "/courses/demo-course-1")
        done = await learner.locator(".mark.completed").count()
        lesson = progress["data"]["next_lesson"]
        answer = await http.post(f"/api/v1/lessons/{lesson}/progress", json={"completed": True})
        assert answer.status == 200, await answer.text()
    await expect(learner.get_by_text("Lesson completed.")).to_be_visible()  # first: it goes away again
    await expect(learner.locator(".mark.completed")).to_have_count(done + 1)


async def _tell(school: RunningServer, kind: NotificationKind, title: str, data: dict[str, str]) -> None:
    """From another process, as a second node would: on SQLite streams see it with their next heartbeat."""
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    async with database.write() as connection:
        told = Notification(LEARNER, kind, title, "From your teacher.", now, data=data)
        await connection.run_sync(partial(notify, one=told, now=now))
    await database.aclose()
