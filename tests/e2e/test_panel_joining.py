"""How people come in: with an invitation, and with the link of a reset; in headless Chromium, on a made-up school."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, invitation, invited, new_context, school

__all__ = ["browser", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    context = await new_context(browser, school, None)
    yield await context.new_page()
    await context.close()


async def fill(page: Page, name: str, email: str, password: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Make my account").click()


async def test_who_is_invited_makes_an_account_and_is_in(stranger: Page, school: RunningServer) -> None:
    await stranger.goto(f"/join?invitation={await invitation(school)}")
    await fill(stranger, "Noor", "noor@example.org", "short")
    await expect(stranger.get_by_role("alert")).to_be_visible()
    await stranger.get_by_label("Password").fill("correct horse battery")
    await stranger.get_by_role("button", name="Make my account").click()
    await expect(stranger.get_by_role("heading", level=1)).to_have_text("Hello, Noor")
    await stranger.wait_for_function("() => sessionStorage.getItem('viva-email') === null")


async def test_who_has_an_account_already_goes_on_to_the_sign_in_with_their_address(
    stranger: Page, school: RunningServer
) -> None:
    email = await invited(school, "Olga")
    await stranger.goto(f"/join?invitation={await invitation(school)}")
    await fill(stranger, "Olga", email, "another horse battery")
    await expect(stranger.get_by_role("heading", level=1)).to_have_text("Sign in")
    await expect(stranger.get_by_role("status").first).to_contain_text("still the old one")
    await expect(stranger.get_by_label("E-mail")).to_have_value(email)
    await stranger.get_by_label("Password").fill("correct horse battery")
    await stranger.get_by_role("button", name="Sign in").click()
    await expect(stranger.get_by_role("heading", level=1)).to_have_text("Hello, Olga")


async def test_who_forgot_their_password_chooses_another_by_a_link_and_is_in(
    stranger: Page, school: RunningServer
) -> None:
    await invited(school, "Rosa")
    async with aiohttp.ClientSession(
        school.url, headers={"Authorization": f"Bearer {school.api_key}"}
    ) as http:
        people = (await (await http.get("/api/v1/admin/users?search=rosa")).json())["data"]
        answer = await http.post(f"/api/v1/admin/users/{people[0]['id']}/reset-link")
        link = str((await answer.json())["data"]["link"])
    await stranger.goto("/reset#" + link.partition("#")[2])
    await stranger.get_by_role("link", name="Deutsch").click()  # the token is not lost by it
    await stranger.wait_for_url("**/reset")
    await stranger.get_by_label("Neues Passwort").fill("better horse battery")
    await stranger.get_by_role("button", name="Speichern").click()
    await expect(stranger.get_by_role("heading", level=1)).to_have_text("Hallo, Rosa")
