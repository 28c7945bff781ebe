"""People and tokens. Only the SHA-256 of a token is stored."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.errors import Conflict, NotAuthenticated, NotFound, TooBusy
from lms_core.people import SIGN_INS, Permission, Person, Principal, Role, Token, TokenKind, plain_email
from lms_core.ports import Accounts
from storage.audit import note
from storage.database import Database
from storage.tables import people, tokens

_LASTING = (TokenKind.API_KEY, TokenKind.BROWSER, TokenKind.PHONE)
EXPIRED_KEPT = timedelta(days=7)
_USE_NOTED_EVERY = timedelta(minutes=10)  # a busy client must not cost a write a request
_NOTED = {
    TokenKind.API_KEY: Act.KEY_MADE,
    TokenKind.PHONE: Act.KEY_MADE,
    TokenKind.INVITATION: Act.INVITED,
    TokenKind.SIGN_IN: Act.LINK_MADE,
    TokenKind.RESET: Act.LINK_MADE,
}
_log = structlog.get_logger(__name__)
_PREFIX = {
    TokenKind.API_KEY: "viva_",
    TokenKind.SIGN_IN: "in_",
    TokenKind.BROWSER: "br_",
    TokenKind.CLIENT_SECRET: "ek_",
    TokenKind.PHONE: "ph_",
    TokenKind.INVITATION: "inv_",
    TokenKind.RESET: "rst_",
}


def digest_of(value: str) -> str:
    """Tokens are 256 random bits, so that a plain fast hash is enough."""
    return hashlib.sha256(value.encode()).hexdigest()


async def insert_person(
    connection: AsyncConnection, name: str, role: Role, email: str | None = None
) -> Person:
    """A new person, as part of the caller's transaction."""
    row = new_person(name, role, None if email is None else plain_email(email))
    await connection.execute(insert(people).values(row))
    return Person(row["id"], name, role, row["email"])


def new_person(name: str, role: Role, email: str | None) -> dict[str, Any]:
    """A row with an id of its own; `email` in its plain form."""
    person_id = f"pers_{secrets.token_hex(10)}"
    return {
        "id": person_id, "name": name, "role": role.value, "email": email, "created_at": datetime.now(UTC),
    }  # fmt: skip


async def oldest_admin(connection: AsyncConnection) -> Person | None:
    admins = (people.c.role == Role.ADMIN.value) & people.c.deactivated_at.is_(None)
    query = select(people).where(admins).order_by(people.c.created_at).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Person(row.id, row.name, Role(row.role), row.email)


