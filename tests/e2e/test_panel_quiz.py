"""A learner takes a quiz by click: every kind of item, from the lesson to the explanations."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, cookie, learner, school

__all__ = ["browser", "cookie", "learner", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_ITEMS: list[dict[str, Any]] = [
    {"kind": "multiple_choice", "question": "Which is a half?", "choices": ["1/2", "2/3"], "answer": "1/2"},
    {"kind": "true_false", "question": "A half is more than a third.", "answer": "true"},
    {"kind": "multiple_answer", "question": "Which are even?", "choices": ["2", "3", "4"], "answers": ["2", "4"]},
    {"kind": "short_answer", "question": "What is above the line?", "answer": "numerator"},
    {"kind": "numeric", "question": "How much is a half of ten?", "answer": "5", "explanation": "5 and 5 are 10."},
    {"kind": "ordering", "question": "From small to large", "answers": ["one", "two", "three"]},
    {"kind": "matching", "question": "What goes with what?", "pairs": [["half", "50 %"], ["quarter", "25 %"]]},
    {"kind": "cloze", "question": "One and one is ___.", "answers": ["two"]},
    {"kind": "problem_solving", "question": "1/2 + 1/4?", "answer": "3/4", "answers": ["common denominator"]},
]  # fmt: skip


async def test_every_kind_of_item_is_answered_graded_and_explained(
    learner: Page, school: RunningServer, cookie: str
) -> None:
    lesson = await _lesson_with_quiz(school, cookie)
    await learner.goto(f"/lessons/{lesson}")
    await learner.get_by_role("link", name="To the quiz").click()
    await learner.wait_for_url("**/quizzes/**")
    await check_page(learner)
    await learner.get_by_role("button", name="Start").click()
    await learner.wait_for_url("**/attempts/**")
    await check_page(learner)
    async with learner.expect_response("**/answers/**"):
        await learner.get_by_role("radio", name="1/2").check()
    await learner.get_by_role("radio", name="True").check()
    for even in ("2", "4"):
        await learner.get_by_role("checkbox", name=even).check()
    words = learner.get_by_label("Your answer")
    for place, text in enumerate(["numerator", "6", "3/4"]):
        await words.nth(place).fill(text)
    await _put_in_order(learner, ["one", "two", "three"])
    await learner.get_by_label("half", exact=True).select_option("50 %")
    await learner.get_by_label("quarter", exact=True).select_option("25 %")
    await learner.get_by_label("Gap 1").fill("two")
    await learner.get_by_role("button", name="Hand in").click()
    await expect(learner.get_by_text("8 of 9 right")).to_be_visible()
    await expect(learner.locator(".result.wrong")).to_contain_text("5 and 5 are 10.")
    await check_page(learner)


async def check_page(page: Page) -> None:
    """As narrow as a phone, with one heading."""
    await page.wait_for_load_state()
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator("h1")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def _put_in_order(page: Page, wanted: list[str]) -> None:
    """Each goes to the top, the last first: its grip is pressed, then that of the first; by keyboard it works as well."""
    for word in reversed(wanted):
        grip, first = page.get_by_role("button", name=f"Move {word}"), page.locator(".order .grip").first
        await grip.click()
        await expect(grip).to_have_attribute("aria-pressed", "true")
        await first.click()
        await expect(page.locator(".order [data-title]").first).to_have_text(word)
        await expect(page.locator("#said")).to_have_text(f"{word} put down, place 1 of 3.")
    for key in ("Space", "ArrowDown", "Escape"):
        await page.get_by_role("button", name="Move one").press(key)
    await expect(page.locator("#said")).to_have_text("one is back at place 1 of 3.")


async def _lesson_with_quiz(school: RunningServer, cookie: str) -> str:
    """A lesson that the learner may read, with a quiz of every kind of item."""
    admin = {"Authorization": f"Bearer {school.api_key}"}
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": cookie}) as http:
        course = (await (await http.get("/api/v1/courses")).json())["data"][0]
        await http.put(f"/api/v1/courses/{course['id']}/enrollment")
        state = (await (await http.get(f"/api/v1/courses/{course['id']}/progress")).json())["data"]
    lesson: str = state["next_lesson"]
    async with aiohttp.ClientSession(school.url, headers=admin) as http:
        made = await http.post(f"/api/v1/lessons/{lesson}/quiz", json={"title": "Halves"})
        quiz = (await made.json())["data"]["id"]
        any_version = {"If-Match": "*"}
        put = await http.put(f"/api/v1/quizzes/{quiz}/items", json={"items": _ITEMS}, headers=any_version)
        assert put.status == 200, await put.text()
    return lesson
