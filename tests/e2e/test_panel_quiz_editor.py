"""A teacher writes a quiz with every kind of item, tries answers, and loses nothing when something goes wrong."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import TEACHER, browser, cookie_of, school, signed_in
from tests.e2e.panel_writing import drag, drag_by_finger

__all__ = ["browser", "school"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_ITEMS: list[dict[str, object]] = [
    {"Kind": "One of several", "Question": "Which is a half?", "Choice": ["1/2", "2/3"], "mark": [0]},
    {"Kind": "Several of several", "Question": "Which are even?", "Choice": ["2", "3", "4"], "mark": [0, 2]},
    {"Kind": "True or false", "Question": "A half is more than a third.", "The statement is": "True"},
    {"Kind": "Short answer", "Question": "What is above the line?", "Right answer": "numerator", "Also right": "top\nupper number"},
    {"Kind": "Number", "Question": "Pi?", "Right answer": "3.14", "May be off by": "0.01"},
    {"Kind": "Put in order", "Question": "From small to large", "In the right order": "one\ntwo\nthree"},
    {"Kind": "Match", "Question": "What goes with what?", "Left": ["half", "quarter"], "Right": ["50 %", "25 %"]},
    {"Kind": "Fill the gaps", "Question": "One and one is ___.", "What fills the gaps": "two|2"},
    {"Kind": "Problem with steps", "Question": "1/2 + 1/4?", "Right answer": "3/4", "Steps that earn": "common denominator"},
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def teacher_cookie(school: RunningServer) -> str:
    return await cookie_of(school, TEACHER)


@pytest_asyncio.fixture(loop_scope="module")
async def teacher(browser: Browser, school: RunningServer, teacher_cookie: str) -> AsyncIterator[Page]:
    async with signed_in(browser, school, teacher_cookie) as page:
        yield page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(browser: Browser, school: RunningServer, teacher_cookie: str) -> str:
    """Where a quiz is edited that was made by hand, with two items."""
    async with aiohttp.ClientSession(school.url, cookies={"viva_session": teacher_cookie}) as http:
        outline = await (await http.get("/api/v1/courses/demo-course-0/outline")).json()
    lesson = outline["data"]["modules"][0]["lessons"][0]["id"]
    async with signed_in(browser, school, teacher_cookie) as page:
        await page.goto(f"/teach/lessons/{lesson}/quizzes/new")
        await page.get_by_label("Title").fill("Halves")
        await page.get_by_role("button", name="Make the quiz").click()
        await page.wait_for_url(re.compile("/teach/quizzes/quiz_"))
        await page.get_by_label("Minutes of time").fill("1.67")
        made = page.url
        await page.goto(f"/teach/lessons/{lesson}/quizzes/new")
        assert page.url == made, "a lesson has one quiz, which is then gone on with"
        await _write(page, {"Kind": "Number", "Question": "One and one?", "Right answer": "2"})
        await _write(page, {"Kind": "True or false", "Question": "Two is even.", "The statement is": "True"})
        await _save(page)
        await page.reload()
        await expect(page.get_by_label("Minutes of time")).to_have_value("1.67")
    return made


async def test_items_of_every_kind_are_written_and_seen_as_learners_will(teacher: Page, address: str) -> None:
    await teacher.goto(address)
    before = await teacher.locator(".item .asked").all_text_contents()
    for item in _ITEMS:
        await _write(teacher, item)
    await _save(teacher)
    await teacher.reload()
    asked = [*before, *(str(one["Question"]) for one in _ITEMS)]
    await expect(teacher.locator(".item .asked")).to_have_text(asked)
    await teacher.get_by_label("Attempts each").fill("3")
    await _save(teacher)  # what was read back is what was written, else the server would refuse it
    await teacher.get_by_role("link", name="See it as a learner").click()
    await expect(teacher.locator("fieldset")).to_have_count(len(asked))
    await expect(teacher.get_by_role("radio", name="2/3")).to_be_visible()


async def test_an_answer_is_tried_before_anything_is_saved(teacher: Page, address: str) -> None:
    await teacher.goto(address)
    item = await _write(teacher, {"Kind": "Number", "Question": "Seven and one?", "Right answer": "many"})
    await item.get_by_label("A learner says").fill("um, it is eight")
    await item.get_by_label("A learner says").press("Enter")
    await expect(item.get_by_role("alert")).to_have_text("Give a number as the right answer.")
    await item.get_by_label("Right answer").fill("8")
    for said, verdict in [
        ("um, it is eight", "Right"),
        ("nine", "Wrong"),
        ("I forgot", "Could not make out"),
    ]:
        await item.get_by_label("A learner says").fill(said)
        await item.get_by_role("button", name="What would Viva think?").click()
        await expect(item.locator(".verdict")).to_contain_text(verdict)
    await expect(item.get_by_role("alert")).to_be_hidden()
    await teacher.get_by_role("button", name="Add a question").click()
    await expect(teacher.locator(".item").last.get_by_role("radio")).to_have_count(1)  # one of several
    await _forget(teacher)


async def test_what_is_wrong_is_said_at_its_item_and_a_deletion_can_be_taken_back(
    teacher: Page, address: str
) -> None:
    await teacher.goto(address)
    before = await teacher.locator(".item").count()
    await _write(
        teacher, {"Kind": "One of several", "Question": "Only one?", "Choice": ["this"], "mark": [0]}
    )
    await teacher.get_by_role("button", name="Save").click()
    last = teacher.locator(".item").last
    await expect(last.get_by_role("alert")).to_have_text(
        "Give at least two different choices, and mark the right one."
    )
    await expect(teacher.locator(".item.wrong")).to_have_count(1)
    await last.get_by_role("button", name="Delete this question").click()
    await teacher.get_by_role("button", name="Undo").click()
    await expect(teacher.locator(".item")).to_have_count(before + 1)
    await last.get_by_role("button", name="Delete this question").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")  # as if it had never been
    await expect(teacher.locator(".item")).to_have_count(before)


async def test_items_are_put_in_order_by_keyboard_mouse_finger_and_press(teacher: Page, address: str) -> None:
    await teacher.goto(address)
    asked, said = teacher.locator(".item .asked"), teacher.locator("#said")
    first, second, *rest = await asked.all_text_contents()
    grip = teacher.get_by_role("button", name=f"Move {first}", exact=True)
    for key in ("Space", "ArrowDown"):
        await grip.press(key)
    await expect(said).to_have_text(f"{first}: place 2 of {2 + len(rest)}.")
    await expect(grip).to_be_focused()
    await grip.press("Space")
    await expect(asked).to_have_text([second, first, *rest])
    await expect(teacher.locator("#status")).to_contain_text("Not saved yet")
    await drag(grip, teacher.locator(".item").first, above=True)
    await expect(asked).to_have_text([first, second, *rest])
    await drag_by_finger(grip, teacher.locator(".item").nth(1))
    await expect(asked).to_have_text([second, first, *rest])
    await grip.click()
    await teacher.get_by_role("button", name=f"Move {second}", exact=True).click()
    await expect(asked).to_have_text([first, second, *rest])
    await expect(said).to_have_text(f"{first} put down, place 1 of {2 + len(rest)}.")
    await _forget(teacher)


async def test_nothing_is_lost_without_a_link_and_what_two_teachers_wrote_comes_together(
    teacher: Page, address: str, school: RunningServer
) -> None:
    await teacher.goto(address)
    asked = teacher.locator(".item .asked")
    _, second, *rest = await asked.all_text_contents()
    await _write(teacher, {"Kind": "Short answer", "Question": "Kept?", "Right answer": "yes"})
    await _rewrite(teacher, 0, "Mine?")
    await teacher.context.set_offline(True)
    await teacher.get_by_role("button", name="Save", exact=True).click()
    await expect(teacher.locator("form > .problem")).to_contain_text("cannot be reached")
    await teacher.context.set_offline(False)
    async with aiohttp.ClientSession(
        school.url, headers={"Authorization": f"Bearer {school.api_key}", "If-Match": "*"}
    ) as http:
        items = f"/api/v1/quizzes/{address.rpartition('/')[2]}/items"
        there = (await (await http.get(items)).json())["data"]["items"]
        there[0]["question"] = "Theirs?"
        await http.put(
            items, json={"items": [there[0], *there[2:], {**there[1], "id": "", "question": "New?"}]}
        )
    teacher.on("dialog", lambda dialog: dialog.accept())  # "leave without saving?"
    await teacher.reload()
    await expect(teacher.locator("#restored")).to_contain_text("Somebody has saved since")
    await expect(asked).to_have_text(["Mine?", second, *rest, "Kept?"])
    await teacher.get_by_role("button", name="Save", exact=True).click()
    dialog = teacher.get_by_role("dialog", name="You both changed this")
    await expect(dialog.locator("pre")).to_contain_text(["Theirs?", "Mine?"])
    await dialog.get_by_text("Theirs", exact=True).click()
    await dialog.get_by_role("button", name="Save this").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.reload()
    await expect(asked).to_have_text(["Theirs?", *rest, "Kept?", "New?"])
    await expect(teacher.locator("#restored")).to_be_hidden()


async def _rewrite(page: Page, place: int, question: str) -> None:
    item = page.locator(".item").nth(place)
    await item.locator("summary").click()
    await item.locator(".stack").get_by_label("Question").fill(question)


async def _write(page: Page, wanted: dict[str, object]) -> Locator:
    await page.get_by_role("button", name="Add a question").click()
    item = page.locator(".item").last
    await item.get_by_label("Kind").select_option(str(wanted["Kind"]))
    for label, value in wanted.items():
        if label in ("Kind", "mark"):
            continue
        fields = item.locator(".stack").get_by_label(label).filter(visible=True)
        for place, text in enumerate(value if isinstance(value, list) else [value]):
            if label == "The statement is":
                await fields.select_option(text)
            else:
                await fields.nth(place).fill(text)
    for place in wanted.get("mark", []):  # type: ignore[attr-defined]
        await item.get_by_label("This is right").nth(place).check()
    return item


async def _save(page: Page) -> None:
    async with page.expect_response("**/items") as saving:
        await page.get_by_role("button", name="Save", exact=True).click()
    saved = await saving.value
    assert saved.status == 200, await saved.text()
    await expect(page.locator("#status")).to_have_text("Saved.")


async def _forget(page: Page) -> None:
    """The next test begins with what was saved."""
    await page.evaluate("localStorage.clear()")
