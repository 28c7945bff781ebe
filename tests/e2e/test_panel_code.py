"""A learner writes a program in the lesson; it is kept, run in the sandbox, and each test is told in plain words."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import (
    TEACHER,
    browser,
    cookie,
    cookie_of,
    learner,
    school,
    signed_in,
)

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
needs_sandbox = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
EXERCISE: dict[str, Any] = {
    "task": "Write `double(x)`.", "starter": "def double(x):\n    ...\n",
    "cases": [
        {"name": "called with four", "call": "double(4)", "expected": "8"},
        {"name": "below zero", "call": "double(-21)", "expected": "-42", "hidden": True},
    ],
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def area(learner: Page, school: RunningServer) -> AsyncIterator[Any]:
    """Where the program is written, with nothing kept from before."""
    await learner.goto(f"/lessons/{await lesson_with_exercise(school)}")
    await learner.evaluate("localStorage.clear()")
    await learner.reload()
    yield learner.get_by_label("Your program")


async def test_the_editor_indents_keeps_the_draft_and_can_be_left_by_keyboard(
    learner: Page, area: Any
) -> None:
    await expect(area).to_have_value(EXERCISE["starter"])
    await area.select_text()
    await learner.keyboard.type("if True:\nprint(1)\nreturn")
    await learner.keyboard.press("Enter")
    await learner.keyboard.type("x")
    await learner.keyboard.press("Tab")
    await learner.keyboard.type("y")
    await expect(area).to_have_value("if True:\n    print(1)\n    return\nx   y")
    await expect(learner.locator(".numbers")).to_have_text("1\n2\n3\n4")
    await learner.keyboard.press("Shift+ArrowUp")
    await learner.keyboard.press("Tab")
    await expect(area).to_have_value("if True:\n    print(1)\n        return\n    x   y")
    await learner.reload()
    await expect(area).to_have_value("if True:\n    print(1)\n        return\n    x   y")
    await learner.get_by_role("button", name="Begin anew").click()
    await expect(area).to_have_value(EXERCISE["starter"])
    await learner.keyboard.press("Control+z")
    await expect(area).to_have_value("if True:\n    print(1)\n        return\n    x   y")
    await learner.keyboard.press("Escape")
    await learner.keyboard.press("Tab")
    await expect(area).not_to_be_focused()


@needs_sandbox
async def test_what_the_program_does_and_each_test_are_told_in_plain_words(learner: Page, area: Any) -> None:
    outcome = learner.locator("#outcome")
    await area.fill("def double(x):\n    return 8\nprint('hello', input())")
    await learner.get_by_text("What the program reads").click()
    await learner.locator("#stdin").fill("Ada")
    await learner.get_by_role("button", name="Run it").click()
    await expect(outcome).to_contain_text("hello Ada")
    await area.fill("def double(x):\n    return 8")
    await learner.get_by_role("button", name="Check my program").click()
    await expect(outcome).to_contain_text("1 of 2 tests passed.")
    await expect(outcome.locator(".wrong")).to_contain_text("This test is hidden")
    await area.fill("def double(x)\n    return 8")
    await learner.get_by_role("button", name="Check my program").click()
    await expect(outcome).to_contain_text("SyntaxError")
    await area.fill("def double(x):\n    return [0] * 10 ** 9")
    await learner.get_by_role("button", name="Check my program").click()
    await expect(outcome).to_contain_text("more than 256 MB")
    await area.fill("def double(x):\n    return 2 * x")
    await learner.get_by_role("button", name="Check my program").click()
    await expect(outcome).to_contain_text("All tests passed.")
    await learner.evaluate("localStorage.clear()")
    await learner.reload()
    await expect(area).to_have_value("def double(x):\n    return 2 * x")  # what was handed in last


async def test_without_a_sandbox_the_learner_is_told_and_nothing_is_lost(learner: Page, area: Any) -> None:
    await learner.route(
        "**/submit",
        lambda route: route.fulfill(status=501, json={"error": "No bubblewrap.", "code": "unavailable"}),
    )
    await area.fill("x = 1")
    await learner.get_by_role("button", name="Check my program").click()
    await expect(learner.locator("#outcome")).to_contain_text("Programs cannot be run on this server.")
    await expect(area).to_have_value("x = 1")


@needs_sandbox
async def test_a_teacher_writes_an_exercise_and_tries_it_before_it_is_saved(
    browser: Browser, school: RunningServer
) -> None:
    async with signed_in(browser, school, await cookie_of(school, TEACHER)) as page:
        await page.goto("/teach/lessons/demo_lesson_0_0/exercise")
        await page.get_by_label("Task (Markdown)").fill("Greet whoever is **named**.")
        await page.get_by_label("The program that learners begin with").fill("name = input()\n")
        await _write_case(
            page,
            "greets Ada",
            "The program reads and prints",
            {"What the program reads": "Ada", "What should be printed": "Hello Ada"},
        )
        await _write_case(
            page, "is polite", "Something is called", {"What is called": "polite", "The value that": "True"}
        )
        await page.get_by_label("Your solution").fill("polite = True\nprint('Hello', input())")
        await page.get_by_role("button", name="Try it").click()
        await expect(page.locator("#outcome")).to_contain_text(
            "1 of 2 tests passed."
        )  # it reads, though nothing is there
        await page.get_by_label("Your solution").fill(
            "polite = True\ntry: print('Hello', input())\nexcept EOFError: pass"
        )
        await page.get_by_role("button", name="Try it").click()
        await expect(page.locator("#outcome")).to_contain_text("All tests passed.")
        await page.get_by_label("Name, which learners see").last.fill("greets Ada")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("form > .problem")).to_contain_text("same name")
        await page.get_by_label("Name, which learners see").last.fill("is polite")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("#status")).to_have_text("Saved.")
        await page.reload()
        await expect(page.locator(".item .asked")).to_have_text(["greets Ada", "is polite"])
        await page.goto("/lessons/demo_lesson_0_0")
        await expect(page.get_by_label("Your program")).to_have_value("name = input()\n")


async def _write_case(page: Page, name: str, way: str, fields: dict[str, str]) -> None:
    await page.get_by_role("button", name="Add a test").click()
    case = page.locator(".item .stack").last
    await case.get_by_label("Name").fill(name)
    await case.get_by_label("How it is tested").select_option(way)
    for label, text in fields.items():
        await case.get_by_label(label).filter(visible=True).fill(text)


async def lesson_with_exercise(school: RunningServer) -> str:
    """A free preview, so that everybody may do it."""
    admin = {"Authorization": f"Bearer {school.api_key}", "If-Match": "*"}
    async with aiohttp.ClientSession(school.url, headers=admin) as http:
        course = (await (await http.get("/api/v1/courses")).json())["data"][0]
        outline = (await (await http.get(f"/api/v1/courses/{course['id']}/outline")).json())["data"]
        lesson: str = outline["modules"][0]["lessons"][-1]["id"]
        await http.patch(f"/api/v1/lessons/{lesson}", json={"free_preview": True})
        put = await http.put(f"/api/v1/lessons/{lesson}/exercise/source", json=EXERCISE)
        assert put.status == 200, await put.text()
    return lesson
