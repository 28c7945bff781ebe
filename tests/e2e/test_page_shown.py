"""What the session page shows beside the talk, says about the microphone, and remembers."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from tests.e2e.conftest import RunningServer
from tests.e2e.talking import (
    Chromium,
    admin,
    begin,
    browser,
    chromium,
    page_talks,
    playwright,
    server,
    shows,
    state_is,
    type_in,
)  # fmt: skip

__all__ = ["admin", "browser", "chromium", "playwright", "server"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_ICON = Path(__file__).resolve().parents[2] / "docs" / "images" / "talk.png"

_CAPTIONS = """() => {
    const box = document.getElementById("captions");
    return [box.clientHeight, box.clientHeight / parseFloat(getComputedStyle(box).lineHeight)];
}"""
"""How high they are, in pixels and in lines."""


async def test_a_question_is_answered_by_a_click_and_what_is_shown_is_drawn(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, path="/talk/nora-seasons", width=390)
    await begin(page, typing=True)
    await page_talks(page)
    await type_in(page, "quiz me")
    await page.locator("#shown").get_by_role("button", name="False").click()
    await shows(page, "#captions .learner", "false")
    chosen = page.get_by_role(
        "button", name="False Not right"
    )  # it stays: the companion asks whether to go on
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("button", name="True This is right")).to_be_visible()
    await expect(page.locator("#shown").get_by_role("status")).to_have_text("Not right. The answer: True")
    await type_in(page, "what is the axis")
    await shows(page, "#shown .prose p", "axis")
    await expect(page.locator("#shown-body button")).to_have_count(0)
    await page.reload()
    await begin(page, typing=True)
    await shows(page, "#shown .prose p", "axis")
    assert chromium.problems == []


async def test_beside_a_card_a_phone_has_room_for_the_captions_and_a_folded_card_leaves_all_of_it(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, path="/talk/nora-seasons", width=390)
    await page.set_viewport_size({"width": 390, "height": 664})  # a phone's, between the bars of its browser
    await begin(page, typing=True)
    await page_talks(page)
    await type_in(page, "what is the axis")
    await shows(page, "#shown .prose p", "axis")
    beside, lines = await page.evaluate(_CAPTIONS)
    assert lines >= 5
    fold = page.get_by_role("button", name="Show all of the card")
    await fold.press("Enter")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(page.locator("#shown").get_by_role("heading")).to_be_visible()
    await expect(page.locator("#shown .prose")).to_be_hidden()
    assert (await page.evaluate(_CAPTIONS))[0] > beside + 50
    await type_in(page, "quiz me")  # another card
    await expect(page.locator("#shown").get_by_role("button", name="False")).to_be_visible()
    await expect(fold).to_have_attribute("aria-expanded", "true")
    assert chromium.problems == []


async def test_how_a_learner_likes_to_talk_is_remembered(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, locale="de-DE")
    for _ in range(2):
        await page.get_by_role("button", name="Lieber tippen").click()
        await page_talks(page)
        await page.get_by_text("Einstellungen").click()
        if _ == 0:
            await page.get_by_label("Geduld").select_option("wartet länger")
            await page.get_by_label("Sprechtempo").select_option("langsam")
            await page.get_by_label("Schriftgröße").select_option("sehr groß")
            await page.get_by_label("Lautstärke").fill("0")
        await expect(page.get_by_label("Geduld")).to_have_value("high")
        await expect(page.locator("#captions")).to_have_attribute("data-size", "huge")
        assert await page.evaluate("() => window.viva.gain()") == 0
        await page.get_by_role("button", name="Beenden").click()
        await state_is(page, "done")
        await page.reload()
    assert chromium.problems == []


async def test_a_lessons_picture_is_shown_with_its_words(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, path=await _companion_with_a_picture(server))
    await begin(page, typing=True)
    await page_talks(page)
    await type_in(page, "yes")
    picture = page.locator("#shown").get_by_role("img", name="an oak in a field")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("it => it.decode().then(() => it.naturalWidth)") > 100
    await shows(page, "#captions .tutor", "an oak in a field")
    assert chromium.problems == []


async def _companion_with_a_picture(server: RunningServer) -> str:
    """The address of the talk."""
    admin = {"Authorization": f"Bearer {server.api_key}"}
    async with aiohttp.ClientSession(f"{server.url}/api/v1/", headers=admin) as http:

        async def made(path: str, **body: str) -> Any:
            answer = await http.post(path, json=body)
            assert answer.status == 201, await answer.text()
            return (await answer.json())["data"]

        uploaded = await http.post("media?name=oak.png", data=_ICON.read_bytes())
        oak = (await uploaded.json())["data"]["id"]
        course = await made("courses", title="Trees")
        module = await made(f"courses/{course['id']}/modules", title="One")
        text = f"# Oaks\n\nAn oak is a tree. It grows old.\n\n![an oak in a field](media:{oak})"
        lesson = await made(f"modules/{module['id']}/lessons", title="Oaks", content=text)
        companion = await made(
            "companions", name="Olive", subject="science", topic="oaks", lesson_id=lesson["id"]
        )
    return f"/talk/{companion['slug']}"


async def test_the_learner_sees_that_a_teacher_follows_the_talk(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    await begin(page, typing=True)
    await page_talks(page)
    session = await page.evaluate("() => JSON.parse(sessionStorage.getItem('viva.unfinished')).session")
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as http:
        async with http.ws_connect(f"/v1/supervise/{session}") as teacher:
            await expect(page.get_by_text("Listening in: Admin")).to_be_visible()
            await teacher.send_json({"type": "take_over"})
            await expect(page.get_by_text("Speaking now: Admin")).to_be_visible()
            await expect(page.locator("#state")).to_have_text("Admin talks with you")
            await type_in(page, "thank you for coming")
            await expect(page.locator("#captions .learner")).to_have_text("You: thank you for coming")
            while "thank you for coming" not in (await teacher.receive_str()):
                pass
            await expect(page.locator("#trouble")).to_be_empty()
    await expect(page.locator("#supervised")).to_be_hidden()


async def test_a_microphone_that_hears_nothing_too_little_or_too_much_is_noticed(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    heard = await page.evaluate("""async () => {
        const {Hearing} = await import("/static/hearing.js");
        const after = (seconds, peak) => {
            const hearing = new Hearing(0);
            let wrong;
            for (let now = 0; now <= seconds * 1000; now += 40) wrong = hearing.piece(peak, now);
            return wrong;
        };
        return [after(9, 0), after(11, 0), after(14, 0.003), after(16, 0.003), after(20, 0.3), after(4, 1)];
    }""")
    assert heard == ["", "deaf", "", "faint", "", "loud"]


async def test_of_an_interrupted_answer_stays_what_was_heard_also_if_all_of_it_had_come(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    said = await page.evaluate("""async () => {
        const {Captions} = await import("/static/captions.js");
        const captions = new Captions(document.createElement("div"), {tutor: "Nora", learner: "You"});
        const text = () => captions.box.textContent;
        const read = [];
        const words = [{start: 0, end: 6, start_ms: 0, end_ms: 400}, {start: 7, end: 13, start_ms: 400, end_ms: 900}];
        for (const ms of [500, 100, 2000]) {
            captions.clear();
            captions.add("a", "Summer begins.");
            captions.time("a", words);
            captions.cut("a", "Summer begins.");  // final: all of it is here
            captions.heard("a", ms);
            captions.stop("a");
            read.push(text());
        }
        captions.stop("nothing");
        return read;
    }""")
    assert said == ["Nora: Summer begins.", "Nora: Summer …", "Nora: Summer begins."]


async def test_who_is_muted_reads_that_nobody_hears_them(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    await begin(page)
    await page_talks(page)
    await page.get_by_role("button", name="Mute").click()
    await expect(page.get_by_text("You are muted")).to_be_visible()
    await page.get_by_role("button", name="Unmute").click()
    await expect(page.get_by_text("Speak at any time")).to_be_visible()
