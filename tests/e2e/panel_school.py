"""A made-up school with a server, and browsers in which its people are signed in."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from lms_core.people import TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from tests.e2e.conftest import RunningServer
from tests.e2e.witness import watch
from tests.tutor.conftest import NULL_ENGINES

TEACHER, LEARNER = "demo_person_0", "demo_person_3"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_SIZE = ["--people=20", "--courses=4", "--enrollments=40", "--progress=60", "--sessions=60"]


@cache
def _made_up(folder: Path) -> Path:
    """A data directory that nobody has used yet."""
    data = folder / "made-up-school"
    command = [sys.executable, "-m", "tutor.cli", "demo-data", f"--data-dir={data}", *_SIZE]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return data


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("school") / "data"
    shutil.copytree(_made_up(tmp_path_factory.getbasetemp()), data)
    running = RunningServer(data, *NULL_ENGINES)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if _CHROMIUM is None:
        pytest.skip("no Chromium: install it (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cookie(school: RunningServer) -> str:
    return await cookie_of(school, LEARNER)


@pytest_asyncio.fixture(loop_scope="module")
async def learner(browser: Browser, school: RunningServer, cookie: str) -> AsyncIterator[Page]:
    async with signed_in(browser, school, cookie) as page:
        yield page


async def cookie_of(school: RunningServer, person_id: str) -> str:
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    value, _ = await AccountStore(database).issue(person_id, TokenKind.BROWSER, lasts=timedelta(hours=1))
    await database.aclose()
    return value


@asynccontextmanager
async def signed_in(browser: Browser, school: RunningServer, cookie: str) -> AsyncIterator[Page]:
    """A page of a signed-in person; the test fails if the console had anything to complain of."""
    context = await new_context(browser, school, cookie)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if is_ours(said) else None)
    yield page
    await context.close()
    assert not problems, problems


def is_ours(said: ConsoleMessage) -> bool:
    """A request that fails is shown by the page itself; the browser's own line about it is none of ours."""
    return said.type == "error" and not said.text.startswith(
        ("Failed to load resource", "WebSocket connection to")
    )


async def new_context(
    browser: Browser, school: RunningServer, cookie: str | None, **settings: Any
) -> BrowserContext:
    # a worker would see requests before the test's own routes do
    context = await browser.new_context(
        base_url=school.url, **{"locale": "en-GB", "service_workers": "block", **settings}
    )
    watch(context)
    if cookie is not None:
        await context.add_cookies([{"name": "viva_session", "value": cookie, "url": school.url}])
    return context


async def invitation(school: RunningServer) -> str:
    """For a new learner."""
    async with aiohttp.ClientSession(school.url) as http:
        admin = {"Authorization": f"Bearer {school.api_key}"}
        answer = await http.post("/api/v1/auth/invitations", json={}, headers=admin)
        return str((await answer.json())["data"]["invitation"])


async def invited(school: RunningServer, name: str = "Ivy") -> str:
    """A new learner's address."""
    email = f"{name.lower()}@example.org"
    async with aiohttp.ClientSession(school.url) as http:
        body = {
            "name": name,
            "email": email,
            "password": "correct horse battery",
            "invitation": await invitation(school),
        }
        assert (await http.post("/api/v1/auth/sign-up", json=body)).status == 200
    return email
