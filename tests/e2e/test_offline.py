"""The panel without a network, and after an update, in headless Chromium."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

import tutor.panel
from lms_core.people import Role
from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import addresses, cookies
from tests.e2e.panel_school import TEACHER, browser, cookie_of, new_context, school
from tests.e2e.witness import watch
from tutor.panel import static_files
from tutor.panel.languages import LANGUAGES
from tutor.panel.rendering import Renderer

__all__ = ["browser", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_NO_CONNECTION = "There is no connection"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lesson(school: RunningServer) -> str:
    """The address of one that the learner may read."""
    return next(one.path for one in await addresses(school) if one.path.startswith("/lessons/"))


@pytest_asyncio.fixture(loop_scope="module")
async def learner(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    cookie = (await cookies(school))[Role.LEARNER]
    context = await new_context(browser, school, cookie, service_workers="allow")
    page = await context.new_page()
    await page.goto("/home")
    await _worker_is_there(page)
    yield page
    await context.close()


async def _worker_is_there(page: Page) -> None:
    await page.evaluate(
        "new Promise(done => navigator.serviceWorker.controller ? done() : navigator.serviceWorker.addEventListener('controllerchange', done))"
    )


async def _is_kept(page: Page, lesson: str, kept: bool = True) -> None:
    """The worker keeps and forgets after it has answered."""
    await page.wait_for_function(
        "async ([lesson, kept]) => Boolean(await caches.match(lesson, {ignoreVary: true})) === kept",
        arg=[lesson, kept],
    )


async def test_a_lesson_that_was_opened_is_read_again_without_a_network(learner: Page, lesson: str) -> None:
    await learner.goto(lesson)
    title = await learner.locator("h1").inner_text()
    await _is_kept(learner, lesson)
    await learner.context.set_offline(True)
    await learner.reload()
    await expect(learner.locator("h1")).to_have_text(title)
    await expect(learner.locator("#cut")).to_be_visible()
    await learner.goto("/courses")
    await expect(learner.get_by_role("heading", level=1)).to_have_text(_NO_CONNECTION)
    assert await learner.evaluate("getComputedStyle(document.querySelector('#again')).borderRadius") == "12px"
    await learner.get_by_role("link", name=title).click()
    await expect(learner.locator("h1")).to_have_text(title)
    assert (
        await learner.request.get("/api/v1/me")
    ).ok  # that asks the server directly: it is there, the page's network is not
    assert await learner.evaluate("fetch('/api/v1/me').then(() => 'kept', () => 'not kept')") == "not kept"


async def test_signing_out_takes_the_lessons_along(learner: Page, lesson: str) -> None:
    await learner.goto(lesson)
    await _is_kept(learner, lesson)
    await learner.locator("details.me summary").click()
    await learner.get_by_role("button", name="Sign out").click()
    await expect(learner.get_by_label("E-mail")).to_be_visible()
    await _is_kept(learner, lesson, False)
    await learner.context.set_offline(True)
    await learner.goto(lesson)
    await expect(learner.get_by_role("heading", level=1)).to_have_text(_NO_CONNECTION)


async def test_who_signs_in_next_finds_no_lessons_of_another(
    learner: Page, school: RunningServer, lesson: str
) -> None:
    await learner.goto(lesson)
    await _is_kept(learner, lesson)
    value = await cookie_of(school, TEACHER)
    await learner.context.add_cookies([{"name": "viva_session", "value": value, "url": school.url}])
    await learner.goto("/home")
    await _is_kept(learner, lesson, False)


async def test_an_update_is_told_and_serves_the_new_files(browser: Browser, tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    shutil.copytree(Path(tutor.panel.__file__).parent, panel)
    async with _pages(panel) as server:
        port = server.port
        context = await browser.new_context(base_url=str(server.make_url("/")))
        watch(context)
        page = await context.new_page()
        await page.goto("/offline")
        await _worker_is_there(page)
    (panel / "static" / "icons.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    async with _pages(panel, port):
        await page.goto("/offline")
        await expect(page.get_by_text("Viva was updated")).to_be_visible()
        await context.set_offline(True)
        assert (
            await page.evaluate("fetch('/static/icons.svg').then(answer => answer.text())")
            == "<svg xmlns='http://www.w3.org/2000/svg'/>"
        )
        await page.wait_for_function(
            "async () => (await caches.keys()).filter(name => name.startsWith('viva-files-')).length === 1"
        )
    await context.close()


@asynccontextmanager
async def _pages(panel: Path, port: int | None = None) -> AsyncIterator[TestServer]:
    """A server of the files in `panel` and of the offline page."""
    renderer = Renderer()

    async def offline(request: web.Request) -> web.Response:
        return renderer.page("offline.html", LANGUAGES["en"], person=None, path=request.path)

    app = web.Application()
    app.add_routes([*static_files.routes(panel), web.get("/offline", offline)])
    async with TestServer(app, port=port) as server:
        yield server
