"""Teachers write courses in headless Chromium, on a made-up school."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Locator, Page, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, school
from tests.e2e.panel_writing import PNG, contents, drag, drag_by_finger, new_course, teacher

__all__ = ["browser", "school", "teacher"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def grip(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=f"Move {title}", exact=True)


async def test_lessons_are_moved_by_keyboard_and_what_moves_is_announced(teacher: Page) -> None:
    await new_course(teacher, "Light", {"Rays": ["Shadows", "Mirrors"], "Waves": ["Colour"]})
    await grip(teacher, "Colour").focus()
    await teacher.keyboard.press("Space")
    await teacher.keyboard.press("ArrowUp")
    await expect(teacher.locator("#said")).to_have_text("Colour: place 3 of 3 in Rays.")
    await teacher.keyboard.press("ArrowUp")
    async with teacher.expect_response("**/outline"):
        await teacher.keyboard.press("Space")
    assert await contents(teacher) == {"Rays": ["Shadows", "Colour", "Mirrors"], "Waves": []}
    await teacher.keyboard.press("Space")
    await teacher.keyboard.press("ArrowDown")
    await teacher.keyboard.press("Escape")
    await expect(teacher.locator("#said")).to_contain_text("Colour is back at place 2 of 3")
    await grip(teacher, "Waves").focus()
    await teacher.keyboard.press("Space")
    await teacher.keyboard.press("ArrowUp")
    async with teacher.expect_response("**/outline"):
        await teacher.keyboard.press("Space")
    assert list(await contents(teacher)) == ["Waves", "Rays"]


async def test_lessons_are_dragged_also_to_another_module(teacher: Page) -> None:
    await new_course(teacher, "Sound", {"Tones": ["High", "Low"], "Ears": ["Drum"]})
    async with teacher.expect_response("**/outline"):
        await drag(grip(teacher, "High"), teacher.locator("[data-lesson]", has_text="Drum"))
    assert await contents(teacher) == {"Tones": ["Low"], "Ears": ["Drum", "High"]}
    await expect(teacher.locator("[data-module]", has_text="Ears").locator("[data-lesson]")).to_contain_text(
        ["Drum", "High"]
    )


async def test_an_order_that_the_server_does_not_take_is_undone_visibly(teacher: Page) -> None:
    await new_course(teacher, "Heat", {"Warm": ["Fire", "Sun"]})
    await teacher.route("**/outline", lambda route: route.abort())
    await grip(teacher, "Sun").focus()
    for key in ("Space", "ArrowUp", "Space"):
        await teacher.keyboard.press(key)
    await expect(teacher.locator("#toasts")).to_contain_text("cannot be reached")
    await expect(teacher.locator("[data-lesson] [data-title]")).to_have_text(["Fire", "Sun"])


async def test_who_moves_what_somebody_changed_meanwhile_chooses(teacher: Page) -> None:
    await new_course(teacher, "Air", {"Wind": ["Storm", "Breeze"]})
    other = await teacher.context.new_page()
    await other.goto(teacher.url)
    await other.get_by_label("New lesson in Wind").fill("Calm")
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("link", name="Calm")).to_be_visible()
    await grip(teacher, "Breeze").focus()
    for key in ("Space", "ArrowUp", "Space"):
        await teacher.keyboard.press(key)
    await expect(teacher.get_by_role("alert")).to_contain_text("Somebody changed the contents meanwhile")
    await expect(teacher.locator("[data-lesson] [data-title]")).to_have_text(["Storm", "Breeze", "Calm"])
    async with teacher.expect_response("**/outline"):
        await teacher.get_by_role("button", name="Use my order").click()
    assert await contents(teacher) == {"Wind": ["Breeze", "Storm", "Calm"]}


async def test_titles_are_changed_where_they_stand_and_deleting_says_what_goes(teacher: Page) -> None:
    await new_course(teacher, "Water", {"Rain": ["Drops", "Clouds"]})
    await teacher.get_by_role("button", name="Rename Drops").click()
    await teacher.keyboard.type("Drizzle")
    await teacher.keyboard.press("Enter")
    await expect(teacher.get_by_role("button", name="Delete Drizzle")).to_be_visible()
    await expect(teacher.get_by_role("button", name="Rename Drizzle")).to_be_focused()
    await teacher.get_by_role("button", name="Delete Clouds").click()
    await expect(teacher.get_by_role("dialog")).to_contain_text("everybody's progress in it")
    await teacher.get_by_role("button", name="Delete for good").click()
    await expect(teacher.locator("[data-lesson]")).to_have_count(1)
    await teacher.reload()
    assert await contents(teacher) == {"Rain": ["Drizzle"]}


async def _long_course(teacher: Page, title: str, lessons: int) -> None:
    """With "first" and as many more, "number 0" and on."""
    await new_course(teacher, title, {"All": ["first"]})
    module = await teacher.locator("[data-module]").get_attribute("data-module")
    for number in range(lessons):
        await teacher.request.post(f"/api/v1/modules/{module}/lessons", data={"title": f"number {number}"})
    await teacher.reload()


async def test_a_hundred_lessons_stay_usable(teacher: Page) -> None:
    await _long_course(teacher, "Long", 99)
    await grip(teacher, "number 98").focus()
    await teacher.keyboard.press("Space")
    for _ in range(99):
        await teacher.keyboard.press("ArrowUp")
    async with teacher.expect_response("**/outline"):
        await teacher.keyboard.press("Space")
    assert (await contents(teacher))["All"][:2] == ["number 98", "first"]


async def test_beside_long_contents_what_the_course_is_stays_in_sight(teacher: Page) -> None:
    await _long_course(teacher, "Wide", 39)
    await expect(teacher.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
    await grip(teacher, "number 38").focus()
    await expect(grip(teacher, "number 38")).to_be_in_viewport()
    for name in ("Title", "Language"):
        await teacher.get_by_label(name).focus()
        await expect(teacher.get_by_label(name)).to_be_in_viewport(ratio=1)
        await expect(grip(teacher, "number 38")).to_be_in_viewport()


async def test_who_stays_with_what_is_unsaved_can_press_again_what_would_have_left(teacher: Page) -> None:
    await new_course(teacher, "Stay", {})
    await teacher.get_by_label("Title").fill("Stay here")
    asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def stay(dialog: Dialog) -> None:
        await dialog.dismiss()
        asked.set_result(dialog.type)

    teacher.once("dialog", stay)
    copy = teacher.get_by_role("button", name="Duplicate")
    await copy.click()
    assert await asked == "beforeunload"
    await expect(copy).to_be_enabled()
    await expect(teacher.get_by_label("Title")).to_have_value("Stay here")
    await teacher.get_by_role("button", name="Save").click()
    await expect(teacher.locator("#status")).to_have_text("Saved.")


async def test_what_two_teachers_change_is_brought_together_and_asked_where_both_changed_it(
    teacher: Page,
) -> None:
    await new_course(teacher, "Stones", {})
    other = await teacher.context.new_page()
    await other.goto(teacher.url)
    await other.get_by_label("Tags").fill("rock")
    await other.get_by_label("Title").fill("Their stones")
    await other.get_by_role("button", name="Save").click()
    await expect(other.locator("#status")).to_have_text("Saved.")
    await teacher.get_by_label("Title").fill("My stones")
    await teacher.get_by_label("What learners will be able to do").fill("name them")
    await teacher.keyboard.press("Control+s")
    dialog = teacher.get_by_role("dialog", name="You both changed this")
    await expect(dialog.get_by_text("Their stones")).to_be_visible()
    await dialog.get_by_label("My stones").check()
    await dialog.get_by_role("button", name="Save this").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("My stones")
    await teacher.reload()
    await expect(teacher.get_by_label("Tags")).to_have_value("rock")
    await expect(teacher.get_by_label("What learners will be able to do")).to_have_value("name them")


async def test_a_course_goes_out_and_comes_in_with_what_could_not_be_taken(
    teacher: Page, tmp_path: Path
) -> None:
    await new_course(teacher, "Travels", {"Away": ["Packing"]})
    await teacher.get_by_role("button", name="Duplicate").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("Travels (copy)")
    assert await contents(teacher) == {"Away": ["Packing"]}
    await teacher.go_back()
    async with teacher.expect_download() as loading:
        await teacher.get_by_role("link", name="Download as a file").click()
    await (await loading.value).save_as(tmp_path / "course.zip")
    await teacher.goto("/teach/courses/new")
    await teacher.locator("#import [type=file]").set_input_files(tmp_path / "course.zip")
    await teacher.get_by_role("button", name="Take it").click()
    await expect(teacher).to_have_url(re.compile("travels-2"))
    assert await contents(teacher) == {"Away": ["Packing"]}
    await teacher.goto("/teach/courses/new")
    (tmp_path / "no.zip").write_bytes(b"no zip")
    await teacher.locator("#import [type=file]").set_input_files(tmp_path / "no.zip")
    await teacher.get_by_role("button", name="Take it").click()
    await expect(teacher.locator("#import").get_by_role("alert")).to_be_visible()


async def test_a_course_of_somebody_else_is_not_found(teacher: Page, school: RunningServer) -> None:
    course = await teacher.request.post(
        "/api/v1/courses", data={"title": "Secret"}, headers={"Authorization": f"Bearer {school.api_key}"}
    )
    slug = json.loads(await course.text())["data"]["slug"]
    answer = await teacher.goto(f"/teach/courses/{slug}/edit")
    assert answer is not None and answer.status == 404


async def test_a_courses_picture_is_seen_before_it_is_saved_and_by_who_looks_for_courses(
    teacher: Page, tmp_path: Path
) -> None:
    await new_course(teacher, "Pictures", {})
    (tmp_path / "small.png").write_bytes(PNG)
    box = teacher.locator("[data-picture]", has_text="Small picture")
    await box.locator("[type=file]").set_input_files(tmp_path / "small.png")
    await expect(box.locator("img")).to_be_visible()
    await expect(teacher.locator("#status")).to_contain_text("Not saved yet")
    teacher.on("dialog", lambda dialog: dialog.accept())  # "leave without saving?"
    await teacher.reload()
    await expect(box.locator("img")).to_be_visible()  # of the draft
    await teacher.get_by_role("button", name="Publish").click()  # saves first
    await expect(teacher.locator(".state")).to_have_text("Published")
    await expect(box.locator("img")).to_be_visible()
    await teacher.goto("/courses")
    await expect(teacher.locator(".card", has_text="Pictures").locator("img")).to_be_visible()


async def test_from_a_course_one_comes_to_its_quizzes_and_companions(teacher: Page) -> None:
    await new_course(teacher, "Doors", {"Way": ["In"]})
    here = teacher.url
    await teacher.get_by_role("link", name="New quiz").click()
    await expect(teacher).to_have_url(re.compile("quizzes/new$"))
    await teacher.goto(here)
    await teacher.get_by_role("link", name="New companion").click()
    await expect(teacher.locator("[data-json] option:checked")).to_have_text("The whole course")
    await teacher.goto(here)
    await teacher.get_by_role("link", name="In", exact=True).click()
    await teacher.get_by_role("link", name="New quiz").click()
    await expect(teacher).to_have_url(re.compile("quizzes/new$"))


async def test_on_a_phone_lessons_are_dragged_by_finger_and_all_is_one_column(teacher: Page) -> None:
    await teacher.set_viewport_size({"width": 390, "height": 844})
    await new_course(teacher, "Phones", {"Calls": ["Ring", "Talk", "End"]})
    await teacher.evaluate("scrollTo(0, 0)")
    below = await teacher.locator("#course").bounding_box()
    talk = teacher.locator("[data-lesson]", has_text="Talk")
    row = await talk.bounding_box()
    assert below is not None and row is not None
    assert row["width"] > 300 and below["y"] > row["y"]
    async with teacher.expect_response("**/outline"):
        await drag_by_finger(grip(teacher, "Ring"), talk)
    assert await contents(teacher) == {"Calls": ["Talk", "Ring", "End"]}
