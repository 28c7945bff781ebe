"""A teacher follows a learner's talk in Chromium: both have a page, and the teacher a microphone with recorded speech."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import LEARNER, TEACHER, cookie_of, school, signed_in
from tests.e2e.talking import launch, playwright
from tests.e2e.voice import can_say, say, silence

__all__ = ["playwright", "school"]  # fixtures
CLASS = "/teach/courses/demo-course-0"
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    silent = silence(tmp_path_factory.mktemp("voice") / "silence.wav")
    running = await launch(playwright, silent, "--use-fake-ui-for-media-stream")
    yield running
    await running.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def companion(school: RunningServer) -> str:
    """Of the teacher's, for everybody."""
    cookies = {"viva_session": await cookie_of(school, TEACHER)}
    headers = {"Authorization": f"Bearer {school.api_key}", "If-Match": "*"}
    async with aiohttp.ClientSession(school.url, headers=headers) as admin:
        for person in (TEACHER, LEARNER):
            await admin.put(f"/api/v1/admin/users/{person}/plan", json={"plan": "pro"})
    async with aiohttp.ClientSession(school.url, cookies=cookies) as http:
        about = {"name": "Pia", "subject": "science", "topic": "tides"}
        slug = str((await (await http.post("/api/v1/companions", json=about)).json())["data"]["slug"])
        assert (await http.post(f"/api/v1/companions/{slug}/publish")).status == 200
    cookies = {"viva_session": await cookie_of(school, LEARNER)}
    async with aiohttp.ClientSession(school.url, cookies=cookies) as http:
        course = (await (await http.get("/api/v1/courses/demo-course-0")).json())["data"]["id"]
        assert (await http.put(f"/api/v1/courses/{course}/enrollment")).ok
    return slug


async def _type(learner: Page, text: str) -> None:
    await learner.locator("#text").fill(text)
    await learner.locator("#text").press("Enter")


async def test_a_teacher_reads_whispers_takes_over_and_hands_back(
    browser: Browser, school: RunningServer, companion: str
) -> None:
    teacher_cookie, learner_cookie = await cookie_of(school, TEACHER), await cookie_of(school, LEARNER)
    async with (
        signed_in(browser, school, teacher_cookie) as teacher,
        signed_in(browser, school, learner_cookie) as learner,
    ):
        await can_say(teacher.context)
        await teacher.goto("/teach/live")
        await expect(teacher.get_by_text("Nobody is talking")).to_be_visible()
        await learner.goto(f"/talk/{companion}")
        await learner.locator("#without").click()
        await expect(learner.locator("#captions")).to_contain_text("This is the greeting.")
        await expect(teacher.locator("#talks a")).to_contain_text("Pia: This is the")  # by itself
        await teacher.locator("#talks a").click()
        await expect(teacher.locator("#lines")).to_contain_text("This is the greeting.")
        session = teacher.url.rsplit("/", 1)[1]
        await expect(learner.locator("#supervised")).to_be_visible()
        await _fits(teacher, 390)

        await teacher.locator("#wish").fill("ask about halves")
        await teacher.locator("#wish").press("Enter")
        await _type(learner, "I know the moon.")
        await expect(teacher.locator("#lines .learner").last).to_contain_text("I know the moon.")
        await expect(teacher.locator("#whispers .done")).to_contain_text("ask about halves")

        await teacher.get_by_role("button", name="Take over").click()
        await expect(teacher.locator("#on-line")).to_be_visible()
        await expect(teacher.locator("#state")).to_have_text("you are on the line")
        await say(teacher, "austen_0870")
        await expect(learner.locator("#captions .teacher")).to_contain_text("I think it is seven.")
        for path in (CLASS, "/home"):
            assert f"/teach/live/{session}" in await (await teacher.request.get(path)).text()
        await expect(teacher.locator("#lines .teacher")).to_contain_text("I think it is seven.")
        await teacher.get_by_role("button", name="Hand back to Pia").click()
        await expect(learner.locator("#captions")).to_contain_text("This is the hand_back.")

        await learner.locator("#end").click()
        await expect(teacher.locator("#state")).to_have_text("The talk is over.")
        await expect(teacher.locator("#lines li").last).to_be_in_viewport()
        await teacher.get_by_role("link", name="Read all that was said").click()
        await expect(teacher.locator(".talk")).to_contain_text("I think it is seven.")
        await teacher.goto(CLASS)
        await teacher.locator(f"a[href='/history/{session}']").click()
        await expect(teacher.locator(".talk")).to_contain_text("I think it is seven.")


async def _fits(page: Page, width: int) -> None:
    size = page.viewport_size
    await page.set_viewport_size({"width": width, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert size is not None
    await page.set_viewport_size(size)


async def test_others_find_nothing(browser: Browser, school: RunningServer) -> None:
    async with signed_in(browser, school, await cookie_of(school, LEARNER)) as learner:
        answer = await learner.goto("/teach/live")
        assert answer is not None and answer.status == 403
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as teacher:
        answer = await teacher.goto("/teach/live/sess_nothing")
        assert answer is not None and answer.status == 404
