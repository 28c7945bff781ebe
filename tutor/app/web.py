"""What is at which address: the REST API, the pages, the doors of sessions, and what supervisors of the server ask."""

from aiohttp import web, web_response
from aiohttp.typedefs import Middleware

from tutor import health, panel, transports
from tutor.answers import dressed
from tutor.api import (
    access,
    archives,
    attempts,
    audit,
    auth,
    billing,
    bookmarks,
    companions,
    course_media,
    courses,
    documentation,
    events,
    exercises,
    feedback,
    gamification,
    goals,
    invitations,
    jobs,
    learning,
    lessons,
    live,
    me,
    media,
    notifications,
    oidc,
    people,
    people_access,
    plan_use,
    plans,
    previews,
    quizzes,
    recordings,
    rendered,
    resets,
    search,
    sessions,
    settings,
    sign_in,
    system,
    taught,
)
from tutor.api.errors import errors
from tutor.api.routing import Route, bind
from tutor.app.parts import Parts
from tutor.clients import Clients
from tutor.coding import Coding
from tutor.oidc import OpenIdLogin, Provider
from tutor.panel.markdown import markdown
from tutor.sandbox import Sandbox
from tutor.timing import timed

_MOST_BODY = 1 << 20


def web_app(parts: Parts, *first: Middleware) -> web.Application:
    """`first`: middlewares that see all requests before the others."""
    pages = panel.Panel(_behind(parts), parts.auth, lambda: _doors(parts))
    app = web.Application(
        middlewares=[*first, timed(parts.metrics.request), errors(pages.wrong)], client_max_size=_MOST_BODY
    )
    app.on_response_prepare.append(dressed)
    # Not which versions run here. No hook of the application sees the answers to what is no HTTP, hence in the library.
    web_response.SERVER_SOFTWARE = "Viva"  # type: ignore[attr-defined]  # it has no setting for it
    clients = Clients(
        https=parts.settings.public_url.startswith("https://"), trusted=parts.settings.trusted_proxies
    )
    app.add_routes(bind(declared(parts), parts.auth, clients, parts.stores.answered))
    app.add_routes(documentation.pages(declared(parts)))
    app.add_routes(sign_in.routes(parts.auth, clients))
    app.add_routes(_provider_pages(parts, clients))
    app.add_routes(pages.routes())
    app.add_routes(
        transports.routes(
            parts.live,
            parts.supervising,
            parts.auth.request,
            parts.auth.token,
            parts.auth,
            parts.auth.links.held,
            frozenset(parts.settings.origins),
        )
    )
    app.add_routes(
        health.routes(parts.database, parts.settings.data_dir, lambda: parts.live.draining, parts.metrics)
    )
    return app


def declared(parts: Parts) -> list[Route]:
    """Every route of the REST API."""
    return [
        *auth.routes(parts.signing_in, parts.stores.tries),
        *invitations.routes(parts.signing_in, parts.stores.invitations),
        *resets.routes(parts.resets, parts.auth, parts.stores.tries),
        *access.routes(parts.stores.accounts, parts.auth),
        *companions.routes(parts.stores.companions, parts.previews.check_voice),
        *previews.routes(parts.previews, parts.stores.companions),
        *bookmarks.routes(parts.stores.bookmarks),
        *courses.routes(parts.stores.courses),
        *lessons.routes(parts.stores.lessons),
        *learning.routes(parts.stores.enrollments, parts.stores.progress),
        *feedback.routes(parts.stores.feedback),
        *archives.routes(parts.archives),
        *rendered.routes(
            parts.stores.courses,
            parts.stores.sessions,
            parts.stores.lessons,
            parts.stores.companions,
            parts.named_files,
            markdown,
        ),
        *course_media.routes(parts.stores.courses, parts.stores.lessons, parts.named_files),
        *search.routes(parts.stores.search),
        *sessions.routes(parts.stores.sessions, parts.stores.recordings, parts.stores.audit),
        *recordings.routes(parts.recordings, parts.stores.recordings),
        *taught.routes(parts.stores.sessions),
        *live.routes(parts.supervising),
        *quizzes.routes(parts.stores.quizzes),
        *exercises.routes(parts.stores.exercises, Coding(Sandbox())),
        *attempts.routes(parts.stores.attempts),
        *people.routes(parts.stores.people, parts.stores.accounts, parts.leaving),
        *audit.routes(parts.stores.audit),
        *people_access.routes(parts.stores, parts.auth),
        *me.routes(parts.stores.people, parts.stores.personal, parts.stores.accounts, parts.leaving),
        *gamification.routes(parts.stores.gamification, parts.stores.preferences),
        *goals.routes(parts.stores.goals),
        *notifications.routes(parts.stores.notifications),
        *plans.routes(parts.stores.plans),
        *plan_use.routes(parts.stores.plan_use),
        *media.routes(parts.media, parts.media_links, parts.files, parts.stores.courses, parts.jobs.wake),
        *jobs.routes(parts.stores.jobs, parts.jobs),
        *events.routes(parts.updates, parts.auth.links),
        *settings.routes(parts.live_settings),
        *system.routes(parts.checkup),
        *billing.routes(parts.stripe, parts.stores.billing, lambda: parts.address),
    ]


def _provider_pages(parts: Parts, clients: Clients) -> list[web.RouteDef]:
    """Logging in through an OpenID provider, where there is one."""
    settings = parts.settings
    if not settings.oidc_issuer:
        return []
    provider = Provider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value()
    )
    return oidc.routes(
        OpenIdLogin(provider, parts.keys), parts.stores.identities, parts.auth, clients,
        lambda: parts.address, adds=settings.oidc_sign_up,
    )  # fmt: skip


def _behind(parts: Parts) -> panel.Behind:
    return panel.Behind(
        parts.stores,
        parts.named_files,
        parts.previews,
        parts.checkup,
        parts.recordings,
        parts.live_settings,
        parts.stripe.sold,
        parts.supervising,
    )


def _doors(parts: Parts) -> panel.Doors:
    return panel.Doors(
        parts.live_settings.now.sign_up,
        letters=parts.resets.by_letter,
        openid=bool(parts.settings.oidc_issuer),
    )
