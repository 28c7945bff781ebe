"""A real OpenID Connect provider on a free port, which lets everybody in and can be told to misbehave."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "viva at school", "s:3 cret"
_KEY, _OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class OpenIdProvider:
    """`claims` is who logs in; `change` alters the ID token's claims; `sign` the way it is signed."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {
            "sub": "u-1", "name": "Lena Lang", "email": "Lena@School.org", "email_verified": True,
        }  # fmt: skip
        self.change: dict[str, Any] = {}
        self.sign = "RS256"
        self.kid = "k1"
        self.userinfo: dict[str, Any] | None = None
        self.url = ""
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([
            web.get("/.well-known/openid-configuration", self._describe),
            web.get("/keys", self._keys),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
            web.get("/me", self._me),
        ])  # fmt: skip
        return app

    async def _describe(self, _request: web.Request) -> web.Response:
        return web.json_response({
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/me",
        })  # fmt: skip

    async def _keys(self, _request: web.Request) -> web.Response:
        key = RSAAlgorithm.to_jwk(_KEY.public_key(), as_dict=True)
        return web.json_response({"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.url})
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{back}"})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._codes.pop(str(form["code"]), None)
        verifier = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        basic = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        login = tuple(unquote_plus(part) for part in basic.split(":"))  # RFC 6749, 2.3.1
        right = (
            asked is not None and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form["redirect_uri"] and login == (CLIENT, SECRET)
        )  # fmt: skip
        if not right or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": "at", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + timedelta(minutes=5), "nonce": nonce,
            **self.claims, **self.change,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        key: Any = {"RS256": _KEY, "other key": _OTHER_KEY, "HS256": SECRET.ljust(32), "none": None}[
            self.sign
        ]
        algorithm = "RS256" if self.sign == "other key" else self.sign
        return jwt.encode(kept, key, algorithm, headers={"kid": self.kid})

    async def _me(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer at"
        return web.json_response(self.userinfo or {})


@asynccontextmanager
async def open_provider() -> AsyncIterator[OpenIdProvider]:
    provider = OpenIdProvider()
    async with TestServer(provider.app()) as server:
        provider.url = f"http://127.0.0.1:{server.port}"
        yield provider
