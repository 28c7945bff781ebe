"""The page in headless Chromium, with recorded speech as its microphone."""

import os
import shutil
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page, async_playwright

from tests.e2e.conftest import RunningServer
from tests.speech import read_wav

pytestmark = pytest.mark.browser
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def microphone(path: Path, *sounds: tuple[float, str]) -> Path:
    """A WAV of recordings, each after so many seconds of quiet; long quiet at the end."""
    pieces: list[Any] = []
    for quiet, name in sounds:
        pieces += [np.zeros(int(16_000 * quiet), np.int16), read_wav(name)]
    sound = np.concatenate([*pieces, np.zeros(16_000 * 60, np.int16)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(sound.tobytes())
    return path


@pytest.fixture
async def browse() -> AsyncIterator[Any]:
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    browsers = []
    async with async_playwright() as playwright:

        async def open_page(recording: Path, width: int = 1280, *, microphone: bool = True) -> Page:
            media = "--use-fake-ui-for-media-stream" if microphone else "--deny-permission-prompts"
            browser = await playwright.chromium.launch(
                executable_path=_CHROMIUM,
                args=[
                    "--no-sandbox", "--disable-gpu", media,
                    "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={recording}%noloop",
                    "--autoplay-policy=no-user-gesture-required", "--disable-background-networking",
                ],
            )  # fmt: skip
            browsers.append(browser)
            return await browser.new_page(viewport={"width": width, "height": 844})

        yield open_page
        for browser in browsers:
            await browser.close()


def fresh_link(server: RunningServer) -> str:
    """The server's link works once; later tests of the same server sign in with a cookie of their own."""
    return server.sign_in_url


async def test_a_spoken_question_gets_a_spoken_captioned_answer_and_barge_in_silences_it(
    own_server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    recording = microphone(tmp_path / "mic.wav", (9.0, "cards_001"), (6.0, "austen_0880"))
    page = await browse(recording)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    await page.goto(fresh_link(own_server))
    await page.get_by_role("button", name="Ada").click()
    await page.get_by_role("button", name="Use my microphone").click()
    await page.wait_for_selector("#captions .tutor", timeout=10_000)
    await page.wait_for_selector("body[data-state=speaking]", timeout=10_000)
    await page.wait_for_selector("#captions .learner:has-text('ten of clubs')", timeout=30_000)
    await page.wait_for_function(
        "() => document.querySelectorAll('#captions .tutor').length >= 2", timeout=15_000
    )
    before = await page.evaluate("() => window.viva.silencedAt")
    await page.wait_for_function(
        "() => window.viva.playedMs > 1000 && document.body.dataset.state === 'speaking'"
    )
    await page.wait_for_function(f"() => window.viva.silencedAt > {before}", timeout=15_000)
    await page.wait_for_function(
        "() => document.querySelectorAll('#captions .learner').length >= 2", timeout=20_000
    )
    assert await page.evaluate("() => window.viva.audioBytes") > 48_000
    assert problems == []
    if shots := os.environ.get("VIVA_SCREENSHOTS"):
        await page.screenshot(path=f"{shots}/talk-1280.png")
    await page.get_by_role("button", name="End", exact=True).click()
    await page.wait_for_selector("body[data-state=done]", timeout=10_000)


async def test_typing_works_without_a_microphone_at_phone_width_by_keyboard(
    own_server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    page = await browse(microphone(tmp_path / "mic.wav"), width=390)
    await page.goto(own_server.sign_in_url)
    if shots := os.environ.get("VIVA_SCREENSHOTS"):
        await page.wait_for_selector("#companions button")
        await page.screenshot(path=f"{shots}/choose-390.png")
    await page.get_by_role("button", name="Ada").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="I would rather type").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#captions .tutor", timeout=10_000)
    await page.get_by_label("Type instead of speaking").fill("what is a denominator")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#captions .tutor:has-text('enominator')", timeout=15_000)
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    if shots:
        await page.screenshot(path=f"{shots}/talk-390.png")


async def test_without_signing_in_the_page_says_what_to_do(
    server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    page = await browse(microphone(tmp_path / "mic.wav"))
    await page.goto(server.url)
    await page.wait_for_selector("#notice:has-text('one-time link')", timeout=10_000)


async def test_a_refused_microphone_is_said_and_typing_works(
    own_server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    page = await browse(microphone(tmp_path / "mic.wav"), microphone=False)
    await page.goto(own_server.sign_in_url)
    await page.get_by_role("button", name="Ada").click()
    await page.get_by_role("button", name="Use my microphone").click()
    await page.wait_for_selector("#state:has-text('microphone is not available')", timeout=15_000)
    assert await page.locator("#mute").is_hidden()
    await page.get_by_label("Type instead of speaking").fill("what is a numerator")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#captions .tutor:has-text('umerator')", timeout=15_000)


async def test_the_talk_survives_a_server_that_dies_and_a_reload_and_ends_with_a_summary(
    own_server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    page = await browse(microphone(tmp_path / "mic.wav"))
    await page.goto(own_server.sign_in_url)
    await page.get_by_role("button", name="Ada").click()
    await page.get_by_role("button", name="I would rather type").click()
    await page.wait_for_selector("#captions .tutor", timeout=10_000)
    typing = page.get_by_label("Type instead of speaking")
    await typing.fill("what is a numerator")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#captions .tutor:has-text('umerator')", timeout=15_000)

    own_server.kill()
    await page.wait_for_selector("body[data-state=connecting]", timeout=10_000)
    await typing.fill("what is a denominator")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#captions .learner.waiting")
    own_server.start()
    await page.wait_for_selector("#captions .tutor:has-text('enominator')", timeout=25_000)
    assert await page.locator("#captions .waiting").count() == 0
    assert await page.locator("#captions .learner:has-text('what is a denominator')").count() == 1

    await page.reload()
    await page.get_by_role("button", name="Go on with Ada").click()
    await page.get_by_role("button", name="I would rather type").click()
    await page.wait_for_selector("#captions .learner:has-text('what is a numerator')", timeout=10_000)
    await page.get_by_role("button", name="End", exact=True).click()
    await page.wait_for_selector("body[data-state=done]", timeout=15_000)
    assert len(await page.locator("#summary").inner_text()) > 20
    await page.reload()
    await page.wait_for_selector("#companions button")
    assert await page.locator("#go-on").is_hidden()


async def test_mute_volume_and_the_words_that_light_up(
    own_server: RunningServer, browse: Any, tmp_path: Path
) -> None:
    page = await browse(
        microphone(tmp_path / "mic.wav", (0.5, "cards_001"), (0.5, "cards_001"), (0.5, "cards_001"))
    )
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    await page.goto(own_server.sign_in_url)
    await page.get_by_role("button", name="Ada").click()
    await page.get_by_role("button", name="Use my microphone").click()
    await page.get_by_role("button", name="Mute").click()
    assert await page.get_by_role("button", name="Unmute").get_attribute("aria-pressed") == "true"
    await page.get_by_label("Volume").fill("30")
    assert await page.evaluate("() => Math.round(window.viva.gain() * 100)") == 30
    await page.wait_for_function(
        """() => { const [heard, rest] = document.querySelectorAll('#captions .tutor span');
                  return heard && heard.textContent.length > 3 && rest.textContent.length > 3; }""",
        timeout=15_000,
    )
    await page.wait_for_selector("body[data-state=listening]", timeout=40_000)
    assert await page.locator("#captions .learner").count() == 0, "a muted microphone was heard"
    assert problems == []
