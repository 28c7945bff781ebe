"""A slow line: what a person does before the scripts have come is done once they have, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, cookie, learner, school
from tests.e2e.panel_writing import PNG, new_course, teacher
from tests.e2e.talking import TYPE

__all__ = ["browser", "cookie", "learner", "school", "teacher"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def without_modules(page: Page, address: str) -> AsyncIterator[None]:
    """The page as it stands while its modules are on their way; they come at the end."""
    come = asyncio.Event()

    async def hold(route: Route) -> None:
        if not route.request.url.endswith("/early.js"):
            await come.wait()
        await route.continue_()

    await page.route("**/static/*.js", hold)
    await page.goto(address, wait_until="commit")
    yield
    come.set()


async def test_a_form_sent_early_is_sent_once_and_nothing_typed_gets_into_the_address(
    school: RunningServer, teacher: Page
) -> None:
    sent: list[str] = []
    teacher.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    async with without_modules(teacher, "/teach/courses/new"):
        await teacher.get_by_label("Title").fill("Quick hands")
        for _ in range(2):
            await teacher.get_by_role("button", name="Make a draft").click()
        await expect(teacher).to_have_url(f"{school.url}/teach/courses/new")
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Quick hands")
    assert sent == [f"{school.url}/api/v1/courses"]


async def test_what_is_typed_early_in_an_editor_is_seen_as_changed_and_saved(teacher: Page) -> None:
    await new_course(teacher, "Early", {})
    async with without_modules(teacher, teacher.url):
        await teacher.get_by_label("Tags").fill("birds")
        await teacher.get_by_label("Tags").select_text()
    await expect(teacher.locator("#status")).to_contain_text("Not saved yet")
    assert await teacher.evaluate("String(getSelection())") == "birds", "who writes on is where they were"
    await teacher.get_by_role("button", name="Save").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.unroute_all()
    await teacher.reload()
    await expect(teacher.get_by_label("Tags")).to_have_value("birds")


async def test_keys_that_save_and_marks_for_what_is_selected_work_early(teacher: Page) -> None:
    await new_course(teacher, "Early keys", {"One": ["First"]})
    lesson = await teacher.get_by_role("link", name="First", exact=True).get_attribute("href")
    assert lesson is not None
    text = teacher.get_by_role("textbox", name="Text")
    async with without_modules(teacher, lesson):
        await text.fill("Plants eat light")
        await text.select_text()
        await teacher.get_by_role("button", name="Bold").click()
    await expect(text).to_have_value("**Plants eat light**")
    async with without_modules(teacher, lesson):
        await text.fill("Plants eat light")
        await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")


async def test_a_page_whose_scripts_do_not_come_says_so(teacher: Page) -> None:
    await new_course(teacher, "Torn", {})
    await teacher.route("**/static/rename.js", lambda route: route.abort())
    await teacher.reload()
    await expect(teacher.get_by_role("alert")).to_contain_text("did not arrive")
    await teacher.unroute_all()
    await teacher.get_by_role("link", name="Load it again").click()
    await expect(teacher.get_by_text("did not arrive")).to_be_hidden()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Torn")


async def test_a_file_chosen_early_is_taken(teacher: Page, tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(PNG)
    await new_course(teacher, "Early pictures", {})
    box = teacher.locator("[data-picture]", has_text="Small picture")
    async with without_modules(teacher, teacher.url):
        await box.locator("[type=file]").set_input_files(tmp_path / "small.png")
    await expect(box.locator("img")).to_be_visible()


async def test_a_button_pressed_early_is_pressed(learner: Page) -> None:
    found = await (await learner.request.get("/api/v1/companions")).json()
    async with without_modules(learner, f"/talk/{found['data'][0]['slug']}"):
        await learner.get_by_role("button", name="I would rather type").click()
    await expect(learner.get_by_label(TYPE)).to_be_visible()


async def test_links_and_forms_that_need_no_script_do_not_wait(learner: Page) -> None:
    async with without_modules(learner, "/companions"):
        await learner.get_by_role("searchbox").first.fill("fractions")
        await learner.keyboard.press("Enter")
        await learner.wait_for_url("**q=fractions*", wait_until="commit")


async def test_what_led_to_another_page_is_not_pressed_again_while_that_is_on_its_way(teacher: Page) -> None:
    asked = asyncio.Event()

    async def stay(route: Route) -> None:
        await route.fulfill(status=204)  # a browser stays where it is
        asked.set()

    await teacher.goto("/teach/courses/new")
    await teacher.route("**/teach/courses/*/edit", stay)
    await teacher.get_by_label("Title").fill("Twice")
    button = teacher.get_by_role("button", name="Make a draft")
    await button.click()
    await asked.wait()
    assert await button.is_disabled()
    await teacher.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )  # one came back
    assert await button.is_enabled()