class AccountStore(Accounts):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def add_person(self, name: str, role: Role, email: str | None = None) -> Person:
        try:
            async with self.database.write() as connection:
                person = await insert_person(connection, name, role, email)
                await note(connection, Act.PERSON_ADDED, whom=person.id, role=role.value)
                return person
        except IntegrityError as error:
            raise Conflict(
                "Somebody with this e-mail address is already there.", reason="address_taken"
            ) from error

    async def person(self, person_id: str) -> Person:
        """Raises NotFound."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(people).where(people.c.id == person_id))).one_or_none()
        if row is None:
            raise NotFound("The account is no longer there.")
        return Person(row.id, row.name, Role(row.role), row.email)

    async def first_admin(self) -> Person | None:
        async with self.database.read() as connection:
            return await oldest_admin(connection)

    async def issue(
        self,
        person_id: str,
        kind: TokenKind,
        *,
        lasts: timedelta | None = None,
        config: dict[str, Any] | None = None,
        value: str | None = None,
        name: str | None = None,
        address: str | None = None,
        scopes: frozenset[Permission] | None = None,
    ) -> tuple[str, datetime | None]:
        """A new token's value, which is shown only now, and when it expires. Raises NotFound without the person."""
        value = value or _PREFIX[kind] + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        expires = now + lasts if lasts is not None else None
        row = {
            "digest": digest_of(value), "kind": kind.value, "person_id": person_id, "created_at": now,
            "expires_at": expires, "config": config, "name": name, "address": address,
            "scopes": None if scopes is None else sorted(scopes),
        }  # fmt: skip
        try:
            async with self.database.write() as connection:
                await insert_token(connection, row)
                if kind in _NOTED:
                    await note(connection, _NOTED[kind], whom=person_id, kind=kind.value)
                elif kind is TokenKind.BROWSER:
                    await note(connection, Act.LOGGED_IN, whom=person_id, by=person_id, kind=kind.value)
        except IntegrityError as error:
            raise NotFound("There is no such person.") from error
        return value, expires

    async def authenticate(self, value: str, *kinds: TokenKind) -> Principal:
        """Who bears the token. Raises NotAuthenticated if it is unknown, expired, spent, revoked or of another kind.

        Tokens are found by their hash, so that how long a look-up takes tells nothing about their values.
        """
        return await self.authenticate_digest(digest_of(value), *kinds)

    async def authenticate_digest(self, digest: str, *kinds: TokenKind) -> Principal:
        """The same for who proved in another way that they bear the token. Raises NotAuthenticated."""
        now = datetime.now(UTC)
        bearer = (tokens.c.digest == digest) & people.c.deactivated_at.is_(None)
        query = select(tokens, people.c.role).join(people).where(bearer)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        token = None if row is None else token_of(row)
        if row is None or token is None or token.kind not in kinds or not (token.opens(now) or token.resumes):
            raise NotAuthenticated("The token is unknown, expired or already used.")
        await self._note_use(token, now)
        return _principal(token, row.role)

    async def bearers(self, digests: Collection[str]) -> dict[str, Principal]:
        """By digest, who bears these tokens, with what they may now; without those that let nobody in any more."""
        now = datetime.now(UTC)
        those = tokens.c.digest.in_(digests) & people.c.deactivated_at.is_(None)
        async with self.database.read() as connection:
            rows = await connection.execute(select(tokens, people.c.role).join(people).where(those))
        known = [(token_of(row), row.role) for row in rows]
        return {one.digest: _principal(one, role) for one, role in known if one.opens(now) or one.resumes}

    async def spend(self, digest: str, session_id: str | None = None) -> bool:
        """Use up a one-time token, here to open a session; True for exactly one caller."""
        now = datetime.now(UTC)
        in_time = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
        fresh = tokens.c.used_at.is_(None) & tokens.c.revoked_at.is_(None) & in_time
        async with self.database.write() as connection:
            done = await connection.execute(
                update(tokens)
                .where(tokens.c.digest == digest, fresh)
                .values(used_at=now, session_id=session_id)
            )
        return bool(done.rowcount == 1)

    async def revoke(self, person_id: str, kind: TokenKind) -> None:
        """Delete all of a person's tokens of a kind."""
        async with self.database.write() as connection:
            await revoke_tokens(connection, person_id, kind)

    async def revoke_token(self, person_id: str, digest: str, *kinds: TokenKind) -> bool:
        """Shut one of a person's tokens out; False if they have no such token that is not shut out already."""
        mine = (tokens.c.person_id == person_id) & (tokens.c.digest == digest) & tokens.c.revoked_at.is_(None)
        if kinds:
            mine &= tokens.c.kind.in_([kind.value for kind in kinds])
        async with self.database.write() as connection:
            done = await connection.execute(update(tokens).where(mine).values(revoked_at=datetime.now(UTC)))
            if done.rowcount == 1:
                await note(connection, Act.TOKEN_REVOKED, whom=person_id, token=digest)
        return bool(done.rowcount == 1)

    async def tokens_of(self, person_id: str, kind: TokenKind) -> list[Token]:
        """Newest first, those that open nothing any more too."""
        query = select(tokens).where(tokens.c.person_id == person_id, tokens.c.kind == kind.value)
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(tokens.c.created_at.desc(), tokens.c.digest))
        return [token_of(row) for row in rows]

    async def held(
        self, person_id: str, kinds: tuple[TokenKind, ...], page: int, limit: int
    ) -> tuple[list[Token], int]:
        """A person's tokens that still open something, newest first, and how many there are."""
        mine = (
            (tokens.c.person_id == person_id)
            & tokens.c.kind.in_([kind.value for kind in kinds])
            & tokens.c.revoked_at.is_(None)
            & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > datetime.now(UTC))
        )
        query = select(tokens).where(mine).order_by(tokens.c.created_at.desc(), tokens.c.digest)
        async with self.database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(tokens).where(mine))
        return [token_of(row) for row in rows], total or 0

    async def signed_in_at(self, principal: Principal) -> datetime | None:
        """When the sign-in that asks began; None for an API key, which is no proof of who holds it."""
        kinds = [kind.value for kind in SIGN_INS]
        query = select(tokens.c.created_at).where(
            tokens.c.digest == principal.digest, tokens.c.kind.in_(kinds)
        )
        async with self.database.read() as connection:
            return await connection.scalar(query)

    async def end_sign_ins(self, person_id: str, *, keep: str | None = None) -> None:
        """All of a person's but that with the digest `keep`."""
        async with self.database.write() as connection:
            await end_sign_ins(connection, person_id, keep=keep)
            await note(connection, Act.SIGN_INS_ENDED, whom=person_id)

    async def forget_expired(self, before: datetime) -> int:
        """Delete tokens that expired before `before`; returns how many."""
        async with self.database.write() as connection:
            return int(
                (await connection.execute(delete(tokens).where(tokens.c.expires_at < before))).rowcount
            )

    async def _note_use(self, token: Token, now: datetime) -> None:
        noted = token.last_used_at
        if token.kind not in _LASTING or (noted is not None and now - noted < _USE_NOTED_EVERY):
            return
        try:
            async with self.database.write() as connection:
                await connection.execute(
                    update(tokens).where(tokens.c.digest == token.digest).values(last_used_at=now)
                )
        except (SQLAlchemyError, TooBusy) as error:  # who may come in must not depend on a full disk
            _log.warning("accounts.use_not_noted", cause=type(error).__name__)


