"""Patience with slow machines, and what is told of a test that failed: its pages and what its servers logged.

`VIVA_SLOW=6 pytest tests/e2e` makes every browser such a machine: it computes six times slower, pages and scripts come
six times 200 ms late and answers of the API six times 50 ms. What acts before a page is ready then fails every time.
"""

import asyncio
import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Page, Request, Route, expect

PATIENCE = 60_000
"""Milliseconds until what a page should do counts as not done: enough for a busy machine, speech and all."""
_LINES = 60  # of each thing that is told
_SLOW = float(os.environ.get("VIVA_SLOW") or 0)

expect.set_options(timeout=PATIENCE)


@dataclass(slots=True)
class _Watched:
    page: Page
    loop: asyncio.AbstractEventLoop
    said: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))

    async def look(self) -> str:
        shown = await self.page.locator("body").aria_snapshot(timeout=10_000)
        return "\n".join([self.page.url, *self.said, *shown.splitlines()[:_LINES]])


_watched: list[_Watched] = []


def watch(context: BrowserContext) -> None:
    """To be called with every new one."""
    loop = asyncio.get_running_loop()
    context.set_default_timeout(PATIENCE)

    def begin(page: Page) -> None:
        _watched[:] = [one for one in _watched if not one.page.is_closed()]
        one = _Watched(page, loop)
        _watched.append(one)
        if _SLOW:
            _slowed.append(loop.create_task(_slow_page(page)))

        def logged(message: ConsoleMessage) -> None:
            one.said.append(f"{message.type}: {message.text}")

        def failed(request: Request) -> None:
            one.said.append(f"{request.method} {request.url}: {request.failure}")

        page.on("console", logged)
        page.on("pageerror", lambda error: one.said.append(f"exception: {error}"))
        page.on("requestfailed", failed)

    context.on("page", begin)
    if _SLOW:
        _slowed.append(loop.create_task(_slow_lines(context)))


_slowed: list[asyncio.Task[None]] = []  # a loop holds its tasks weakly


async def _slow_lines(context: BrowserContext) -> None:
    async def late(route: Route) -> None:
        await asyncio.sleep(_SLOW * _lateness(route.request))
        with suppress(Error):  # its page has been closed
            await route.fallback()

    await context.route("**", late)


def _lateness(request: Request) -> float:
    """In seconds."""
    if request.resource_type in ("document", "script"):
        return 0.2
    return 0.05 if "/api/v1/" in request.url else 0


async def _slow_page(page: Page) -> None:
    with suppress(Error):
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOW})


def pages() -> list[str]:
    """What the open pages show and have said; to be called while no event loop runs."""
    told = []
    for one in _watched:
        if one.page.is_closed() or one.loop.is_closed() or one.loop.is_running():
            continue
        try:
            told.append(one.loop.run_until_complete(one.look()))
        except Error as error:
            told.append(f"{one.page.url}: {error.message}")
    _watched.clear()  # told once
    return told
