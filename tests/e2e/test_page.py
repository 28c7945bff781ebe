"""The session page in headless Chromium. One browser and one server for all tests."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Playwright, expect

from tests.e2e.conftest import RunningServer
from tests.e2e.talking import (
    TALK,
    TYPE,
    Chromium,
    admin,
    begin,
    browser,
    chromium,
    launch,
    link_for,
    page_talks,
    playwright,
    server,
    shows,
    signed_in,
    state_is,
    type_in,
)  # fmt: skip
from tests.e2e.voice import say, silence
from tests.tutor.conftest import NULL_ENGINES

__all__ = ["admin", "browser", "chromium", "playwright", "server"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_LOUD = "() => getComputedStyle(document.getElementById('level')).getPropertyValue('--level') > 0.5"
_ANSWER_IS_HEARD = (
    "document.querySelectorAll('#captions .tutor')[1]?.querySelector('.heard').textContent.length > 10"
)
_A_WORD_IS_LIT = "() => ['heard', 'now', 'rest'].every(part => document.querySelector(`#captions .tutor .${part}`)?.textContent.length > 2)"


async def test_a_spoken_question_gets_a_spoken_captioned_answer_and_barge_in_silences_it(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    await begin(page)
    await page_talks(page)
    await state_is(page, "listening")
    async with asyncio.TaskGroup() as together:
        together.create_task(page.wait_for_function(_LOUD))
        together.create_task(say(page, "cards_001"))
    await shows(page, "#captions .learner", "ten of clubs")
    before = await page.evaluate("() => window.viva.silencedAt")
    await say(page, "austen_0880", when=_ANSWER_IS_HEARD)
    await page.wait_for_function(f"() => window.viva.silencedAt > {before}")
    await expect(page.locator("#captions .learner").nth(1)).to_be_visible()
    assert await page.evaluate("() => window.viva.audioBytes") > 48_000
    await page.get_by_role("button", name="End", exact=True).click()
    await state_is(page, "done")
    await expect(page.locator("#with")).to_have_text(re.compile(r"^\d+ seconds · [12] turns?$"))
    await page.get_by_role("link", name="Read what was said").click()
    await expect(page.locator(".talk .learner").first).to_contain_text("ten of clubs")
    assert chromium.problems == []


async def test_typing_works_without_a_microphone_at_phone_width_by_keyboard(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, width=390)
    await page.get_by_role("button", name="I would rather type").focus()
    await page.keyboard.press("Enter")
    await shows(page, "#captions .tutor .heard", "Hello")
    await type_in(page, "what is a denominator")
    await shows(page, "#captions .tutor", "enominator")
    await expect(page.locator("#captions .tutor").first).to_have_text(re.compile("Hello.* …$"))
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("#mute").is_hidden() and await page.locator("#level").is_hidden()


async def test_who_is_not_signed_in_finds_the_front_page_and_comes_back_to_the_talk(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, path="/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("A tutor that listens")
    await page.goto(server.url + TALK)
    await expect(page).to_have_url(f"{server.url}/enter?next=/talk/ada-fractions")
    await page.context.add_cookies([admin])
    await page.goto(server.url)
    await expect(page).to_have_url(f"{server.url}/welcome")


async def test_a_link_on_another_site_leads_in_though_it_brings_no_cookie(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin, path="/")
    for path, leads_to in (("/", "/welcome"), (TALK, TALK)):
        await page.goto(server.url.replace("127.0.0.1", "viva.test"))
        await page.evaluate("address => { location.href = address; }", server.url + path)
        await expect(page).to_have_url(server.url + leads_to)


async def test_a_refused_microphone_is_said_and_typing_works(
    server: RunningServer, admin: Any, playwright: Playwright, tmp_path: Path
) -> None:
    refusing = Chromium(await launch(playwright, silence(tmp_path / "none.wav"), "--deny-permission-prompts"))
    page = await refusing.page(server, admin)
    await begin(page)
    await shows(page, "#trouble", "microphone is not available")
    assert await page.locator("#mute").is_hidden()
    await type_in(page, "what is a numerator")
    await shows(page, "#captions .tutor", "umerator")
    await shows(page, "#trouble", "microphone is not available")


async def test_over_plain_http_the_page_explains_and_typing_works_with_a_voice(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    address = server.url.replace("127.0.0.1", "viva.test")
    page = await chromium.page(server, {**admin, "url": address}, path="/")
    await page.goto(address + TALK)
    await shows(page, "#ready", f"only to pages over HTTPS, and this one is {address}")
    assert await page.get_by_role("button", name="Use my microphone").is_hidden()
    await page.get_by_role("button", name="I would rather type").click()
    await page.wait_for_function("() => window.viva?.playedMs > 500")
    await shows(page, "#captions .tutor .heard", " ")
    await type_in(page, "what is a numerator")
    await shows(page, "#captions .tutor", "umerator")


async def test_the_talk_survives_a_server_that_dies_and_a_reload_and_ends_with_a_summary(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    await begin(page, typing=True)
    await page_talks(page)
    await type_in(page, "what is a numerator")
    await shows(page, "#captions .tutor", "umerator")

    server.kill()
    await state_is(page, "connecting")
    await type_in(page, "what is a denominator")
    await page.wait_for_selector("#captions .learner.waiting")
    await asyncio.to_thread(server.start)
    await shows(page, "#captions .tutor", "enominator")
    await expect(page.locator("#captions .waiting")).to_have_count(0)
    await expect(page.locator("#captions .learner:has-text('what is a denominator')")).to_have_count(1)

    await page.reload()
    await shows(page, "#unfinished", "goes on where you left it")
    await begin(page, typing=True)
    await shows(page, "#captions .learner", "what is a numerator")
    await page.get_by_role("button", name="End", exact=True).click()
    await state_is(page, "done")
    await expect(page.locator("#summary")).to_have_text(re.compile(".{20}"))
    await shows(page, "#with", "2 turns")
    await page.reload()
    await page.wait_for_selector("body[data-state=idle]")
    assert await page.locator("#unfinished").is_hidden()


async def test_a_talk_taken_over_by_another_window_stays_there(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    await begin(page, typing=True)
    await page_talks(page)
    kept = await page.evaluate("() => sessionStorage.getItem('viva.unfinished')")
    other = await chromium.page(server, admin)
    await other.evaluate("kept => sessionStorage.setItem('viva.unfinished', kept)", kept)
    await other.reload()
    await begin(other, typing=True)
    await shows(page, "#reason", "goes on in another window")
    await type_in(other, "what is a numerator")
    await shows(other, "#captions .tutor", "umerator")


async def test_a_used_up_plan_and_a_lost_sign_in_are_said_in_words_and_stay(
    server: RunningServer, chromium: Chromium
) -> None:
    learner = await signed_in(server, await link_for(server, "Mia"))
    page = await chromium.page(server, learner)
    await begin(page, typing=True)
    await page_talks(page)
    second = await chromium.page(server, learner)
    await begin(second, typing=True)
    await shows(second, "#done-title", "could not begin")
    await shows(second, "#reason", "Another talk of yours is going on")
    await expect(second.get_by_role("link", name="Compare the plans")).to_be_visible()
    await second.get_by_role("button", name="Try again").click()
    await second.context.clear_cookies()
    await begin(second, typing=True)
    await shows(second, "#reason", "You are signed out")


async def test_a_full_server_is_said_while_the_page_tries_again(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_MAX_SESSIONS", "1")
    small = await asyncio.to_thread(RunningServer, tmp_path / "data", *NULL_ENGINES)
    try:
        cookie = await signed_in(small, small.sign_in_url)
        first, second = await chromium.page(small, cookie), await chromium.page(small, cookie)
        await begin(first, typing=True)
        await page_talks(first)
        await begin(second, typing=True)
        await shows(second, "#trouble", "The server is full")
        await first.get_by_role("button", name="End", exact=True).click()
        await page_talks(second)
        await expect(second.locator("#trouble")).to_be_empty()
    finally:
        await asyncio.to_thread(small.stop)


async def test_mute_by_button_and_key_volume_and_the_words_that_light_up(
    server: RunningServer, admin: Any, chromium: Chromium
) -> None:
    page = await chromium.page(server, admin)
    async with asyncio.TaskGroup() as together:
        together.create_task(page.wait_for_function(_A_WORD_IS_LIT))
        together.create_task(begin(page))
    await page.get_by_role("button", name="Mute", exact=True).click()
    unmute = page.get_by_role("button", name="Unmute")
    await expect(unmute).to_have_attribute("aria-pressed", "true")
    await page.locator("#talk-title").focus()
    for key in ("Space", "m"):
        await page.keyboard.press(key)
        await expect(page.get_by_role("button", name="Mute", exact=True)).to_be_visible()
        await page.keyboard.press(key)
        await expect(unmute).to_be_visible()
    await page.get_by_label(TYPE).press_sequentially("m m")
    await expect(unmute).to_be_visible()
    await expect(page.get_by_label(TYPE)).to_have_value("m m")
    await page.get_by_text("Settings").click()
    await page.get_by_label("Volume").fill("30")
    assert await page.evaluate("() => Math.round(window.viva.gain() * 100)") == 30
    await state_is(page, "listening")
    await say(page, "cards_001")
    await type_in(page, "what is a numerator")  # the answer comes after all that was said before
    await shows(page, "#captions .tutor", "umerator")
    await expect(page.locator("#captions .learner")).to_have_text(["You: what is a numerator"])
    assert chromium.problems == []
