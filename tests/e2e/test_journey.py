"""A person who never saw Viva: from the front page to a talk with a companion of their own, and to the end of their plan."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.talking import Chromium, begin, browser, chromium, page_talks, playwright, shows, state_is
from tests.e2e.voice import say

__all__ = ["browser", "chromium", "playwright"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VIVA_SIGN_UP", "open")
        running = RunningServer(tmp_path_factory.mktemp("journey") / "data")
    yield running
    running.stop()


async def test_a_stranger_signs_up_makes_a_companion_and_talks_with_it(
    server: RunningServer, chromium: Chromium
) -> None:
    page = await chromium.page(server, path="/", permissions=["microphone"])
    await _sign_up(page)
    await _make_companion(page, "Zoe")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("link", name="Talk", exact=True).click()
    await begin(page)
    await page_talks(page)
    await state_is(page, "listening")
    await say(page, "cards_001")
    await shows(page, "#captions .learner", "ten of clubs")
    await page.get_by_role("button", name="End", exact=True).click()
    await state_is(page, "done")
    await page.get_by_role("link", name="Read what was said").click()
    await expect(page.locator(".talk .learner").first).to_contain_text("ten of clubs")

    for name in ("Yan", "Xiu"):
        await _make_companion(page, name)
        await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.goto(f"{server.url}/companions?mine=1")
    await expect(page.locator(".cards .card")).to_have_count(3)
    await _make_companion(page, "Wim")
    refused = page.get_by_role("alert").filter(has_text="3")
    await expect(refused).to_be_visible()
    await expect(page).to_have_url(f"{server.url}/companions/new")
    await expect(page.get_by_label("Name")).to_have_value("Wim")
    await page.get_by_role("link", name="Compare the plans").click()
    await expect(page).to_have_url(f"{server.url}/plans")


async def _sign_up(page: Page) -> None:
    await page.get_by_role("link", name="Make an account").click()
    await page.get_by_label("Name").fill("Pia")
    await page.get_by_label("E-mail").fill("pia@example.org")
    await page.get_by_label("Password").fill("correct horse battery")
    await page.get_by_role("button", name="Make my account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Pia")


async def _make_companion(page: Page, name: str) -> None:
    await page.get_by_role("link", name="Companions", exact=True).click()
    await page.get_by_role("link", name="Make your own").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("What it talks about").fill("card tricks")
    await page.get_by_role("button", name="Make it").click()
