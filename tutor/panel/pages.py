"""Which page is at which address, and what happens when it cannot be shown."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web

from lms_core.errors import NotAuthenticated, NotPermitted, VivaError
from lms_core.people import Permission, Principal
from tutor.api.errors import status_of
from tutor.auth import Authenticator
from tutor.panel import static_files
from tutor.panel.languages import LANGUAGES, Strings, chosen
from tutor.panel.rendering import Renderer
from tutor.panel.views import (
    companions,
    courses,
    exercise_editing,
    goals,
    history,
    home,
    keys,
    learner,
    live,
    notifications,
    plans,
    profile,
    quiz_editing,
    quizzes,
    rewards,
    search,
    talk,
    teaching,
    welcome,
    writing,
)
from tutor.panel.views.admin import audit as admin_audit
from tutor.panel.views.admin import content as admin_content
from tutor.panel.views.admin import health as admin_health
from tutor.panel.views.admin import jobs as admin_jobs
from tutor.panel.views.admin import overview as admin_overview
from tutor.panel.views.admin import people as admin_people
from tutor.panel.views.admin import plans as admin_plans
from tutor.panel.views.admin import settings as admin_settings
from tutor.panel.visit import Behind, Doors, Visit

_log = structlog.get_logger(__name__)
_LANGUAGE_COOKIE = "viva_language"
_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Page:
    """`load` gives what the template shows."""

    path: str
    template: str
    load: Callable[[Visit], Awaitable[Mapping[str, Any]]]
    permission: Permission = Permission.BROWSE


PAGES = (
    Page("/home", "home.html", home.home, Permission.LEARN),
    Page("/companions", "companions.html", companions.gallery),
    Page("/companions/new", "companion_editor.html", teaching.new_companion, Permission.MAKE_COMPANIONS),
    Page("/companions/{slug}", "companion.html", companions.one),
    Page("/companions/{slug}/edit", "companion_editor.html", teaching.companion, Permission.MAKE_COMPANIONS),
    Page("/talk/{slug}", "talk.html", talk.talk, Permission.LEARN),
    Page("/welcome", "welcome/account.html", welcome.account, Permission.MANAGE_PEOPLE),
    Page("/welcome/voice", "welcome/voice.html", welcome.voice, Permission.MANAGE_PEOPLE),
    Page("/welcome/talk", "welcome/talk.html", welcome.talk, Permission.MANAGE_PEOPLE),
    Page("/welcome/later", "", welcome.later, Permission.MANAGE_PEOPLE),
    Page("/history", "history.html", history.sessions, Permission.LEARN),
    Page("/history/{id}", "transcript.html", history.transcript, Permission.LEARN),
    Page("/courses", "courses.html", courses.catalogue),
    Page("/courses/{slug}", "course.html", courses.one),
    Page("/lessons/{id}", "lesson.html", courses.lesson),
    Page("/goals", "goals.html", goals.goals, Permission.LEARN),
    Page("/achievements", "achievements.html", rewards.achievements, Permission.LEARN),
    Page("/quizzes/{id}", "quiz.html", quizzes.one, Permission.LEARN),
    Page("/attempts/{id}", "attempt.html", quizzes.attempt, Permission.LEARN),
    Page("/notifications", "notifications.html", notifications.notifications, Permission.LEARN),
    Page("/profile", "profile.html", profile.profile, Permission.OWN_ACCOUNT),
    Page("/profile/keys", "keys.html", keys.keys, Permission.OWN_ACCOUNT),
    Page("/search", "search.html", search.search),
    Page("/plans", "plans.html", plans.plans, Permission.LEARN),
    Page("/leaderboard", "leaderboard.html", rewards.leaderboard, Permission.LEARN),
    Page("/teach", "teach.html", teaching.overview, Permission.WRITE_COURSES),
    Page("/teach/live", "live.html", live.talks, Permission.SUPERVISE),
    Page("/teach/live/{id}", "live_talk.html", live.talk, Permission.SUPERVISE),
    Page("/teach/courses/new", "course_new.html", writing.new_course, Permission.WRITE_COURSES),
    Page("/teach/courses/{slug}/edit", "course_editor.html", writing.course, Permission.WRITE_COURSES),
    Page(
        "/teach/lessons/{id}/quizzes/new",
        "quiz_editor.html",
        quiz_editing.of_lesson,
        Permission.WRITE_COURSES,
    ),
    Page(
        "/teach/courses/{slug}/quizzes/new",
        "quiz_editor.html",
        quiz_editing.of_course,
        Permission.WRITE_COURSES,
    ),
    Page(
        "/teach/lessons/{id}/exercise",
        "exercise_editor.html",
        exercise_editing.exercise,
        Permission.WRITE_COURSES,
    ),
    Page("/teach/learners/{id}", "learner.html", learner.one, Permission.WRITE_COURSES),
    Page("/teach/attempts/{id}", "learner_attempt.html", learner.attempt, Permission.WRITE_COURSES),
    Page("/teach/quizzes/{id}", "quiz_editor.html", quiz_editing.quiz, Permission.WRITE_COURSES),
    Page("/teach/quizzes/{id}/preview", "quiz_preview.html", quiz_editing.preview, Permission.WRITE_COURSES),
    Page("/teach/lessons/{id}", "lesson_editor.html", writing.lesson, Permission.WRITE_COURSES),
    Page("/teach/courses/{slug}", "class.html", teaching.school_class, Permission.WRITE_COURSES),
    Page(
        "/teach/companions/new",
        "companion_editor.html",
        teaching.new_companion,
        Permission.PUBLISH_COMPANIONS,
    ),
    Page(
        "/teach/companions/{slug}", "companion_editor.html", teaching.companion, Permission.PUBLISH_COMPANIONS
    ),
    Page("/admin", "admin/overview.html", admin_overview.overview, Permission.MANAGE_PEOPLE),
    Page("/admin/jobs", "admin/jobs.html", admin_jobs.jobs, Permission.MANAGE_JOBS),
    Page("/admin/plans", "admin/plans.html", admin_plans.plans, Permission.CHANGE_PLANS),
    Page("/admin/content", "admin/courses.html", admin_content.courses, Permission.FEATURE_COURSES),
    Page(
        "/admin/content/companions",
        "admin/companions.html",
        admin_content.companions,
        Permission.FEATURE_COURSES,
    ),
    Page(
        "/admin/content/feedback", "admin/feedback.html", admin_content.feedback, Permission.FEATURE_COURSES
    ),
    Page("/admin/audit", "admin/audit.html", admin_audit.log, Permission.READ_AUDIT),
    Page("/admin/settings", "admin/settings.html", admin_settings.settings, Permission.RUN_SERVER),
    Page("/admin/health", "admin/health.html", admin_health.health, Permission.RUN_SERVER),
    Page("/admin/users", "admin/people.html", admin_people.people, Permission.MANAGE_PEOPLE),
    Page(
        "/admin/users/invitations",
        "admin/invitations.html",
        admin_people.invitations,
        Permission.MANAGE_PEOPLE,
    ),
    Page("/admin/users/{id}", "admin/person.html", admin_people.person, Permission.MANAGE_PEOPLE),
)


def routes(behind: Behind, auth: Authenticator, doors: Callable[[], Doors]) -> list[web.RouteDef]:
    """Every page, with the files that pages need."""
    panel = _Panel(behind, auth, doors)
    return [
        *static_files.routes(),
        *(web.get(page.path, panel.handler(page)) for page in PAGES),
        web.get("/", panel.front),
        web.get("/enter", panel.enter),
        web.get("/join", panel.join),
        web.get("/forgot", panel.forgot),
        web.get("/reset", panel.reset),
        web.get("/offline", panel.offline),
        web.get("/language/{code}", panel.choose_language),
    ]


class _Panel:
    def __init__(self, behind: Behind, auth: Authenticator, doors: Callable[[], Doors]) -> None:
        self._behind, self._auth, self._doors = behind, auth, doors
        self._renderer = Renderer()

    def handler(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def show(request: web.Request) -> web.StreamResponse:
            strings = _strings(request)
            try:
                return await self._of_who_asks(page, request, strings)
            except web.HTTPException:
                raise
            except VivaError as error:
                return self._wrong(strings, status_of(error), strings.refusal(error))
            except Exception:
                _log.exception("page.failed", path=request.path)
                return self._wrong(strings, 500, strings("wrong.server"))

        return show

    async def _of_who_asks(self, page: Page, request: web.Request, strings: Strings) -> web.StreamResponse:
        try:
            viewer = await self._auth.request(request)
        except NotAuthenticated:
            if _from_elsewhere(request):
                return self._renderer.page("again.html", strings, here=request.path_qs)
            raise web.HTTPSeeOther(f"/enter?next={quote(request.path_qs, safe='')}") from None
        return await self._show(page, request, viewer, strings)

    def _wrong(self, strings: Strings, status: int, message: str) -> web.Response:
        return self._renderer.page("wrong.html", strings, status, person=None, path="", message=message)

    async def _show(
        self, page: Page, request: web.Request, viewer: Principal, strings: Strings
    ) -> web.StreamResponse:
        if not viewer.may(page.permission):
            raise NotPermitted(strings("wrong.not_permitted"))
        person = await self._behind.stores.accounts.person(viewer.person_id)
        visit = Visit(request, viewer, person, strings, self._behind)
        shown = await page.load(visit)
        unread = await self._behind.stores.notifications.unread(viewer.person_id)
        return self._renderer.page(
            page.template, strings, person=person, path=request.path, unread=unread, **shown
        )

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
