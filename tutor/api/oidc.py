"""Pages that log a browser in through the OpenID provider."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from lms_core.errors import NotAuthenticated, TooBusy
from storage.audit import Acting, acting
from storage.identities import IdentityStore
from tutor.auth import Authenticator
from tutor.clients import Clients
from tutor.oidc import ATTEMPT_LASTS, OpenIdLogin

_PATH = "/sign-in/oidc"
_COOKIE = "viva_oidc"
_PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def routes(
    login: OpenIdLogin, people: IdentityStore, auth: Authenticator, clients: Clients,
    address: Callable[[], str], *, adds: bool,
) -> list[web.RouteDef]:  # fmt: skip
    """`adds`: who comes for the first time gets an account."""

    async def begin(request: web.Request) -> web.Response:
        """With `?connect=yes`, who is signed in connects their account; else somebody else may sit here now."""
        link_to = await auth.who_is_signed_in(request) if "connect" in request.query else None
        with _for_people():
            attempt = await login.begin(address() + f"{_PATH}/callback", link_to)
        response = web.Response(status=303, headers={"Location": attempt.url, **_PRIVATE})
        # Lax: the way back comes from the provider's page
        response.set_cookie(
            _COOKIE, attempt.sealed, max_age=int(ATTEMPT_LASTS.total_seconds()), httponly=True, samesite="Lax",
            secure=clients.of(request).encrypted, path=_PATH,
        )  # fmt: skip
        return response

    async def callback(request: web.Request) -> web.Response:
        client = clients.of(request)
        acting.set(Acting(None, client.address))
        with _for_people():
            identity, link_to = await login.finish(
                request.cookies.get(_COOKIE, ""), dict(request.query), address() + f"{_PATH}/callback"
            )
        person_id = await people.person_for(identity, link_to=link_to, adds=adds)
        cookie = await auth.cookie_for(person_id, client)
        response = web.Response(status=303, headers={"Location": "/", **_PRIVATE})
        client.keep(response, cookie)
        response.del_cookie(_COOKIE, path=_PATH)
        return response

    return [web.get(_PATH, begin), web.get(f"{_PATH}/callback", callback)]


@contextmanager
def _for_people() -> Iterator[None]:
    """What goes wrong between two servers concerns whoever runs them; people are told what they can do."""
    try:
        yield
    except NotAuthenticated as error:
        raise NotAuthenticated(error.message, reason="login_failed") from error
    except TooBusy as error:
        raise TooBusy(error.message, reason="login_provider") from error
