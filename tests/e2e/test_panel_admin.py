"""The admin's pages in headless Chromium, on a made-up school."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from lms_core.jobs import JobState
from lms_core.people import Role
from storage.database import Database
from storage.jobs import JobStore
from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import cookies
from tests.e2e.panel_school import (
    LEARNER,
    browser,
    cookie,
    new_context,
    school,
    signed_in,
)

__all__ = ["browser", "cookie", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_PATHS = [
    "/admin",
    "/admin/users",
    "/admin/users/invitations",
    f"/admin/users/{LEARNER}",
    "/admin/health",
    "/admin/settings",
]


@pytest_asyncio.fixture(loop_scope="module")
async def admin(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    async with signed_in(browser, school, str((await cookies(school))[Role.ADMIN])) as page:
        yield page


async def test_nobody_else_opens_them(school: RunningServer) -> None:
    values = await cookies(school)
    for role in (Role.LEARNER, Role.TEACHER):
        async with aiohttp.ClientSession(school.url, cookies={"viva_session": str(values[role])}) as http:
            for path in _PATHS:
                answer = await http.get(path)
                assert answer.status == 403 and "not for you" in await answer.text(), path


async def test_an_admin_finds_somebody_and_changes_their_plan(admin: Page) -> None:
    await admin.goto("/home")
    await admin.get_by_role("link", name="Admin", exact=True).click()
    await admin.get_by_role("link", name="People", exact=True).click()
    await admin.locator("main").get_by_role("searchbox").fill("demo3@")
    await admin.get_by_role("button", name="Find").click()
    await admin.get_by_role("link").filter(has_text="demo3@example.org").click()
    await expect(admin.get_by_role("heading", name="Plan: Free")).to_be_visible()
    minutes = admin.locator(".quotas .card").filter(has_text="Voice minutes")
    await expect(minutes).to_contain_text("of 60 used")
    await admin.get_by_role("combobox", name="Plan").select_option(label="Core")
    await admin.get_by_role("button", name="Change the plan").click()
    await expect(admin.get_by_role("heading", name="Plan: Core")).to_be_visible()
    await expect(minutes).to_contain_text("of 600 used")
    await admin.goto("/admin")
    await expect(admin.locator(".rows .row").first).to_contain_text("on another plan")


async def test_an_invitation_is_shown_once_and_makes_an_account(
    admin: Page, browser: Browser, school: RunningServer
) -> None:
    await admin.goto("/admin/users/invitations")
    await admin.get_by_label("For whom").fill("Nora")
    await admin.locator("[data-once] select").select_option(label="Teacher")
    await admin.get_by_role("button", name="Make the link").click()
    link = await admin.get_by_role("textbox", name="The invitation is ready").input_value()
    await admin.get_by_role("button", name="Close").click()
    await expect(admin.locator(".rows .row")).to_have_count(1)
    assert link.rsplit("=", 1)[1] not in await admin.content()
    context = await new_context(browser, school, None)
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_label("Name").fill("Nora New")
    await page.get_by_label("E-mail").fill("nora@example.org")
    await page.get_by_label("Password").fill("rain on the roof")
    await page.get_by_role("button", name="Make my account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Nora")
    await context.close()
    await admin.goto("/admin/users?search=nora&role=teacher")
    await expect(admin.get_by_role("link").filter(has_text="Nora New")).to_have_count(1)


async def test_a_reset_link_is_made_and_who_is_shut_out_is_let_in_again(admin: Page) -> None:
    await admin.goto(f"/admin/users/{LEARNER}")
    await admin.get_by_role("button", name="Make a link for a new password").click()
    await expect(admin.locator("#link-value")).to_have_value(re.compile("/reset#rst_"))
    await admin.get_by_role("button", name="Close").click()
    await admin.get_by_role("button", name="Shut out").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Shut out").click()
    await expect(admin.get_by_text("They are shut out")).to_be_visible()
    await admin.get_by_role("button", name="Let in again").click()
    await expect(admin.get_by_text("They are shut out")).to_have_count(0)


async def test_what_is_lost_is_said_before_somebody_is_deleted(admin: Page) -> None:
    await admin.goto("/admin/users/demo_person_7")
    name = await admin.get_by_role("heading", level=1).inner_text()
    await admin.get_by_role("button", name="Delete the account").click()
    await expect(admin.get_by_role("dialog")).to_contain_text("with what was said")
    await admin.get_by_role("button", name="Delete for good").click()
    await expect(admin).to_have_url(re.compile("/admin/users$"))
    assert (await admin.goto("/admin/users/demo_person_7")).status == 404, name  # type: ignore[union-attr]


async def test_health_is_drawn_and_keeps_itself_up_to_date(admin: Page, school: RunningServer) -> None:
    await admin.goto("/admin/health")
    await expect(admin.get_by_text("Ears: tests.null_engines:ears")).to_be_visible()
    drawn = admin.locator("figure").filter(has_text="Database queries")
    await expect(drawn.get_by_role("img")).to_have_attribute("aria-label", re.compile("Half took up to"))
    await drawn.get_by_text("As a table").click()
    await expect(drawn.get_by_role("table")).to_be_visible()
    before = await drawn.locator("#n-query").inner_text()
    await expect(drawn.locator("#n-query")).not_to_have_text(before)
    await expect(drawn.get_by_role("table")).to_be_visible()


async def test_who_may_sign_up_is_changed_and_the_join_page_follows_at_once(
    admin: Page, browser: Browser, school: RunningServer
) -> None:
    context = await new_context(browser, school, None)
    page = await context.new_page()
    await page.goto("/join")
    await expect(page.get_by_label("Invitation")).to_have_count(1)
    await admin.goto("/admin/settings")
    await admin.get_by_label("Who may make an account").first.select_option(label="anybody")
    await admin.get_by_role("button", name="Save: Who may make an account").click()
    await expect(admin.locator("#sign_up .from")).to_contain_text("Set here by Admin")
    await page.reload()
    await expect(page.get_by_label("Invitation")).to_have_count(0)
    await context.close()
    await admin.get_by_role("button", name="Undo the change: Who may make an account").click()
    await expect(admin.locator("#sign_up .from")).to_have_text("The default")
    await admin.goto("/admin")
    await expect(admin.locator(".rows .row").first).to_contain_text("Admin changed a setting")


async def test_a_wrong_setting_is_said_next_to_it(admin: Page) -> None:
    await admin.goto("/admin/settings")
    field = admin.get_by_role("spinbutton", name="Talks at the same time")
    await field.fill("0")
    await admin.get_by_role("button", name="Save: Talks at the same time").click()
    await expect(field).to_be_focused()
    await expect(admin.locator("#max_sessions .problem.said")).to_be_visible()


async def test_what_an_admin_did_is_found_in_the_log(admin: Page) -> None:
    await admin.goto("/admin/users/demo_person_5")
    name = await admin.get_by_role("heading", level=1).inner_text()
    await admin.get_by_role("combobox", name="Plan").select_option(label="Pro")
    await admin.get_by_role("button", name="Change the plan").click()
    await expect(admin.get_by_role("heading", name="Plan: Pro")).to_be_visible()
    await admin.get_by_role("link", name="Audit log").click()
    await admin.locator("main").get_by_role("searchbox").fill("demo5@")
    await admin.get_by_role("combobox", name="What happened").select_option("plan_changed")
    await admin.get_by_role("button", name="Find").click()
    await expect(admin.locator(".rows .row")).to_have_count(1)
    await expect(admin.locator(".rows .row")).to_contain_text(f"Admin put {name} on another plan")
    async with admin.expect_download() as download:
        await admin.get_by_role("link", name="Download as CSV").click()
    assert (await download.value).suggested_filename == "viva-audit.csv"


async def test_a_course_is_taken_back_and_published_again(admin: Page) -> None:
    await admin.goto("/admin/content")
    row = admin.locator(".rows .row").filter(has=admin.locator("[href='/teach/courses/demo-course-1/edit']"))
    await row.get_by_role("button", name="Take back").click()
    await expect(row.locator(".state")).to_have_text("Draft")
    await row.get_by_role("button", name="Publish").click()
    await expect(row.locator(".state")).to_have_text("Published")


async def test_a_key_is_shown_once_and_revoked(admin: Page, school: RunningServer) -> None:
    await admin.goto("/profile/keys")
    await admin.get_by_label("What it is for").fill("Gradebook")
    await admin.get_by_label("Days until it ends").fill("30")
    await admin.get_by_role("button", name="Make the key").click()
    value = await admin.get_by_role("textbox", name="Your key").input_value()
    await admin.get_by_role("button", name="Close").click()
    await expect(admin.locator(".row").filter(has_text="Gradebook")).to_have_count(1)
    assert value.startswith("viva_") and value not in await admin.content()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {value}"}) as http:
        assert (await http.get(f"{school.url}/api/v1/me")).status == 200
        await admin.get_by_role("button", name="Revoke: Gradebook").click()
        await expect(admin.locator(".row").filter(has_text="Gradebook")).to_have_count(0)
        assert (await http.get(f"{school.url}/api/v1/me")).status == 401


async def test_a_job_that_failed_is_told_on_the_first_page_and_tried_again(
    admin: Page, school: RunningServer
) -> None:
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    store = JobStore(database)
    job = await store.begin("nobody-does-this", "media_1", None)
    await store.end(job, 1, JobState.FAILED, "The disk was full; make room.")
    await database.aclose()
    await admin.goto("/admin")
    await admin.get_by_role("link", name="See why").click()
    await expect(admin.locator(".row")).to_contain_text("The disk was full; make room.")
    await admin.get_by_role("button", name="Try again").click()
    await expect(admin.get_by_text("The disk was full; make room.")).to_have_count(
        0
    )  # it may have failed anew
