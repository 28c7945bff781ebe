"""A teacher looks at a learner of theirs: what they find hard, what they answered, what they talked about."""

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import addresses
from tests.e2e.panel_school import LEARNER, TEACHER, browser, cookie_of, school, signed_in

__all__ = ["browser", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_from_the_class_to_the_learner_to_an_answer_and_a_talk(
    browser: Browser, school: RunningServer
) -> None:
    await addresses(school)  # the learner hands in a quiz of the first course, unanswered
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        await page.goto("/teach/courses/demo-course-0")
        await page.locator(f'#learners a[href="/teach/learners/{LEARNER}"]').click()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".figures")).to_contain_text("Courses")
        await page.wait_for_load_state()  # with all its rows
        opened = page.locator("details.begun").first
        done = await opened.locator(".mark.completed").count()
        await expect(opened.locator("summary")).to_contain_text(f"opened, {done} completed")
        await page.locator('a[href^="/teach/attempts/"]').first.click()
        await expect(page.get_by_text("Not answered")).to_be_visible()
        await page.go_back()
        talk = page.locator('a[href^="/history/"]').first
        await talk.click()
        await expect(page.get_by_role("heading", name="What was said")).to_be_visible()
        await expect(page.locator(f'a[href="/teach/learners/{LEARNER}"]')).to_be_visible()


async def test_learners_and_other_teachers_learners_are_not_shown(
    browser: Browser, school: RunningServer
) -> None:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        answer = await page.goto("/teach/learners/nobody")
        assert answer is not None and answer.status == 404
    async with aiohttp.ClientSession(
        school.url, cookies={"viva_session": await cookie_of(school, LEARNER)}
    ) as http:
        assert (await http.get(f"/teach/learners/{LEARNER}")).status == 403
