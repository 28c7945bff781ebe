"""Logging in through an OpenID Connect provider: authorization code with PKCE, state and nonce."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
import jwt

from lms_core.errors import InvalidInput, NotAuthenticated, TooBusy
from lms_core.people import Identity, plain_email, plain_name
from storage.secrets import SigningKeys

ATTEMPT_LASTS = timedelta(minutes=10)
_ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
]  # signatures only; with a shared secret the provider proves nothing
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 256 << 10
_KEPT_SECONDS = 3600.0
_LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Provider:
    """As the operator registered Viva there. `client_secret` may be empty: PKCE then stands alone."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a login must come back with. `sealed` is for a cookie; `link_to` the person who was signed in, if anybody."""

    url: str
    sealed: str


class OpenIdLogin:
    def __init__(self, provider: Provider, keys: SigningKeys) -> None:
        self._provider, self._keys = provider, keys
        self._known: tuple[float, dict[str, Any], jwt.PyJWKSet] | None = None

    async def begin(self, redirect_uri: str, link_to: str | None) -> Attempt:
        """Where to send the browser. Raises TooBusy if the provider does not answer."""
        described, _ = await self._described()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self._provider.client_id, "redirect_uri": redirect_uri,
            "scope": "openid profile email", "state": state, "nonce": nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        kept = {
            "state": state, "nonce": nonce, "verifier": verifier, "link_to": link_to,
            "exp": datetime.now(UTC) + ATTEMPT_LASTS,
        }  # fmt: skip
        url = described["authorization_endpoint"]
        joined = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
        return Attempt(joined, jwt.encode(kept, await self._seal(), "HS256"))

    async def finish(
        self, sealed: str, answer: dict[str, str], redirect_uri: str
    ) -> tuple[Identity, str | None]:
        """Who it is, and to whom they are to be linked. Raises NotAuthenticated, or TooBusy."""
        try:
            kept = jwt.decode(sealed, await self._seal(), ["HS256"], options={"require": ["exp"]})
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated(
                "This login took too long, or began in another browser; try again."
            ) from error
        if not secrets.compare_digest(kept["state"], answer.get("state", "")):
            raise NotAuthenticated("This answer belongs to another login; try again.")
        if answer.get("iss", self._provider.issuer) != self._provider.issuer:
            raise NotAuthenticated("This answer comes from another provider; try again.")
        if "code" not in answer:
            raise NotAuthenticated("The provider did not let you in; try again.")
        tokens = await self._exchange(answer["code"], redirect_uri, kept["verifier"])
        claims = await self._verified(str(tokens.get("id_token", "")), kept["nonce"])
        if "email" not in claims:
            claims = await self._with_userinfo(claims, str(tokens.get("access_token", "")))
        return _identity(self._provider.issuer, claims), kept["link_to"]

    async def _exchange(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        described, _ = await self._described()
        provider = self._provider
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
            "code_verifier": verifier, "client_id": provider.client_id,
        }  # fmt: skip
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        head = {}
        if provider.client_secret and "client_secret_basic" in methods:
            login = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
            head["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        elif provider.client_secret:
            form["client_secret"] = provider.client_secret
        return await _ask("POST", described["token_endpoint"], data=form, headers=head)

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims. Raises NotAuthenticated."""
        try:
            key = await self._key(jwt.get_unverified_header(id_token))
            claims: dict[str, Any] = jwt.decode(
                id_token, key, _ALGORITHMS, audience=self._provider.client_id, issuer=self._provider.issuer,
                leeway=_LEEWAY_SECONDS, options={"require": ["exp", "iat", "sub", "nonce"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise NotAuthenticated("The provider's answer is not valid; try again.") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        meant = claims.get("azp", None if several else self._provider.client_id) == self._provider.client_id
        if not meant or not secrets.compare_digest(str(claims["nonce"]), nonce):
            raise NotAuthenticated("The provider's answer is for another login; try again.")
        return claims

    async def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        """Raises PyJWTError. A key that we do not know may be new."""
        for fresh in (False, True):
            _, keys = await self._described(fresh=fresh)
            for key in keys.keys:
                fits = header.get("kid") in (None, key.key_id) and key.public_key_use in (None, "sig")
                if fits and key.algorithm_name == header.get("alg"):
                    return key
        raise jwt.InvalidKeyError("unknown key")

    async def _with_userinfo(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        described, _ = await self._described()
        if "userinfo_endpoint" not in described:
            return claims
        head = {"Authorization": f"Bearer {access_token}"}
        told = await _ask("GET", described["userinfo_endpoint"], headers=head)
        if told.get("sub") != claims["sub"]:
            raise NotAuthenticated("The provider's answers do not agree; try again.")
        return {**told, **claims}

    async def _described(self, *, fresh: bool = False) -> tuple[dict[str, Any], jwt.PyJWKSet]:
        """The provider's own description, and its keys; kept for an hour. Raises TooBusy."""
        if self._known is None or fresh or self._known[0] < time.monotonic():
            issuer = self._provider.issuer
            described = await _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if described.get("issuer") != issuer:
                raise TooBusy(f"{issuer} describes itself as another; check VIVA_OIDC_ISSUER.")
            try:
                keys = jwt.PyJWKSet.from_dict(await _ask("GET", described["jwks_uri"]))
            except (jwt.PyJWTError, KeyError) as error:
                raise TooBusy("The login provider has no keys that we know.") from error
            self._known = (time.monotonic() + _KEPT_SECONDS, described, keys)
        return self._known[1], self._known[2]

    async def _seal(self) -> bytes:
        return await self._keys.key("oidc attempts")


async def _ask(method: str, url: str, **how: Any) -> dict[str, Any]:
    """A JSON object. Raises NotAuthenticated if the provider refuses, TooBusy if it does not answer as it should."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as http,
            http.request(method, url, allow_redirects=False, **how) as answer,
        ):
            body = await answer.content.read(_MOST_BYTES)
            found = json.loads(body)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise TooBusy("The login provider does not answer; try again later.") from error
    if answer.status != 200 or not isinstance(found, dict):
        raise NotAuthenticated("The login provider refused; try again.")
    return found


def _identity(issuer: str, claims: dict[str, Any]) -> Identity:
    try:
        email = plain_email(str(claims.get("email", "")))
    except InvalidInput:
        email = None
    name = str(
        claims.get("name") or claims.get("preferred_username") or (email or "").partition("@")[0] or "Learner"
    )
    return Identity(
        issuer,
        str(claims["sub"])[:255],
        plain_name(name)[:200] or "Learner",
        email,
        claims.get("email_verified") is True,
    )
