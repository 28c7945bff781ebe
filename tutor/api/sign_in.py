"""The sign-in link: it becomes the browser's cookie."""

from aiohttp import web

from lms_core.errors import NotAuthenticated
from tutor.auth import Authenticator
from tutor.clients import Clients


def routes(auth: Authenticator, clients: Clients) -> list[web.RouteDef]:
    async def sign_in(request: web.Request) -> web.Response:
        client = clients.of(request)
        try:
            cookie = await auth.sign_in(request.query.get("token", ""), client)
        except NotAuthenticated as error:
            raise NotAuthenticated(f"{error.message} 'viva user link' makes a new one.") from None
        response = web.Response(status=303, headers={"Location": "/", "Referrer-Policy": "no-referrer"})
        client.keep(response, cookie)
        return response

    return [web.get("/sign-in", sign_in)]
