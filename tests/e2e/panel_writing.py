"""A teacher who makes courses by clicks and keys."""

import base64
import json
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import TEACHER, cookie_of, signed_in

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest_asyncio.fixture(loop_scope="module")
async def teacher(browser: Browser, school: RunningServer) -> AsyncIterator[Page]:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        yield page


async def new_course(teacher: Page, title: str, contents: dict[str, list[str]]) -> None:
    """Made by clicks and keys; the page is then its editor."""
    await teacher.goto("/teach")
    await teacher.get_by_role("link", name="New course").click()
    await teacher.get_by_label("Title").fill(title)
    await teacher.get_by_role("button", name="Make a draft").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text(title)
    for module, lessons in contents.items():
        await teacher.get_by_label("New module", exact=True).fill(module)
        await teacher.keyboard.press("Enter")
        await expect(teacher.get_by_label(f"New lesson in {module}")).to_be_focused()
        for lesson in lessons:
            await teacher.keyboard.type(lesson)
            await teacher.keyboard.press("Enter")
            await expect(teacher.get_by_role("link", name=lesson, exact=True)).to_be_visible()


async def contents(page: Page) -> dict[str, list[str]]:
    """As the server has it."""
    course = await page.locator("#outline").get_attribute("data-course")
    answer = await page.request.get(f"/api/v1/courses/{course}/outline")
    modules = json.loads(await answer.text())["data"]["modules"]
    return {one["title"]: [lesson["title"] for lesson in one["lessons"]] for one in modules}


async def drag(grip: Locator, row: Locator, *, above: bool = False) -> None:
    """By mouse, below the row's middle or above it."""
    await grip.hover()
    await grip.page.mouse.down()
    place = None
    while place != (
        place := await _edge(row, above)
    ):  # rows make room, and near its edges the window scrolls
        await grip.page.mouse.move(*place, steps=6)
    await grip.page.mouse.up()


async def drag_by_finger(grip: Locator, row: Locator, *, above: bool = False) -> None:
    finger = await grip.page.context.new_cdp_session(grip.page)
    await grip.click(trial=True)  # it is in sight and has come to rest
    handle = await grip.bounding_box()
    assert handle is not None

    async def touch(kind: str, y: float) -> None:
        point = {"x": handle["x"] + 20, "y": y}
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})

    start, end = handle["y"] + 20, None
    await touch("touchStart", start)
    while end != (end := (await _edge(row, above))[1]):
        await touch("touchMove", (start + end) / 2)
        await touch("touchMove", end)
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await finger.detach()


async def _edge(row: Locator, above: bool) -> tuple[float, float]:
    box = await row.bounding_box()
    assert box is not None
    return box["x"] + 60, box["y"] + (6 if above else box["height"] - 6)