def _principal(token: Token, role: str) -> Principal:
    return Principal(
        token.person_id, Role(role), token.kind, token.digest, token.config, token.session_id, token.scopes
    )


def token_of(row: Row[Any]) -> Token:
    """From a row of `tokens`, whatever was joined to it."""
    values = {key: value for key, value in row._mapping.items() if key in tokens.c}
    known = set(Permission)  # one that a later version took away opens nothing
    scopes = None if row.scopes is None else frozenset(Permission(one) for one in row.scopes if one in known)
    return Token(**{**values, "kind": TokenKind(values["kind"]), "scopes": scopes})


async def insert_token(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """As part of the caller's transaction. Those of the same person that ran out long ago go, so that they do not pile up."""
    old = (tokens.c.person_id == row["person_id"]) & (tokens.c.expires_at < row["created_at"] - EXPIRED_KEPT)
    await connection.execute(delete(tokens).where(old))
    await connection.execute(insert(tokens).values(row))


async def revoke_tokens(connection: AsyncConnection, person_id: str, kind: TokenKind) -> None:
    """Delete all of a person's tokens of a kind, as part of the caller's transaction."""
    theirs = (tokens.c.person_id == person_id) & (tokens.c.kind == kind.value)
    await connection.execute(delete(tokens).where(theirs))


async def end_sign_ins(connection: AsyncConnection, person_id: str, *, keep: str | None = None) -> None:
    """All of a person's, as part of the caller's transaction, but that with the digest `keep`."""
    ends = (
        (tokens.c.person_id == person_id)
        & tokens.c.kind.in_([kind.value for kind in SIGN_INS])
        & tokens.c.revoked_at.is_(None)
    )
    if keep is not None:
        ends &= tokens.c.digest != keep
    await connection.execute(update(tokens).where(ends).values(revoked_at=datetime.now(UTC)))
