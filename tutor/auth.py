"""Who is asking: a Bearer token, the browser's cookie, or the token that browsers hide in a subprotocol."""

import time
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from lms_core.errors import NotAuthenticated, NotPermitted
from lms_core.people import Principal, TokenKind
from storage.accounts import AccountStore
from storage.sign_ins import SIGN_IN_LASTS
from tutor.access_tokens import AccessTokens
from tutor.clients import COOKIE, Client
from tutor.open_links import OpenLinks

_SUBPROTOCOL = "openai-insecure-api-key."
_JWT = "eyJ"  # how every one begins: {" in base64
_REMEMBERED = 1000
_REMEMBERED_SECONDS = 30.0


class Authenticator:
    """Checks tokens against the database, with a short memory so that a busy client costs no query a request."""

    def __init__(
        self, accounts: AccountStore, allowed_origins: tuple[str, ...], access: AccessTokens | None = None
    ) -> None:
        self._accounts, self._access = accounts, access
        self.links = OpenLinks(accounts)
        self._forgotten = 0
        self._origins = frozenset(allowed_origins)
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def request(self, request: web.Request) -> Principal:
        """Raises NotAuthenticated, or NotPermitted for a browser page of a foreign origin."""
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return await self.token(header.removeprefix("Bearer ").strip())
        for offered in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
            if offered.strip().startswith(_SUBPROTOCOL):
                return await self.token(offered.strip().removeprefix(_SUBPROTOCOL))
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            raise NotAuthenticated("Sign in with the one-time link, or send 'Authorization: Bearer <token>'.")
        if request.method not in ("GET", "HEAD") or "Sec-WebSocket-Key" in request.headers:
            self.check_origin(request)
        return await self._look_up(cookie, TokenKind.BROWSER)

    async def token(self, value: str) -> Principal:
        """An API key, an access token, a client secret or a phone token. Raises NotAuthenticated."""
        if self._access is not None and value.startswith(_JWT):
            return await self._read_access(self._access, value)
        return await self._look_up(value, TokenKind.API_KEY, TokenKind.CLIENT_SECRET, TokenKind.PHONE)

    async def who_is_signed_in(self, request: web.Request) -> str | None:
        """The id of whom the page's cookie belongs to."""
        try:
            return (await self._look_up(request.cookies.get(COOKIE, ""), TokenKind.BROWSER)).person_id
        except NotAuthenticated:
            return None

    def check_origin(self, request: web.Request) -> None:
        """A cookie counts only from our own pages and those the operator allowed. Raises NotPermitted."""
        origin = request.headers.get("Origin")
        if origin is None and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise NotPermitted("Pages of another origin may not act here.")
        if origin is None or origin in self._origins or urlsplit(origin).netloc == request.host:
            return
        raise NotPermitted(f"Pages of {origin} may not connect; add it to VIVA_ALLOWED_ORIGINS.")

    async def issue_secret(
        self, person_id: str, *, lasts: timedelta, config: dict[str, Any]
    ) -> tuple[str, datetime]:
        """A client secret, which opens one session with `config`, and when it expires."""
        value, expires = await self._accounts.issue(
            person_id, TokenKind.CLIENT_SECRET, lasts=lasts, config=config
        )
        assert expires is not None
        return value, expires

    async def sign_in(self, link_token: str, client: Client) -> str:
        """Spend a one-time link; returns the cookie's value. Raises NotAuthenticated."""
        principal = await self._accounts.authenticate(link_token, TokenKind.SIGN_IN)
        if not await self._accounts.spend(principal.digest):
            raise NotAuthenticated("This link was already used.")
        return await self.cookie_for(principal.person_id, client)

    async def cookie_for(self, person_id: str, client: Client) -> str:
        """A page's sign-in."""
        cookie, _ = await self._accounts.issue(
            person_id, TokenKind.BROWSER, lasts=SIGN_IN_LASTS, name=client.device, address=client.address
        )
        return cookie

    def forget(self, person_id: str) -> None:
        """What changed about a person counts at once; other server processes notice within 30 seconds."""
        for value in [value for value, (_, known) in self._known.items() if known.person_id == person_id]:
            del self._known[value]
        self._forgotten += 1
        self.links.changed(person_id)

    async def _look_up(self, value: str, *kinds: TokenKind) -> Principal:
        known = self._recall(value)
        if known is not None and known.kind in kinds:
            return known
        before = self._forgotten
        principal = await self._accounts.authenticate(value, *kinds)
        if principal.kind is not TokenKind.CLIENT_SECRET:
            self._remember(value, principal, before)
        return principal

    async def _read_access(self, access: AccessTokens, value: str) -> Principal:
        """Its sign-in must not have ended; what the person may do is what they may now."""
        claims = await access.read(value)
        known = self._recall(value)
        if known is None:
            before = self._forgotten
            signed_in = await self._accounts.authenticate_digest(claims.sign_in, TokenKind.REFRESH)
            known = replace(signed_in, kind=TokenKind.ACCESS)
            self._remember(value, known, before)
        return known

    def _recall(self, value: str) -> Principal | None:
        until, principal = self._known.get(value, (0.0, None))
        return principal if until > time.monotonic() else None

    def _remember(self, value: str, principal: Principal, before: int) -> None:
        """`before`: what `_forgotten` was when the database was asked. What ended since then may have been true then."""
        if before != self._forgotten:
            return
        self._known[value] = (time.monotonic() + _REMEMBERED_SECONDS, principal)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
