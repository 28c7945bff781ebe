"""What holds for every page: all can use it, it fits its screen, it complains of nothing."""

from collections.abc import AsyncIterator, Mapping
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from lms_core.people import Role
from tests.e2e.axe import violations
from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import Address, addresses, contexts, pages_without_address
from tests.e2e.panel_school import browser, is_ours, school

__all__ = ["browser", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_HEAVIEST = 150_000  # bytes over the wire, with nothing kept from before
_MOST_REQUESTS = 25
_NEEDS_SCRIPTS = ("/reset",)  # what they do is the script
_SERIOUS = ("serious", "critical")
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_WIDTHS = (320, 390, 820, 1440)  # 320: a phone, or a laptop at 400 %
Windows = Mapping[Role | None, BrowserContext]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(school: RunningServer) -> list[Address]:
    return await addresses(school)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def windows(browser: Browser, school: RunningServer) -> AsyncIterator[Windows]:
    async with contexts(browser, school) as opened:
        yield opened


async def test_every_page_has_an_address_to_be_tested_at() -> None:
    assert pages_without_address() == [], "add one to _GIVEN in tests/e2e/every_page.py"


@pytest.mark.timeout(600)
async def test_axe_finds_no_serious_issue(windows: Windows, pages: list[Address]) -> None:
    issues = []
    for address in pages:
        page = await windows[address.role].new_page()
        for scheme in _SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if scheme == "light":
                await page.goto(address.path)
            issues += [f"{address.path}, {scheme}: {one}" for one in await _issues(page)]
        await page.close()
    assert not issues, "\n".join(issues)


async def _issues(page: Page) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[1].strip()})"
        for violation in await violations(page)
        for node in violation["nodes"]
        if violation["impact"] in _SERIOUS
    ]


@pytest.mark.timeout(600)
async def test_every_page_fits_its_screen_and_complains_of_nothing(
    windows: Windows, pages: list[Address]
) -> None:
    problems: list[str] = []
    for address in pages:
        page = await windows[address.role].new_page()
        path = address.path
        page.on("pageerror", lambda error, path=path: problems.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda said, path=path: problems.append(f"{path}: {said.text}") if is_ours(said) else None,
        )
        await page.goto(path)
        for width in _WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844})
            if (beyond := await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                problems.append(f"{path} is {beyond} px too wide at {width} px")
        if (headings := await page.locator("h1:visible").count()) != 1:
            problems.append(f"{path} has {headings} headings of the first level")
        await page.close()
    assert not problems, "\n".join(problems)


@pytest.mark.timeout(600)
async def test_every_page_is_light_and_asks_nobody_else(
    windows: Windows, pages: list[Address], school: RunningServer
) -> None:
    """A first visit: nothing is in the cache."""
    problems: list[str] = []
    for address in pages:
        page = await windows[address.role].new_page()
        weight, asked = await _first_visit(page, address.path)
        if weight > _HEAVIEST:
            problems.append(f"{address.path} weighs {weight} bytes")
        if len(asked) > _MOST_REQUESTS:
            problems.append(f"{address.path} needs {len(asked)} requests: {asked}")
        problems += [
            f"{address.path} asks {url}"
            for url in asked
            if not url.startswith((school.url, "blob:", "data:"))
        ]
        await page.close()
    assert not problems, "\n".join(problems)


async def _first_visit(page: Page, path: str) -> tuple[int, list[str]]:
    """Bytes over the wire with their headers, and what was asked for."""
    devtools: CDPSession = await page.context.new_cdp_session(page)
    weights: list[int] = []
    asked: list[str] = []
    devtools.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    devtools.on("Network.loadingFinished", lambda told: weights.append(int(told["encodedDataLength"])))
    await devtools.send("Network.enable")
    await devtools.send("Network.clearBrowserCache")
    await page.goto(path)
    return sum(weights), asked


@pytest.mark.timeout(600)
async def test_what_a_page_says_is_there_without_scripts(
    browser: Browser, school: RunningServer, pages: list[Address], windows: Windows
) -> None:
    problems: list[str] = []
    async with contexts(browser, school, java_script_enabled=False) as bare:
        for address in pages:
            if address.path in _NEEDS_SCRIPTS:
                continue
            words = {}
            for name, window in (("with", windows[address.role]), ("without", bare[address.role])):
                page = await window.new_page()
                await page.goto(address.path)
                words[name] = await page.locator("main").inner_text()
                await page.close()
            missing = set(words["with"].split()) - set(words["without"].split())
            if len(missing) > len(words["with"].split()) / 5:
                problems.append(f"{address.path} lacks {sorted(missing)}")
    assert not problems, "\n".join(problems)
