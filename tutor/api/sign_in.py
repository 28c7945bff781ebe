"""The sign-in link: it becomes the browser's cookie."""

from aiohttp import web

from lms_core.errors import NotAuthenticated
from tutor.auth import COOKIE, Authenticator


def routes(auth: Authenticator, *, https: bool = False) -> list[web.RouteDef]:
    """`https`: learners reach us encrypted through a proxy, though what reaches this process is not."""

    async def sign_in(request: web.Request) -> web.Response:
        try:
            cookie = await auth.sign_in(request.query.get("token", ""))
        except NotAuthenticated as error:
            return web.Response(status=401, text=f"{error.message} 'viva user link' makes a new one.")
        response = web.Response(status=303, headers={"Location": "/", "Referrer-Policy": "no-referrer"})
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=30 * 86_400,
            httponly=True,
            samesite="Strict",
            secure=https or request.secure,
            path="/",
        )
        return response

    return [web.get("/sign-in", sign_in)]
