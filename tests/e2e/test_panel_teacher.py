"""The teacher's pages in headless Chromium, on a made-up school."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import TEACHER, browser, check_fits, cookie, cookie_of, learner, school, signed_in

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_PATHS = ["/teach"]


@pytest_asyncio.fixture(loop_scope="module")
async def teacher(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        yield page


@pytest.mark.parametrize("width", [390, 820, 1440])
async def test_every_page_fits_its_screen_and_complains_of_nothing(teacher: Page, width: int) -> None:
    await check_fits(teacher, _PATHS, width)


async def test_who_teaches_finds_what_they_made_from_any_page(teacher: Page) -> None:
    await teacher.goto("/home")
    await teacher.get_by_role("link", name="Teach", exact=True).click()
    await expect(teacher.get_by_text("Published", exact=True).first).to_be_visible()


async def test_learners_do_not_come_to_the_teachers_pages(
    learner: Page, school: RunningServer, cookie: str
) -> None:
    await learner.goto("/home")
    await expect(learner.get_by_role("link", name="Teach", exact=True)).to_have_count(0)
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": cookie}) as http:
        for path in _PATHS:
            assert (await http.get(path)).status == 403
