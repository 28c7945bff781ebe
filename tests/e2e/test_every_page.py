"""What holds for every page: it fits its screen, complains of nothing, and shows what it says without scripts."""

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import RunningServer
from tests.e2e.every_page import Address, Windows, contexts, pages, pages_without_address, windows
from tests.e2e.panel_school import browser, is_ours, school

__all__ = ["browser", "pages", "school", "windows"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_NEEDS_SCRIPTS = ("/reset",)  # what they do is the script
_WIDTHS = (320, 390, 820, 1440)  # 320: a phone, or a laptop at 400 %


async def test_every_page_has_an_address_to_be_tested_at() -> None:
    assert pages_without_address() == [], "add one to _GIVEN in tests/e2e/every_page.py"


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
