"""People and tokens. Only the SHA-256 of a token is stored."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from lms_core.errors import NotAuthenticated
from lms_core.people import Person, Principal, Role, Token, TokenKind
from storage.database import Database
from storage.tables import people, tokens

_PREFIX = {
    TokenKind.API_KEY: "viva_",
    TokenKind.SIGN_IN: "in_",
    TokenKind.BROWSER: "br_",
    TokenKind.CLIENT_SECRET: "ek_",
}


def digest_of(value: str) -> str:
    """Tokens are 256 random bits, so that a plain fast hash is enough."""
    return hashlib.sha256(value.encode()).hexdigest()


class AccountStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_person(self, name: str, role: Role, email: str | None = None) -> Person:
        person = Person(f"pers_{secrets.token_hex(10)}", name, role, email)
        async with self._database.write() as connection:
            await connection.execute(
                insert(people).values(
                    id=person.id, name=name, role=role.value, email=email, created_at=datetime.now(UTC)
                )
            )
        return person

    async def first_admin(self) -> Person | None:
        query = select(people).where(people.c.role == Role.ADMIN.value).order_by(people.c.created_at).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Person(row.id, row.name, Role(row.role), row.email)

    async def issue(
        self,
        person_id: str,
        kind: TokenKind,
        *,
        lasts: timedelta | None = None,
        config: dict[str, Any] | None = None,
        value: str | None = None,
    ) -> tuple[str, datetime | None]:
        """A new token's value, which is shown only now, and when it expires."""
        value = value or _PREFIX[kind] + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        expires = now + lasts if lasts is not None else None
        async with self._database.write() as connection:
            await connection.execute(
                insert(tokens).values(
                    digest=digest_of(value), kind=kind.value, person_id=person_id, created_at=now,
                    expires_at=expires, config=config,
                )
            )  # fmt: skip
        return value, expires

    async def authenticate(self, value: str, *kinds: TokenKind) -> Principal:
        """Who bears the token. Raises NotAuthenticated if it is unknown, expired, spent or of another kind."""
        query = select(tokens, people.c.role).join(people).where(tokens.c.digest == digest_of(value))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or TokenKind(row.kind) not in kinds or not _valid(row):
            raise NotAuthenticated("The token is unknown, expired or already used.")
        return Principal(row.person_id, Role(row.role), TokenKind(row.kind), row.digest, row.config)

    async def spend(self, digest: str) -> bool:
        """Use up a one-time token; True for exactly one caller."""
        now = datetime.now(UTC)
        fresh = tokens.c.used_at.is_(None) & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
        async with self._database.write() as connection:
            done = await connection.execute(
                update(tokens).where(tokens.c.digest == digest, fresh).values(used_at=now)
            )
        return bool(done.rowcount == 1)

    async def revoke(self, person_id: str, kind: TokenKind) -> None:
        """Delete all of a person's tokens of a kind."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(tokens).where(tokens.c.person_id == person_id, tokens.c.kind == kind.value)
            )


def _valid(row: Any) -> bool:
    token = Token(row.digest, TokenKind(row.kind), row.person_id, row.expires_at, row.used_at)
    return token.used_at is None and (token.expires_at is None or token.expires_at > datetime.now(UTC))
