"""Where a request comes from, and how what answers it is dressed."""

from dataclasses import dataclass

from aiohttp import web

from storage.sign_ins import SIGN_IN_LASTS

COOKIE = "viva_session"
_LONGEST_DEVICE = 200


@dataclass(frozen=True, slots=True)
class Client:
    """`device` is how the program names itself; `encrypted`: what it sends travels under TLS all the way."""

    address: str = ""
    device: str = ""
    encrypted: bool = False

    def keep(self, response: web.StreamResponse, cookie: str) -> None:
        """Scripts cannot read the cookie, and no foreign page can make the browser send it."""
        response.set_cookie(
            COOKIE, cookie, max_age=int(SIGN_IN_LASTS.total_seconds()), httponly=True, samesite="Strict",
            secure=self.encrypted, path="/",
        )  # fmt: skip

    def drop(self, response: web.StreamResponse) -> None:
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=self.encrypted)


class Clients:
    def __init__(self, *, https: bool = False) -> None:
        """`https`: learners reach us encrypted through a proxy, though what reaches this process is not."""
        self._https = https

    def of(self, request: web.Request) -> Client:
        device = "".join(one for one in request.headers.get("User-Agent", "") if one.isprintable())
        return Client(request.remote or "", device[:_LONGEST_DEVICE], self._https or request.secure)
