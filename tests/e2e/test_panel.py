"""What learners do in the panel, in headless Chromium, on a made-up school. One browser and one server for all tests."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select, update

from lms_core.notifications import Notification, NotificationKind
from storage.accounts import digest_of
from storage.database import Database
from storage.notifications import notify
from storage.tables import sessions, tokens
from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import (
    LEARNER,
    TEACHER,
    browser,
    cookie,
    cookie_of,
    invited,
    learner,
    new_context,
    school,
    signed_in,
)

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
_TALKATIVE = "demo_person_5"
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_bookmark_is_kept_and_found_again(learner: Page) -> None:
    await learner.goto("/companions/ada-fractions")
    ribbon = learner.get_by_role("button", name="Bookmark Ada")
    async with learner.expect_response("**/bookmark"):
        await ribbon.click()
    await expect(ribbon).to_have_attribute("aria-pressed", "true")
    await learner.goto("/companions?saved=1")
    await expect(learner.get_by_role("link", name="adding fractions")).to_be_visible()


async def test_a_bookmark_that_the_server_refuses_is_undone_and_said(learner: Page) -> None:
    await learner.goto("/companions/milo-photosynthesis")
    await learner.route("**/bookmark", lambda route: route.abort())
    ribbon = learner.get_by_role("button", name="Bookmark Milo")
    await ribbon.click()
    await expect(ribbon).to_have_attribute("aria-pressed", "false")
    await expect(learner.get_by_text("cannot be reached. Check")).to_be_visible()


async def test_a_server_that_is_gone_is_told_though_there_is_a_network(learner: Page) -> None:
    await learner.route("**/api/v1/events", lambda route: route.abort())
    await learner.goto("/home")
    await expect(learner.locator("#cut")).to_be_visible()
    await learner.unroute_all()
    await expect(learner.locator("#cut")).to_be_hidden()


async def test_a_course_is_joined_and_a_lesson_finished(
    learner: Page, school: RunningServer, cookie: str
) -> None:
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": cookie}) as http:
        mine = {one["course"]["id"] for one in (await (await http.get("/api/v1/me/courses")).json())["data"]}
        courses = (await (await http.get("/api/v1/courses")).json())["data"]
        course = next(one for one in courses if one["id"] not in mine)
    await learner.goto(f"/courses/{course['slug']}")
    await learner.get_by_role("button", name="Enroll").click()
    await learner.get_by_role("link", name="Begin").click()
    await expect(learner.locator("article h1")).to_contain_text("1")
    await learner.get_by_role("button", name="I have finished this lesson").click()
    await expect(learner.locator("article h1")).to_contain_text("2")
    await learner.goto(f"/courses/{course['slug']}")
    await expect(learner.locator(".mark.completed")).to_have_count(1)


async def test_a_notification_is_read_and_then_all_are(learner: Page, school: RunningServer) -> None:
    await _tell(school, "A first thing", "A second thing")
    await learner.goto("/notifications")
    unread = learner.locator("summary .count")
    before = int(await unread.locator("[aria-hidden]").inner_text())
    await learner.get_by_role("button", name="Mark as read: A first thing").click()
    await expect(unread).to_contain_text(f"{before - 1} unread")
    await learner.get_by_role("button", name="Mark all as read").click()
    await expect(unread).to_have_count(0)
    await expect(learner.get_by_text("A second thing")).to_be_visible()


async def _tell(school: RunningServer, *titles: str) -> None:
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    async with database.write() as connection:
        for title in titles:
            told = Notification(LEARNER, NotificationKind.MESSAGE, title, "From your teacher.", now)
            await connection.run_sync(partial(notify, one=told, now=now))
    await database.aclose()


async def test_a_talk_is_read_again(learner: Page) -> None:
    await learner.goto("/history")
    await learner.locator(".row a").first.click()
    await expect(learner.locator(".talk li")).to_have_count(4)


async def test_the_talk_button_leads_to_the_session_page_and_asks_for_the_microphone(learner: Page) -> None:
    await learner.goto("/companions/ada-fractions")
    await learner.get_by_role("link", name="Talk", exact=True).click()
    await expect(learner.get_by_role("button", name="Use my microphone")).to_be_visible()


async def test_who_is_not_signed_in_signs_in_and_goes_on(browser: Browser, school: RunningServer) -> None:
    email = await invited(school)
    context = await new_context(browser, school, None)
    page = await context.new_page()
    await page.goto("/companions?subject=maths")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill("not the right one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await page.get_by_label("Password").fill("correct horse battery")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{school.url}/companions?subject=maths")
    await page.get_by_text("Account of Ivy").locator("..").click()
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mit wem möchtest du sprechen?")
    await page.get_by_text("Konto von Ivy").locator("..").click()
    await page.get_by_role("button", name="Abmelden").click()
    await expect(page).to_have_url(f"{school.url}/enter")
    await context.close()


async def test_a_person_changes_their_name_signs_out_a_device_and_leaves(
    browser: Browser, school: RunningServer
) -> None:
    email = await invited(school, "Zoe")
    credentials = {"email": email, "password": "correct horse battery"}
    async with aiohttp.ClientSession(school.url) as http:
        assert (await http.post("/api/v1/auth/login", json=credentials)).status == 200
    context = await new_context(browser, school, None)
    page = await context.new_page()
    await page.goto("/enter?next=/profile")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(credentials["password"])
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Name").fill("Zora")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("Account of Zora")).to_be_attached()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(page.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)
    await page.get_by_label("Current password").fill("wrong")
    await page.get_by_label("New password").fill("better horse battery")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download my data").click()
    assert (await download.value).suggested_filename == "viva-data.json"
    await page.get_by_role("button", name="Delete my account").click()
    await page.get_by_role("button", name="Delete for good").click()
    await expect(page).to_have_url(f"{school.url}/enter?note=left")
    await context.close()
    async with aiohttp.ClientSession(school.url) as http:
        assert (await http.post("/api/v1/auth/login", json=credentials)).status == 401


async def test_who_signed_in_long_ago_is_asked_to_do_so_again_before_leaving(
    browser: Browser, school: RunningServer
) -> None:
    value = await cookie_of(school, LEARNER)
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    async with database.write() as connection:
        old = datetime.now(UTC) - timedelta(hours=1)
        mine = tokens.c.digest == digest_of(value)
        await connection.execute(update(tokens).where(mine).values(created_at=old))
    await database.aclose()
    context = await new_context(browser, school, value)
    page = await context.new_page()
    await page.goto("/profile")
    await page.get_by_role("button", name="Delete my account").click()
    await page.get_by_role("button", name="Sign in again").click()
    await expect(page).to_have_url(f"{school.url}/enter?next=/profile")
    await context.close()


async def test_what_is_refused_is_said_in_the_language_of_the_page(
    browser: Browser, school: RunningServer
) -> None:
    context = await new_context(browser, school, None, locale="de-AT")
    page = await context.new_page()
    await page.goto("/enter")
    await page.get_by_role("button", name="Anmelden").click()
    await expect(page.get_by_text("Das fehlt noch.")).to_have_count(2)
    await page.get_by_label("E-Mail").fill("ivy")
    await page.get_by_label("Passwort").fill("not the right one")
    await page.get_by_role("button", name="Anmelden").click()
    await expect(page.get_by_text("schreib sie so")).to_be_visible()
    await page.get_by_label("E-Mail").fill("ivy@example.org")
    await page.get_by_role("button", name="Anmelden").click()
    await expect(page.get_by_role("alert")).to_have_text("Die Adresse oder das Passwort stimmt nicht.")
    await context.close()


async def test_who_has_used_up_their_companions_sees_why_and_which_plan_has_more(
    browser: Browser, school: RunningServer
) -> None:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        await page.goto("/teach/companions/new")
        await page.get_by_label("Name").fill("Nora")
        await page.get_by_label("What it talks about").fill("tides")
        await page.get_by_role("button", name="Make a draft").click()
        await expect(page.get_by_role("alert")).to_contain_text("your plan “Free” has room for 3")
        await page.get_by_role("link", name="Compare the plans").click()
        await expect(page.locator(".plans .mine")).to_contain_text("Free")
        await expect(page.get_by_text("for a larger plan")).to_be_visible()


async def test_who_has_used_up_their_talks_sees_why_instead_of_talking(
    browser: Browser, school: RunningServer
) -> None:
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    async with database.write() as connection:
        some = select(sessions.c.id).where(sessions.c.person_id != LEARNER).limit(10).scalar_subquery()
        talked = update(sessions).where(sessions.c.id.in_(some))
        soon = datetime.now(UTC) + timedelta(hours=1)  # of this month also if that ends before the test does
        await connection.execute(talked.values(person_id=_TALKATIVE, started_at=soon))
    await database.aclose()
    async with signed_in(browser, school, await cookie_of(school, _TALKATIVE)) as page:
        await page.goto("/talk/ada-fractions")
        await page.get_by_role("button", name="I would rather type").click()
        await expect(page.locator("#reason")).to_contain_text("10")
        await page.get_by_role("link", name="Compare the plans").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Plans")
        await expect(
            page.locator(".quotas .card", has_text="Talks this month").locator("strong")
        ).to_have_text("10")


async def test_the_keyboard_skips_to_the_content_and_opens_the_menu(learner: Page) -> None:
    await learner.goto("/companions")
    await learner.keyboard.press("Tab")
    await expect(learner.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    await learner.keyboard.press("Enter")
    await learner.keyboard.press("Tab")
    focused = learner.locator(":focus")
    await expect(focused).to_have_text("Make your own")  # the first of the content
    assert await focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    await learner.locator("details.me summary").focus()
    await learner.keyboard.press("Enter")
    await expect(learner.get_by_role("link", name="Profile and plan")).to_be_visible()
    await learner.keyboard.press("Escape")
    await expect(learner.locator("details.me summary")).to_be_focused()


async def test_what_is_looked_for_is_found_from_every_page_by_keyboard(learner: Page) -> None:
    await learner.set_viewport_size({"width": 390, "height": 844})
    await learner.goto("/achievements")
    await learner.keyboard.press("/")
    await expect(learner.get_by_role("heading", level=1)).to_have_text("Search")
    await expect(learner.get_by_role("searchbox")).to_be_focused()
    await learner.keyboard.type("adding frac")
    await expect(learner).to_have_url(re.compile(r"q=adding\+frac&"))  # what was found for less is gone
    await expect(learner.locator("#found mark").first).to_have_text(re.compile("adding|Fractions"))
    await expect(learner.get_by_role("searchbox")).to_be_focused()
    await learner.locator("#found a", has_text="Companion").first.click()
    await expect(learner).to_have_url(re.compile("/companions/"))
    await expect(learner.get_by_role("link", name="Talk", exact=True)).to_be_visible()


async def test_other_peoples_talks_are_not_found(school: RunningServer, cookie: str) -> None:
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": cookie}) as http:
        mine = {one["id"] for one in (await (await http.get("/api/v1/sessions?limit=100")).json())["data"]}
        assert mine
        for number in range(20):
            one = f"demo_session_{number}"
            answer = await http.get(f"/history/{one}")
            assert answer.status == (200 if one in mine else 404)
            assert "What was said" in await answer.text() or one not in mine
