"""Access tokens: JWTs of 15 minutes that say whose sign-in they came from, and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from lms_core.errors import NotAuthenticated
from storage.secrets import SigningKeys

LASTS = timedelta(minutes=15)
_ALGORITHM = "HS256"
_ISSUER = "viva"


@dataclass(frozen=True, slots=True)
class Claims:
    """`sign_in` is the digest of the refresh token's row, by which it can be revoked."""

    person_id: str
    sign_in: str


class AccessTokens:
    """Every month has a key of its own; its name is the month's, in UTC, and the token's `kid`."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    async def issue(self, person_id: str, sign_in: str, *, now: datetime | None = None) -> str:
        now = now or datetime.now(UTC)
        claims = {
            "iss": _ISSUER, "aud": _ISSUER, "sub": person_id, "sid": sign_in, "iat": now, "exp": now + LASTS,
        }  # fmt: skip
        key = _key_of(now)
        return jwt.encode(claims, await self._keys.key(key), _ALGORITHM, headers={"kid": key})

    async def read(self, token: str) -> Claims:
        """Raises NotAuthenticated if it is not ours, or no longer good."""
        now = datetime.now(UTC)
        try:
            key = jwt.get_unverified_header(token).get("kid")
            if key not in (_key_of(now), _key_of(now - LASTS)):  # no other can have signed what is still good
                raise jwt.InvalidTokenError("unknown key")
            claims = jwt.decode(
                token, await self._keys.key(key), [_ALGORITHM], audience=_ISSUER, issuer=_ISSUER,
                options={"require": ["exp", "sub", "sid"]},
            )  # fmt: skip
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated("The access token has expired; use the refresh token.") from error
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated("The token is unknown, expired or already used.") from error
        return Claims(claims["sub"], claims["sid"])


def _key_of(now: datetime) -> str:
    return f"access {now:%Y-%m}"
