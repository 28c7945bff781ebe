"""The pages' handlers: who may see one, what it shows, and what stands there instead when that cannot be."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web

from lms_core.errors import NotAuthenticated, NotPermitted, TooMany, VivaError
from lms_core.people import Principal
from tutor.api.errors import headers_of, status_of
from tutor.auth import Authenticator
from tutor.panel import static_files
from tutor.panel.languages import LANGUAGES, Strings, chosen
from tutor.panel.pages import PAGES, Page
from tutor.panel.rendering import Renderer
from tutor.panel.views import welcome
from tutor.panel.visit import Behind, Doors, Visit

_LANGUAGE_COOKIE = "viva_language"
_YEAR = 365 * 86_400
_WITH_LESSONS = frozenset({"lesson.html", "lesson_editor.html", "companion.html"})
"""Templates with texts so long that making HTML of them takes up to seconds, which no talk may wait for."""
_AT_ONCE = 2


class Panel:
    """`routes` are all pages with the files that they need; `wrong` is the page for what went wrong anywhere."""

    def __init__(self, behind: Behind, auth: Authenticator, doors: Callable[[], Doors]) -> None:
        self._behind, self._auth, self._doors = behind, auth, doors
        self._renderer = Renderer()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [
            *static_files.routes(),
            *(web.get(page.path, self._handler(page)) for page in PAGES),
            web.get("/", self.front),
            web.get("/enter", self.enter),
            web.get("/join", self.join),
            web.get("/forgot", self.forgot),
            web.get("/reset", self.reset),
            web.get("/offline", self.offline),
            web.get("/language/{code}", self.choose_language),
        ]

    async def wrong(self, request: web.Request, error: VivaError) -> web.StreamResponse:
        """What happened, in the person's language, and where to go on."""
        status, strings = status_of(error), _strings(request)
        menu = await self._menu(request) if status < 500 else {"person": None}
        response = self._renderer.page(
            "wrong.html", strings, status, **menu, path=request.path, here=request.path_qs, number=status,
            message=_message(error, strings),
        )  # fmt: skip
        response.headers.update(headers_of(error))
        return response

    async def _menu(self, request: web.Request) -> dict[str, Any]:
        """What stands above the page of who is signed in; without it a page can be shown, too."""
        stores = self._behind.stores
        try:
            viewer = await self._auth.request(request)
            person = await stores.accounts.person(viewer.person_id)
            return {"person": person, "unread": await stores.notifications.unread(viewer.person_id)}
        except VivaError:
            return {"person": None}

    def _handler(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def show(request: web.Request) -> web.StreamResponse:
            try:
                viewer = await self._auth.request(request)
            except NotAuthenticated:
                if _from_elsewhere(request):
                    return self._renderer.page("again.html", _strings(request), here=request.path_qs)
                raise web.HTTPSeeOther(f"/enter?next={quote(request.path_qs, safe='')}") from None
            return await self._show(page, request, viewer)

        return show

    async def _show(self, page: Page, request: web.Request, viewer: Principal) -> web.StreamResponse:
        if not viewer.may(page.permission):
            raise NotPermitted("This page is not for you.")
        strings = _strings(request)
        person = await self._behind.stores.accounts.person(viewer.person_id)
        visit = Visit(request, viewer, person, strings, self._behind)
        shown = await page.load(visit)
        unread = await self._behind.stores.notifications.unread(viewer.person_id)
        render = partial(
            self._renderer.page, page.template, strings, person=person, path=request.path, unread=unread, **shown
        )  # fmt: skip
        if page.template not in _WITH_LESSONS:
            return render()
        async with self._turn:
            return await asyncio.to_thread(render)

    async def front(self, request: web.Request) -> web.StreamResponse:
        """What Viva is; who is signed in goes on to their home page."""
        try:
            viewer = await self._auth.request(request)
        except NotAuthenticated:
            pass
        else:
            raise web.HTTPSeeOther(await welcome.next_page(request, self._behind.stores, viewer) or "/home")
        if _from_elsewhere(request):
            return self._renderer.page("again.html", _strings(request), here="/")
        return self._door(request, "front.html")

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Sign in with a password."""
        query = request.query
        return self._door(
            request, "enter.html", next=_inside(query.get("next", "")), note=query.get("note", "")
        )

    async def join(self, request: web.Request) -> web.StreamResponse:
        """Make an account, with `?invitation=` where one is needed."""
        return self._door(request, "join.html", invitation=request.query.get("invitation", "")[:200])

    async def forgot(self, request: web.Request) -> web.StreamResponse:
        """Ask for the letter whose link sets a new password."""
        return self._door(request, "forgot.html")

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Where the letter's link leads: choose a new password."""
        return self._door(request, "reset.html")

    async def offline(self, request: web.Request) -> web.StreamResponse:
        """What the worker shows when there is no network."""
        return self._door(request, "offline.html")

    def _door(self, request: web.Request, template: str, **shown: Any) -> web.StreamResponse:
        """A page for who is not signed in; `here` is where changing the language leads back to."""
        return self._renderer.page(
            template, _strings(request), person=None, path=request.path, here=request.path_qs, doors=self._doors(),
            **shown,
        )  # fmt: skip

    async def choose_language(self, request: web.Request) -> web.StreamResponse:
        code = request.match_info["code"]
        if code not in LANGUAGES:
            raise web.HTTPNotFound
        response = web.HTTPSeeOther(_inside(request.query.get("next", "")))
        response.set_cookie(_LANGUAGE_COOKIE, code, max_age=_YEAR, samesite="Lax", path="/")
        raise response


def _message(error: VivaError, strings: Strings) -> str:
    """What such an error means on a page, unless the page says it itself, or it has a reason that people can act upon."""
    key = f"wrong.{status_of(error)}.words"
    own = strings.has_text(error.message) or ("reason" in error.details and not isinstance(error, TooMany))
    return strings(key) if strings.has(key) and not own else strings.refusal(error)


def _strings(request: web.Request) -> Strings:
    return chosen(request.cookies.get(_LANGUAGE_COOKIE), request.headers.get("Accept-Language", ""))


def _from_elsewhere(request: web.Request) -> bool:
    """A link of another site led here, and with it browsers send no cookie: ask once more, from a page of ours."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def _inside(address: str) -> str:
    """A page of ours to go on to; anything that leads elsewhere is the home page instead."""
    parts = urlsplit(address)
    inside = address.startswith("/") and not parts.netloc and not parts.scheme and "\\" not in address[:3]
    return address if inside and address.isprintable() and address[1:2] != "/" else "/home"
