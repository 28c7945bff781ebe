"""An address of every page: what must hold for all of them is tested on these."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext
from sqlalchemy import select

from lms_core.people import PERMISSIONS, Permission, Role
from storage.database import Database
from storage.tables import people
from tests.e2e.conftest import RunningServer
from tests.e2e.panel_school import LEARNER, TEACHER, cookie_of, new_context
from tutor.panel.pages import PAGES

DOORS = (
    "/",
    "/enter",
    "/enter?note=left",
    "/nothing/here",
    "/join",
    "/join?invitation=some",
    "/forgot",
    "/reset",
    "/reset#some",
    "/offline",
)
"""Open to who is not signed in."""
_COMPANION = {"name": "Pia", "subject": "science", "topic": "tides"}
_BESIDES = (
    "/search?q=frac",
    "/search?q=zzz",
    "/companions?saved=1",
    "/companions?search=zzz",
    "/leaderboard?period=all",
    "/history/none",
)
"""States of pages that look different: empty, filtered, not found."""
_GIVEN = {
    "/companions/{slug}": "/companions/ada-fractions",
    "/companions/{slug}/edit": "/companions/{own}/edit",
    "/talk/{slug}": "/talk/ada-fractions",
    "/history/{id}": "/history/{session}",
    "/courses/{slug}": "/courses/demo-course-0",
    "/lessons/{id}": "/lessons/{lesson}",
    "/quizzes/{id}": "/quizzes/{quiz}",
    "/attempts/{id}": "/attempts/{attempt}",
    "/teach/courses/{slug}": "/teach/courses/demo-course-0",
    "/teach/lessons/{id}": "/teach/lessons/{lesson}",
    "/teach/courses/{slug}/edit": "/teach/courses/demo-course-0/edit",
    "/teach/live/{id}": "/teach/live/none",
    "/teach/lessons/{id}/quizzes/new": "/teach/lessons/{lesson}/quizzes/new",
    "/teach/courses/{slug}/quizzes/new": "/teach/courses/demo-course-0/quizzes/new",
    "/teach/lessons/{id}/exercise": "/teach/lessons/{lesson}/exercise",
    "/teach/learners/{id}": f"/teach/learners/{LEARNER}",
    "/teach/attempts/{id}": "/teach/attempts/{done}",
    "/teach/quizzes/{id}": "/teach/quizzes/{quiz}",
    "/teach/quizzes/{id}/preview": "/teach/quizzes/{quiz}/preview",
    "/teach/companions/{slug}": "/teach/companions/{companion}",
    "/admin/users/{id}": f"/admin/users/{LEARNER}",
}
"""For every page with gaps in its path an address in the made-up school; `{session}` and so on come from `_things`."""


Windows = Mapping[Role | None, BrowserContext]


@dataclass(frozen=True, slots=True)
class Address:
    """`role` is the least that may open it; None: a door."""

    path: str
    role: Role | None


def pages_without_address() -> list[str]:
    return [page.path for page in PAGES if "{" in page.path and page.path not in _GIVEN]


async def addresses(school: RunningServer) -> list[Address]:
    things = await _things(school)
    pages = [
        Address(_GIVEN.get(page.path, page.path).format_map(things), _least(page.permission))
        for page in PAGES
        if page.path not in pages_without_address()
    ]
    besides = [Address(path, Role.LEARNER) for path in _BESIDES]
    return [*(Address(path, None) for path in DOORS), *pages, *besides]


def _least(permission: Permission) -> Role:
    return next(role for role in (Role.LEARNER, Role.TEACHER, Role.ADMIN) if permission in PERMISSIONS[role])


async def cookies(school: RunningServer) -> dict[Role | None, str | None]:
    database = Database(f"sqlite:///{school.data_dir / 'viva.db'}")
    async with database.read() as connection:
        admin = await connection.scalar(select(people.c.id).where(people.c.role == Role.ADMIN.value))
    await database.aclose()
    who = {Role.LEARNER: LEARNER, Role.TEACHER: TEACHER, Role.ADMIN: str(admin)}
    return {None: None, **{role: await cookie_of(school, person) for role, person in who.items()}}


@asynccontextmanager
async def contexts(
    browser: Browser, school: RunningServer, **settings: Any
) -> AsyncIterator[Mapping[Role | None, BrowserContext]]:
    """A browser window for each role; `settings` as Playwright has them."""
    values = await cookies(school)
    opened = {role: await new_context(browser, school, value, **settings) for role, value in values.items()}
    try:
        yield opened
    finally:
        for context in opened.values():
            await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(school: RunningServer) -> list[Address]:
    return await addresses(school)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def windows(browser: Browser, school: RunningServer) -> AsyncIterator[Windows]:
    async with contexts(browser, school) as opened:
        yield opened


async def _things(school: RunningServer) -> dict[str, str]:
    """What the learner and the teacher have, made where the made-up school has none."""
    values = await cookies(school)
    async with aiohttp.ClientSession(
        school.url, cookies={"viva_session": str(values[Role.LEARNER])}
    ) as learner:
        session = (await _data(await learner.get("/api/v1/sessions")))[0]["id"]
        await learner.put("/api/v1/courses/demo_course_0/enrollment")
        lesson = (await _data(await learner.get("/api/v1/courses/demo_course_0/progress")))["next_lesson"]
        quiz = await _quiz(school, lesson)
        done = (await _data(await learner.post(f"/api/v1/quizzes/{quiz}/attempts")))["id"]
        await learner.post(f"/api/v1/attempts/{done}/submit")
        attempt = (await _data(await learner.post(f"/api/v1/quizzes/{quiz}/attempts")))["id"]
        own = (await _data(await learner.post("/api/v1/companions", json=_COMPANION)))["slug"]
    async with aiohttp.ClientSession(
        school.url, cookies={"viva_session": str(values[Role.TEACHER])}
    ) as teacher:
        companion = await teacher.post("/api/v1/companions", json=_COMPANION)
        slug = (await _data(companion))["slug"]
    return {
        "session": session,
        "lesson": lesson,
        "quiz": quiz,
        "attempt": attempt,
        "done": done,
        "companion": slug,
        "own": own,
    }


async def _quiz(school: RunningServer, lesson: str) -> str:
    choice = {
        "kind": "multiple_choice",
        "question": "Which is a half?",
        "choices": ["1/2", "2/3"],
        "answer": "1/2",
    }
    async with aiohttp.ClientSession(
        school.url, headers={"Authorization": f"Bearer {school.api_key}", "If-Match": "*"}
    ) as admin:
        await admin.put(f"/api/v1/admin/users/{TEACHER}/plan", json={"plan": "pro"})
        quiz = str(
            (await _data(await admin.post(f"/api/v1/lessons/{lesson}/quiz", json={"title": "Halves"})))["id"]
        )
        await _data(await admin.put(f"/api/v1/quizzes/{quiz}/items", json={"items": [choice]}))
    return quiz


async def _data(answer: aiohttp.ClientResponse) -> dict[str, str]:
    body = await answer.json()
    assert answer.status < 300, body
    data: dict[str, str] = body["data"]
    return data
