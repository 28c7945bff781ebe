"""Passwords as stored, and sign-ins: what a login leaves behind on one device.

A refresh token is `rt_<family>.<rotation>`. The family stays and is what is found again; the rotation changes with
each use. An old rotation with the right family means that a second party holds a copy, so the sign-in ends.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.errors import Conflict, NotAuthenticated, NotPermitted
from lms_core.people import Person, Role, TokenKind, may_invite
from storage.accounts import digest_of, end_sign_ins, insert_token, new_person, token_of
from storage.audit import note
from storage.database import Database
from storage.tables import people, tokens

SIGN_IN_LASTS = timedelta(days=30)
_NO_GOOD = "The refresh token is unknown, expired or already used; sign in again."
_log = structlog.get_logger(__name__)


class RefreshReused(NotAuthenticated):
    """The refresh token was used before: somebody holds a copy, and the sign-in of `person_id` has ended."""

    def __init__(self, person_id: str) -> None:
        super().__init__(_NO_GOOD)
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class Credentials:
    """`password` is the hash; None for who signs in by link only."""

    person: Person
    password: str | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A refresh token in force, and the digest that names its sign-in."""

    person_id: str
    sign_in: str
    refresh_token: str


class SignInStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def credentials(
        self, *, email: str | None = None, person_id: str | None = None
    ) -> Credentials | None:
        """By address in its plain form, or by id; nobody who is shut out."""
        which = people.c.email == email if person_id is None else people.c.id == person_id
        which &= people.c.deactivated_at.is_(None)
        async with self._database.read() as connection:
            row = (await connection.execute(select(people).where(which))).one_or_none()
        if row is None:
            return None
        return Credentials(Person(row.id, row.name, Role(row.role), row.email), row.password)

    async def sign_up(
        self, name: str, email: str, password: str | None, *, role: Role, invitation: str | None
    ) -> bool:
        """A new account; False if somebody has the address. The invitation, if there is one, tells the role and is
        spent either way: otherwise it would tell which addresses have accounts. Raises NotAuthenticated."""
        fresh = postgresql.insert(people) if not self._database.is_sqlite else sqlite.insert(people)
        async with self._database.write() as connection:
            if invitation is not None:
                role = await _spend_invitation(connection, invitation)
            person = new_person(name, role, email)
            done = await connection.execute(
                fresh.values(**person, password=password).on_conflict_do_nothing(index_elements=["email"])
            )
            if done.rowcount == 1:
                await note(connection, Act.SIGNED_UP, whom=person["id"], by=person["id"], role=role.value)
        return bool(done.rowcount == 1)

    async def first_password(
        self, person_id: str, name: str, email: str, password: str, *, keep: str | None
    ) -> None:
        """Name, address and password of who came by link and has none; all their sign-ins end but `keep`.

        Raises NotPermitted if there is a password meanwhile, Conflict if somebody else has the address.
        """
        without = (people.c.id == person_id) & people.c.password.is_(None)
        chosen = update(people).where(without).values(name=name, email=email, password=password)
        try:
            async with self._database.write() as connection:
                if (await connection.execute(chosen)).rowcount != 1:
                    raise NotPermitted("There is a password already; change it with the current one.")
                await end_sign_ins(connection, person_id, keep=keep)
                await note(connection, Act.PASSWORD_SET, whom=person_id)
        except IntegrityError as error:
            raise Conflict("Somebody else has this e-mail address.") from error

    async def renew_hash(self, person_id: str, old: str, new: str) -> None:
        """The same password under newer parameters, unless it was changed meanwhile."""
        same = (people.c.id == person_id) & (people.c.password == old)
        async with self._database.write() as connection:
            await connection.execute(update(people).where(same).values(password=new))

    async def change_password(self, person_id: str, password: str, *, keep: str | None) -> None:
        """All sign-ins end but `keep`, which is the one that changed it."""
        theirs = people.c.id == person_id
        async with self._database.write() as connection:
            had = await connection.scalar(select(people.c.password).where(theirs))
            await connection.execute(update(people).where(theirs).values(password=password))
            await end_sign_ins(connection, person_id, keep=keep)
            act = Act.PASSWORD_SET if had is None else Act.PASSWORD_CHANGED
            await note(connection, act, whom=person_id)

    async def reset_password(self, person_id: str, password: str, *, spends: str) -> None:
        """With the reset token of the digest `spends`. Every sign-in ends. Raises NotAuthenticated if it was used."""
        now = datetime.now(UTC)
        resets = (tokens.c.person_id == person_id) & (tokens.c.kind == TokenKind.RESET.value)
        fresh = resets & tokens.c.used_at.is_(None) & (tokens.c.expires_at > now)
        async with self._database.write() as connection:
            spent = update(tokens).where(fresh, tokens.c.digest == spends).values(used_at=now)
            if (await connection.execute(spent)).rowcount != 1:
                raise NotAuthenticated("The link was already used; ask for a new one.", reason="link_used")
            await connection.execute(update(people).where(people.c.id == person_id).values(password=password))
            await end_sign_ins(connection, person_id)
            await note(connection, Act.PASSWORD_RESET, whom=person_id)

    async def begin(self, person_id: str, *, device: str, address: str) -> Rotation:
        """A machine client's sign-in with its first refresh token."""
        family, rotation = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        now = datetime.now(UTC)
        row = {
            "digest": digest_of(family), "kind": TokenKind.REFRESH.value, "person_id": person_id,
            "created_at": now, "last_used_at": now, "expires_at": now + SIGN_IN_LASTS,
            "rotation": digest_of(rotation), "name": device, "address": address,
        }  # fmt: skip
        async with self._database.write() as connection:
            await insert_token(connection, row)
            await note(connection, Act.LOGGED_IN, whom=person_id, by=person_id, kind=TokenKind.REFRESH.value)
        return Rotation(person_id, digest_of(family), f"rt_{family}.{rotation}")

    async def rotate(self, refresh_token: str) -> Rotation:
        """The next refresh token. Raises NotAuthenticated; RefreshReused for one that was used before, which also ends the sign-in."""
        family, _, rotation = refresh_token.removeprefix("rt_").partition(".")
        fresh = secrets.token_urlsafe(24)
        now = datetime.now(UTC)
        same = (tokens.c.digest == digest_of(family)) & (tokens.c.kind == TokenKind.REFRESH.value)
        async with self._database.write() as connection:
            row = (await connection.execute(select(tokens).where(same).with_for_update())).one_or_none()
            if row is None or not token_of(row).opens(now):
                raise NotAuthenticated(_NO_GOOD)
            reused = not secrets.compare_digest(row.rotation, digest_of(rotation))
            change = {"revoked_at": now} if reused else {"rotation": digest_of(fresh), "last_used_at": now}
            await connection.execute(update(tokens).where(same).values(change))
            if reused:
                await note(connection, Act.REFRESH_REUSED, whom=row.person_id, token=row.digest)
        if reused:
            _log.warning("sign_in.refresh_token_reused", person_id=row.person_id)
            raise RefreshReused(row.person_id)
        return Rotation(row.person_id, row.digest, f"rt_{family}.{fresh}")


async def _spend_invitation(connection: AsyncConnection, value: str) -> Role:
    """The role that it gives. Raises NotAuthenticated, also if who invited may not do so any more."""
    now = datetime.now(UTC)
    invitation = (tokens.c.digest == digest_of(value)) & (tokens.c.kind == TokenKind.INVITATION.value)
    there = people.c.deactivated_at.is_(None)
    found = select(tokens, people.c.role.label("inviter")).join(people).where(invitation, there)
    row = (await connection.execute(found.with_for_update(of=tokens))).one_or_none()
    token = None if row is None else token_of(row)
    role = Role((token.config or {})["role"]) if token is not None else Role.LEARNER
    if row is None or token is None or not token.opens(now) or not may_invite(Role(row.inviter), role):
        raise NotAuthenticated(
            "The invitation is unknown, expired or already used; ask for a new one.", reason="invitation_used"
        )
    await connection.execute(update(tokens).where(invitation).values(used_at=now))
    return role
