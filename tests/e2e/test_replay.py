"""A learner allows recordings, hears a talk again along its transcript, and deletes it; in headless Chromium."""

from collections.abc import Iterator
from datetime import UTC, datetime

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
from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import browser, cookie_of, signed_in
from tests.storage.test_writer import running
from tests.tutor.conftest import NULL_ENGINES
from tutor.recordings.opus_file import OpusFile
from tutor.recordings.timeline import RATE

__all__ = ["browser"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SESSION = "sess_replay"
SAID = [
    (500, "tutor", "Hello!"),
    (3000, "learner", "What is a half?"),
    (6000, "tutor", "One of two equal parts."),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("replay") / "data"
    data.mkdir()
    (data / "viva.toml").write_text("recordings = true\n")
    running = RunningServer(data, *NULL_ENGINES)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cookie(server: RunningServer) -> str:
    """Of a learner with one recorded talk of ten seconds."""
    database = Database(f"sqlite:///{server.data_dir / 'viva.db'}")
    lena = await AccountStore(database).add_person("Lena", Role.LEARNER)
    await SessionStore(database).open(SESSION, "companion-ada-fractions", lena.id, "page")
    items = [
        StoredItem(f"i{at}", at, "message", who, "completed", ({"kind": "x", "text": text},), {}, at)
        for at, who, text in SAID
    ]
    writer = SessionWriter(database)
    async with running(writer):
        await writer.commit([*(SaveItem(SESSION, one) for one in items), SaveSnapshot(SESSION, {}, "closed")])
    now = datetime.now(UTC)
    store = RecordingStore(database)
    await store.begin(SESSION, 0, now, expiry(now, 30))
    await store.grown([(SESSION, 10_000, 1)], ended_at=now)
    await database.aclose()
    file = OpusFile(server.data_dir / "recordings" / f"{SESSION}.ogg")
    file.write((np.random.default_rng(1).normal(0, 300, (10 * RATE, 2))).astype(np.int16))
    file.close()
    return await cookie_of(server, lena.id)


async def test_recording_is_switched_on_and_off_in_plain_words(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        await page.goto("/profile")
        await expect(page.get_by_text("Your talks are not recorded.")).to_be_visible()
        await page.get_by_role("button", name="Record my talks").click()
        await expect(page.get_by_text("Your talks are recorded since")).to_be_visible()
        await page.get_by_role("button", name="Stop recording").click()
        await expect(page.get_by_text("Your talks are not recorded.")).to_be_visible()


async def test_the_turn_that_is_said_is_lit_and_a_turn_leads_to_its_sound(
    browser: Browser, server: RunningServer, cookie: str
) -> None:
    async with signed_in(browser, server, cookie) as page:
        await page.goto("/profile")
        await expect(page.get_by_text("One recording of yours is kept.")).to_be_visible()
        await page.goto(f"/history/{SESSION}")
        lit = page.locator(".talk [aria-current=true]")
        await page.get_by_text("What is a half?").click()
        await expect(lit).to_contain_text("What is a half?")
        await expect(lit).to_contain_text("One of two equal parts.", timeout=15_000)
        await page.get_by_role("button", name="Play from 0:00").focus()
        await page.keyboard.press("Enter")
        await expect(lit).to_contain_text("Hello!")
        assert await page.evaluate("document.getElementById('sound').currentTime") < 3
        await page.get_by_role("button", name="Delete…").click()
        await page.get_by_role("button", name="Delete for good").click()
        await expect(page.locator("audio")).to_have_count(0)
        await expect(page.get_by_text("What is a half?")).to_be_visible()
    assert list((server.data_dir / "recordings").iterdir()) == []
