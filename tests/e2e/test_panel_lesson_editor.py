"""A teacher writes lessons in headless Chromium, and a learner reads them."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import LEARNER, browser, cookie_of, school, signed_in
from tests.e2e.panel_writing import PNG, new_course, teacher

__all__ = ["browser", "school", "teacher"]  # fixtures
CARDS = Path(__file__).resolve().parents[1] / "recordings" / "cards_001.wav"
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def open_lesson(teacher: Page, course: str) -> None:
    await new_course(teacher, course, {"First": ["Beginning"]})
    await teacher.get_by_role("link", name="Beginning").click()
    await expect(teacher.get_by_role("heading", name="Beginning", level=1)).to_be_visible()
    await teacher.wait_for_load_state()  # its scripts, too


async def test_a_course_is_written_published_and_read_by_a_learner(
    browser: Browser, school: RunningServer, teacher: Page, tmp_path: Path
) -> None:
    await new_course(teacher, "Leaves", {"Green": ["Light", "Air"], "Brown": ["Autumn"]})
    await teacher.get_by_role("link", name="Light").click()
    text = teacher.get_by_role("textbox", name="Text")
    await text.fill("Plants eat light.\n\n")
    await teacher.keyboard.type("Sugar")
    await teacher.keyboard.press("Shift+Home")
    await teacher.get_by_role("button", name="Bold").click()
    await expect(text).to_have_value("Plants eat light.\n\n**Sugar**")
    await expect(teacher.locator("#preview strong")).to_have_text("Sugar")
    (tmp_path / "a leaf.png").write_bytes(PNG)
    await teacher.locator("[data-markdown] [type=file]").set_input_files(tmp_path / "a leaf.png")
    await expect(teacher.locator("#preview img[alt='a leaf']")).to_be_visible()
    await teacher.get_by_label("Minutes it takes").fill("12")
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_role("link", name="← Leaves").click()
    await teacher.get_by_role("button", name="Publish").click()
    await expect(teacher.locator(".state")).to_have_text("Published")
    async with signed_in(browser, school, await cookie_of(school, LEARNER)) as learner:
        await learner.goto("/courses/leaves")
        await learner.get_by_role("button", name="Enroll").click()
        await expect(learner.get_by_text("12 minutes")).to_be_visible()
        await learner.locator("main").get_by_role("link", name="Light").click()
        await expect(learner.locator("article strong")).to_have_text("Sugar")
        await expect(learner.locator("article img")).to_have_attribute("alt", "a leaf")


async def test_a_file_says_whether_learners_can_see_it_yet_also_when_the_page_is_opened_later(
    teacher: Page, tmp_path: Path
) -> None:
    await open_lesson(teacher, "Sounds")
    files, slow = teacher.locator("[data-prepared] li"), 60_000
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + b"no picture" * 100)
    await teacher.locator("[data-markdown] [type=file]").set_input_files([CARDS, broken])
    ready, failed = files.filter(has_text="cards_001.wav"), files.filter(has_text="broken.jpg")
    await expect(ready).to_contain_text("is ready", timeout=slow)
    await expect(ready.get_by_role("progressbar")).to_be_hidden()
    await expect(teacher.locator("#preview audio")).to_be_visible()
    await expect(failed).to_contain_text("could not be prepared", timeout=slow)
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.reload()
    await expect(failed).to_contain_text("export it again", timeout=slow)
    await expect(ready).to_have_count(0)
    await teacher.get_by_role("textbox", name="Text").fill("Nothing")
    await expect(files).to_have_count(0)


async def test_what_was_not_saved_is_there_again_after_the_tab_was_closed(teacher: Page) -> None:
    await open_lesson(teacher, "Drafts")
    await teacher.get_by_role("textbox", name="Text").fill("Half a thought")
    await expect(teacher.locator("#status")).to_contain_text("Not saved yet")
    await teacher.evaluate("dispatchEvent(new Event('pagehide'))")
    again = await teacher.context.new_page()
    await again.goto(teacher.url)
    await expect(again.locator("#restored")).to_contain_text("is here again")
    await expect(again.get_by_role("textbox", name="Text")).to_have_value("Half a thought")
    await again.keyboard.press("Control+s")
    await expect(again.locator("#status")).to_have_text("Saved.")
    await expect(again.locator("#restored")).to_be_hidden()


async def test_a_tab_in_which_nothing_was_written_leaves_the_draft_of_another_alone(teacher: Page) -> None:
    await open_lesson(teacher, "Tabs")
    idle = await teacher.context.new_page()
    await idle.goto(teacher.url)
    await teacher.get_by_role("textbox", name="Text").fill("Half a thought")
    await expect(teacher.locator("#status")).to_contain_text("Not saved yet")
    for tab in (teacher, idle):
        await tab.evaluate("dispatchEvent(new Event('pagehide'))")
    again = await teacher.context.new_page()
    await again.goto(teacher.url)
    await expect(again.get_by_role("textbox", name="Text")).to_have_value("Half a thought")


async def test_leaving_with_unsaved_changes_warns(teacher: Page) -> None:
    await open_lesson(teacher, "Leaving")
    await teacher.get_by_role("textbox", name="Text").press_sequentially("More")
    asked = asyncio.get_running_loop().create_future()

    async def stay(dialog: Dialog) -> None:
        await dialog.dismiss()
        asked.set_result(dialog.type)

    teacher.once("dialog", stay)
    await teacher.get_by_role("link", name="← Leaving").click(no_wait_after=True)
    assert await asked == "beforeunload"
    await expect(teacher.get_by_role("textbox", name="Text")).to_have_value("More")
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")


async def test_of_two_texts_both_can_stay(teacher: Page) -> None:
    await open_lesson(teacher, "Both")
    other = await teacher.context.new_page()
    await other.goto(teacher.url)
    await other.get_by_role("textbox", name="Text").fill("Theirs")
    await other.keyboard.press("Control+s")
    await expect(other.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_role("textbox", name="Text").fill("Mine")
    await teacher.keyboard.press("Control+s")
    dialog = teacher.get_by_role("dialog", name="You both changed this")
    await dialog.get_by_role("button", name="Not yet").click()
    await expect(teacher.locator("#status")).to_contain_text("your text is kept in this browser")
    await expect(teacher.get_by_role("textbox", name="Text")).to_have_value("Mine")
    await teacher.keyboard.press("Control+s")
    await dialog.get_by_label("Both, one after the other").check()
    await dialog.get_by_role("button", name="Save this").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await expect(teacher.get_by_role("textbox", name="Text")).to_have_value("Theirs\n\nMine")


async def test_without_a_connection_nothing_is_lost(teacher: Page) -> None:
    await open_lesson(teacher, "Offline")
    await teacher.context.set_offline(True)
    await teacher.get_by_role("textbox", name="Text").fill("In a tunnel")
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("form > .problem")).to_contain_text("cannot be reached")
    await expect(teacher.locator("#status")).to_contain_text("your text is kept in this browser")
    await teacher.context.set_offline(False)
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await expect(teacher.locator("form > .problem")).to_be_hidden()


async def test_a_file_that_is_not_taken_is_said_with_its_name(teacher: Page, tmp_path: Path) -> None:
    await open_lesson(teacher, "Files")
    (tmp_path / "virus.png").write_bytes(b"MZ")
    await teacher.locator("[data-markdown] [type=file]").set_input_files(tmp_path / "virus.png")
    await expect(teacher.locator("[data-uploads]")).to_contain_text(
        "virus.png: This kind of file is not taken"
    )


async def test_an_imported_text_with_other_line_ends_can_be_saved(teacher: Page) -> None:
    await open_lesson(teacher, "Lines")
    lesson = teacher.url.rsplit("/", 1)[1]
    answer = await teacher.request.patch(
        f"/api/v1/lessons/{lesson}", data={"content": "one\r\ntwo"}, headers={"If-Match": "*"}
    )
    assert answer.ok
    await teacher.reload()
    await teacher.get_by_label("Minutes it takes").fill("7")
    await teacher.keyboard.press("Control+s")
    await expect(teacher.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_role("link", name="← Lines").click()  # without being warned
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Lines")
