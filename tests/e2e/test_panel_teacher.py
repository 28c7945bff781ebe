"""The teacher's pages in headless Chromium, on a made-up school."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import TEACHER, browser, cookie, cookie_of, learner, school, signed_in

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_PATHS = ["/teach", "/teach/companions/new", "/teach/courses/demo-course-0"]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def no_quota(school: RunningServer) -> None:
    """The teacher's made-up companions are more than the free plan has."""
    async with aiohttp.ClientSession(
        school.url, headers={"Authorization": f"Bearer {school.api_key}"}
    ) as http:
        answer = await http.put(f"/api/v1/admin/users/{TEACHER}/plan", json={"plan": "pro"})
        assert answer.status == 200


@pytest_asyncio.fixture(loop_scope="module")
async def teacher(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        yield page


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
            assert (await http.get(path)).status == 403, path


async def _new_companion(teacher: Page, name: str) -> None:
    await teacher.goto("/teach/companions/new")
    await teacher.get_by_label("Name").fill(name)
    await teacher.get_by_label("What it talks about").fill("tides and the moon")
    await teacher.get_by_role("button", name="Make a draft").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text(name)


async def test_a_companion_is_made_changed_published_copied_and_deleted(teacher: Page) -> None:
    await _new_companion(teacher, "Nora")
    await expect(teacher.locator(".state")).to_have_text("Draft")
    await teacher.get_by_label("Minutes").fill("20")
    await teacher.get_by_label("Teaches from").select_option(label="The whole course")
    await teacher.get_by_role("button", name="Save").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await expect(teacher.get_by_label("Minutes")).to_have_value("20")
    await expect(teacher.locator("[data-json] option:checked")).to_have_text("The whole course")
    await teacher.get_by_role("button", name="Publish").click()
    await expect(teacher.locator(".state")).to_have_text("Published")
    await teacher.get_by_role("button", name="Duplicate").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Nora (copy)")
    await teacher.get_by_text("Delete", exact=True).click()
    await teacher.get_by_role("button", name="Delete for good").click()
    await expect(teacher.get_by_role("link", name="Nora tides")).to_have_count(1)


async def test_a_course_shows_who_talks_about_it(teacher: Page) -> None:
    await _new_companion(teacher, "Uma")
    await teacher.get_by_label("Teaches from").select_option(label="The whole course")
    await teacher.get_by_role("button", name="Save").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_role("button", name="Publish").click()
    await expect(teacher.locator(".state")).to_have_text("Published")
    await teacher.goto("/courses/demo-course-0")
    talk = teacher.get_by_role("region", name="Talk about it")
    await expect(talk.get_by_role("link", name="Uma")).to_have_attribute("href", "/companions/uma")


async def test_what_is_wrong_stands_next_to_its_field(teacher: Page) -> None:
    await teacher.goto("/teach/companions/new")
    await teacher.get_by_label("Minutes").fill("500")
    await teacher.get_by_role("button", name="Make a draft").click()
    await expect(teacher.get_by_label("Name")).to_be_focused()
    await expect(teacher.locator("[name=name] + .problem")).to_be_visible()
    await expect(teacher.locator("[name=duration_minutes] + .problem")).to_contain_text("120")


async def test_what_two_change_of_a_companion_comes_together_and_one_chooses_where_both_did(
    teacher: Page,
) -> None:
    await _new_companion(teacher, "Otto")
    other = await teacher.context.new_page()
    await other.goto(teacher.url)
    await other.get_by_label("Minutes").fill("30")
    await other.get_by_label("Teaches from").select_option(label="The whole course")
    await other.get_by_label("Name").fill("Ottilie")
    await other.get_by_role("button", name="Save").click()
    await expect(other.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_label("Minutes").fill("40")
    await teacher.get_by_role("button", name="Save").click()
    dialog = teacher.get_by_role("dialog", name="You both changed this")
    await expect(dialog.locator("legend")).to_have_text("Minutes")
    await dialog.get_by_label("Mine").check()
    await dialog.get_by_role("button", name="Save this").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Ottilie")
    await teacher.reload()
    await expect(teacher.get_by_label("Minutes")).to_have_value("40")
    await expect(teacher.locator("[data-json] option:checked")).to_have_text("The whole course")


async def test_a_voice_is_heard_and_a_turn_tried_before_anything_is_saved(teacher: Page) -> None:
    await teacher.goto("/teach/companions/new")
    await teacher.get_by_label("Name").fill("Pia")
    await teacher.get_by_label("What it talks about").fill("volcanoes")
    async with teacher.expect_response("**/voices/preview") as heard:
        await teacher.get_by_role("button", name="Hear the voice").click()
    assert (await heard.value).status == 200
    await teacher.get_by_role("button", name="Try one turn").click()
    await expect(teacher.locator("#answer")).not_to_be_empty()
    await expect(teacher.locator("#toasts p")).to_have_count(0)


async def test_a_companion_of_somebody_else_is_not_found(school: RunningServer) -> None:
    cookies = {"viva_session": await cookie_of(school, TEACHER)}
    async with aiohttp.ClientSession(school.url, cookies=cookies) as http:
        assert (await http.get("/companions/ada-fractions")).status == 200
        assert (await http.get("/teach/companions/ada-fractions")).status == 404


async def test_a_class_shows_who_struggles_first(teacher: Page, school: RunningServer) -> None:
    await teacher.goto("/teach")
    await teacher.locator("[href='/teach/courses/demo-course-0']").click()
    await expect(teacher.get_by_text("Who struggles comes first.")).to_be_visible()
    await teacher.wait_for_load_state()  # with all its rows
    scores = await teacher.locator("#learners [data-score]").evaluate_all(
        "all => all.map(one => Number(one.dataset.score))"
    )
    cookies = {"viva_session": await cookie_of(school, TEACHER)}
    async with aiohttp.ClientSession(school.url, cookies=cookies) as http:
        answer = await http.get("/api/v1/courses/demo-course-0/learners?limit=100")
        learners = (await answer.json())["data"]
    graded = [one["progress"]["score"] for one in learners if one["progress"]["score"] is not None]
    assert graded and scores == sorted(graded)
    await expect(teacher.locator("#learners .row")).to_have_count(len(learners))
