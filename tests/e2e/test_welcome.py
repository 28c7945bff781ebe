"""The first run in headless Chromium: from the one-time link on an empty data directory to a first talk."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import RunningServer, own_server
from tests.e2e.panel_school import browser, new_context

__all__ = ["browser", "own_server"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_PASSWORD = "rain on the roof"


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, own_server: RunningServer) -> AsyncIterator[Page]:
    context = await new_context(browser, own_server, None)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    await context.close()
    assert not faults, faults


async def test_the_one_time_link_leads_through_three_steps_to_a_talk(
    page: Page, browser: Browser, own_server: RunningServer
) -> None:
    server = own_server
    await page.goto(server.sign_in_url)
    await expect(page).to_have_url(f"{server.url}/welcome")
    await page.get_by_label("Name").fill("Ann")
    await page.get_by_label("E-mail").fill("ann@example.org")
    await page.get_by_label("Password").fill("short")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Password").fill(_PASSWORD)
    await page.get_by_role("button", name="Next").click()
    await expect(page).to_have_url(f"{server.url}/welcome/voice")

    # Interrupted: another browser goes on where this one stopped, with the password, for the link is spent.
    again = await (await new_context(browser, server, None)).new_page()
    answer = await again.goto(server.sign_in_url)
    assert answer is not None and answer.status == 401
    await again.goto("/enter?next=/")
    await again.get_by_label("E-mail").fill("ann@example.org")
    await again.get_by_label("Password").fill(_PASSWORD)
    await again.get_by_role("button", name="Sign in").click()
    await expect(again).to_have_url(f"{server.url}/welcome/voice")
    await again.goto("/welcome")
    await expect(again).to_have_url(f"{server.url}/welcome/voice")
    await again.context.close()

    async with page.expect_response("**/voices/preview") as heard:
        await page.get_by_role("button", name="Hear Emma (British English)").click()
    assert (await heard.value).status == 200
    await page.get_by_role("button", name="Next").click()
    await page.get_by_role("link", name="Begin").click()
    await page.get_by_role("button", name="I would rather type").click()
    await expect(page.locator("#captions .tutor").first).to_be_visible()  # it greets
    assert await _voice(server) == "en-gb-x-rp+f2"
    await page.goto("/")
    await expect(page).to_have_url(f"{server.url}/home")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Ann")


async def test_the_welcome_can_be_put_off_in_german(browser: Browser, own_server: RunningServer) -> None:
    context = await new_context(browser, own_server, None, locale="de-DE")
    page = await context.new_page()
    await page.goto(own_server.sign_in_url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Willkommen bei Viva")
    await page.get_by_role("link", name="Diesen Schritt überspringen").click()
    await page.get_by_role("link", name="Diesen Schritt überspringen").click()
    await expect(page.get_by_role("link", name="Los geht’s")).to_be_visible()
    await page.get_by_role("link", name="Jetzt nicht").click()
    await expect(page).to_have_url(f"{own_server.url}/home")
    await page.goto("/")
    await expect(page).to_have_url(f"{own_server.url}/home")
    await context.close()


async def _voice(server: RunningServer) -> str:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as http:
        answer = await http.get("/api/v1/companions/ada-fractions")
        return str((await answer.json())["data"]["voice"])
