"""What auditors of pages ask of every page: all can use it, and it is light."""

from typing import Literal

import pytest
from playwright.async_api import CDPSession, Page

from tests.e2e.axe import violations
from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import Address, Windows, pages, windows
from tests.e2e.panel_school import browser, school

__all__ = ["browser", "pages", "school", "windows"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_HEAVIEST = 150_000  # bytes over the wire, with nothing kept from before
_MOST_REQUESTS = 25
_SERIOUS = ("serious", "critical")
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
