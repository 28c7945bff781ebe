"""A learner allows recordings, hears a talk again along its transcript, and deletes it; in headless Chromium."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from lms_core.people import Role
from lms_core.recordings import expiry
from lms_core.sessions import SaveItem, SaveSnapshot, StoredItem
from storage.accounts import AccountStore
from storage.database import Database
from storage.recordings import RecordingStore
from storage.sessions import SessionStore
from storage.writer import SessionWriter
from tests.e2e.axe import violations
from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, cookie_of, signed_in
from tests.storage.test_writer import running
from tests.tutor.conftest import NULL_ENGINES
from tutor.recordings.opus_file import OpusFile
from tutor.recordings.timeline import RATE

__all__ = ["browser"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SESSION, FORGOTTEN = "sess_replay", "sess_forgotten"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_CRAWL = "it => { it.defaultPlaybackRate = it.playbackRate = 1 / 16; }"
"""A turn of three seconds is then long enough for any machine to see it lit."""
SAID = [
    (500, "tutor", "Hello!"),
    (3000, "learner", "What is a half?"),
    (6000, "tutor", "One of two equal parts."),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("replay") / "data", *NULL_ENGINES)
    running.change("recordings", True)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cookie(server: RunningServer) -> str:
    """Of a learner with two recorded talks of ten seconds."""
    database = Database(f"sqlite:///{server.data_dir / 'viva.db'}")
    lena = await AccountStore(database).add_person("Lena", Role.LEARNER)
    for session_id in (SESSION, FORGOTTEN):
        await record(database, session_id, lena.id, server.data_dir / "recordings")
    await database.aclose()
    return await cookie_of(server, lena.id)


async def record(database: Database, session_id: str, person_id: str, folder: Path) -> None:
    await SessionStore(database).open(session_id, "companion-ada-fractions", person_id, "page")
    items = [
        StoredItem(f"i{at}", at, "message", who, "completed", ({"kind": "x", "text": text},), {}, at)
        for at, who, text in SAID
    ]
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit(
            [*(SaveItem(session_id, one) for one in items), SaveSnapshot(session_id, {}, "closed")]
        )
    now = datetime.now(UTC)
    store = RecordingStore(database)
    await store.begin(session_id, 0, now, expiry(now, 30))
    await store.grown([(session_id, 10_000, 1)], ended_at=now)
    file = OpusFile(folder / f"{session_id}.ogg")
    file.write((np.random.default_rng(1).normal(0, 300, (10 * RATE, 2))).astype(np.int16))
    file.close()


async def test_recording_is_switched_on_and_off_in_plain_words(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        await page.goto("/history")
        await page.get_by_role("link", name="About recordings").click()
        await expect(page.get_by_text("Your talks are not recorded.")).to_be_in_viewport()
        await page.get_by_role("button", name="Record my talks").click()
        await expect(page.get_by_text("Your talks are recorded since")).to_be_visible()
        await page.get_by_role("button", name="Stop recording").click()
        await expect(page.get_by_text("Your talks are not recorded.")).to_be_visible()


async def test_player_and_consent_can_be_used_by_all_and_fit_a_phone(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        for path in (f"/history/{SESSION}", "/profile"):
            await page.set_viewport_size({"width": 320, "height": 844})
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = await violations(page)
                serious = [one for one in found if one["impact"] in ("serious", "critical")]
                assert serious == [], f"{path}, {scheme}"


async def test_the_turn_that_is_said_is_lit_and_a_turn_leads_to_its_sound(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        await page.goto(f"/history/{SESSION}")
        lit, sound = page.locator(".talk [aria-current=true]"), page.locator("#sound")
        await sound.evaluate(_CRAWL)
        await page.get_by_text("What is a half?").click()
        await expect(lit).to_contain_text("What is a half?")
        await sound.evaluate("it => { it.playbackRate = 16; }")
        await expect(lit).to_contain_text("One of two equal parts.")  # the last turn, and stays
        await sound.evaluate(_CRAWL)
        await page.get_by_role("button", name="Play from 0:00").focus()
        await page.keyboard.press("Enter")
        await expect(lit).to_contain_text("Hello!")
        assert await sound.evaluate("it => it.currentTime") < 3


async def test_a_recording_is_deleted_and_its_words_stay(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        await page.goto("/profile")
        await expect(page.get_by_text("2 recordings of yours are kept.")).to_be_visible()
        await page.goto(f"/history/{FORGOTTEN}")
        await page.get_by_role("button", name="Delete…").click()
        await page.get_by_role("button", name="Delete for good").click()
        await expect(page.locator("audio")).to_have_count(0)
        await expect(page.get_by_text("What is a half?")).to_be_visible()
    assert [one.stem for one in (server.data_dir / "recordings").iterdir()] == [SESSION]
