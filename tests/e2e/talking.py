"""Browsers in a talk on a server with the bundled engines."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.voice import can_say, silence
from tests.e2e.witness import watch

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_ROOT = Path(__file__).resolve().parents[2]
TYPE = "Type instead of speaking"
TALK = "/talk/ada-fractions"


class Chromium:
    """A browser with a silent microphone, into which `say` speaks; each page has cookies and a size of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        """Exceptions in our scripts."""
        self.problems: list[str] = []
        """What the console complains of; refused requests are among it."""

    async def page(
        self, server: RunningServer, cookie: Any = None, width: int = 1280, path: str = TALK, **options: Any
    ) -> Page:
        """Of somebody who is signed in with `cookie`."""
        context = await self._browser.new_context(viewport={"width": width, "height": 844}, **options)
        watch(context)
        await can_say(context)
        self.contexts.append(context)
        if cookie is not None:
            await context.add_cookies([cookie])
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(server.url + path)
        return page


async def signed_in(server: RunningServer, link: str) -> Any:
    """The cookie of whoever opens a one-time link."""
    async with aiohttp.ClientSession() as http, http.get(link, allow_redirects=False) as answer:
        (made,) = answer.cookies.values()
        return {"name": made.key, "value": made.value, "url": server.url}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One with the bundled engines, that a test may kill and start again."""
    running = RunningServer(tmp_path_factory.mktemp("page") / "data")
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(server: RunningServer) -> Any:
    return await signed_in(server, server.sign_in_url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    async with async_playwright() as running:
        yield running


async def launch(playwright: Playwright, microphone: Path, *flags: str) -> Browser:
    return await playwright.chromium.launch(
        executable_path=_CHROMIUM,
        args=[
            "--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}", "--autoplay-policy=no-user-gesture-required",
            "--disable-background-networking", "--host-resolver-rules=MAP viva.test 127.0.0.1", *flags,
        ],
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    silent = silence(tmp_path_factory.mktemp("voice") / "silence.wav")
    launched = await launch(playwright, silent, "--use-fake-ui-for-media-stream")
    yield launched
    await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def chromium(browser: Browser) -> AsyncIterator[Chromium]:
    made = Chromium(browser)
    yield made
    for context in made.contexts:
        await context.close()
    assert made.faults == []


async def link_for(server: RunningServer, name: str) -> str:
    """The one-time link of a new learner."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tutor.cli", "user", "add", name, "--data-dir", server.data_dir,
        "--port", server.port, cwd=_ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    (link,) = [word for word in out.decode().split() if "/sign-in?token=" in word]
    return link


async def begin(page: Page, *, typing: bool = False) -> None:
    await page.get_by_role("button", name="I would rather type" if typing else "Use my microphone").click()


async def type_in(page: Page, text: str) -> None:
    await page.get_by_label(TYPE).fill(text)
    await page.keyboard.press("Enter")


async def shows(page: Page, selector: str, text: str) -> None:
    await expect(page.locator(selector).filter(has_text=text).first).to_be_visible()


async def state_is(page: Page, state: str) -> None:
    await expect(page.locator(f"body[data-state={state}]")).to_be_visible()


async def page_talks(page: Page) -> None:
    await expect(page.locator("#captions .tutor").first).to_be_visible()
