"""Who comes from an OpenID provider, and which of our people they are."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.audit import Act
from lms_core.errors import Conflict, NotPermitted
from lms_core.people import Identity, Role
from storage.accounts import insert_person
from storage.audit import note
from storage.database import Database
from storage.tables import identities, people

_CLOSED = "This account is closed; ask your school."


class IdentityStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def person_for(self, identity: Identity, *, link_to: str | None, adds: bool) -> str:
        """The id of whom `identity` is; at the first time, of whom it is from now on.

        That is the person `link_to`, who is signed in; or the one with the address that the provider has verified, unless
        they have a password, for then somebody else may have made that account in wait for them; or, with `adds`,
        a new learner. Raises Conflict, or NotPermitted.
        """
        async with self._database.write() as connection:
            await self._database.lock(connection)  # two first times at once are one
            known = select(people.c.id, people.c.deactivated_at).join(identities).where(_is(identity))
            row = (await connection.execute(known)).one_or_none()
            if row is not None:
                if row.deactivated_at is not None:
                    raise NotPermitted(_CLOSED, reason="login_closed")
                if link_to not in (None, row.id):
                    raise Conflict(
                        "Somebody else here is connected with that login already.", reason="login_connected"
                    )
                return str(row.id)
            person_id = (
                link_to or await _of_address(connection, identity) or await _new(connection, identity, adds)
            )
            await connection.execute(
                insert(identities).values(
                    issuer=identity.issuer,
                    subject=identity.subject,
                    person_id=person_id,
                    created_at=datetime.now(UTC),
                )
            )
            await note(connection, Act.IDENTITY_LINKED, whom=person_id, by=person_id)
        return person_id


def _is(identity: Identity) -> ColumnElement[bool]:
    return (identities.c.issuer == identity.issuer) & (identities.c.subject == identity.subject)


async def _of_address(connection: AsyncConnection, identity: Identity) -> str | None:
    if identity.email is None or not identity.email_verified:
        return None
    of_it = people.c.email == identity.email
    row = (
        await connection.execute(select(people.c.id, people.c.password, people.c.deactivated_at).where(of_it))
    ).one_or_none()
    if row is None:
        return None
    if row.deactivated_at is not None:
        raise NotPermitted(_CLOSED, reason="login_closed")
    if row.password is not None:
        raise Conflict(
            "There is an account with your address. Log in with its password, then open /sign-in/oidc?connect=yes.",
            reason="login_has_password",
        )
    return str(row.id)


async def _new(connection: AsyncConnection, identity: Identity, adds: bool) -> str:
    if not adds:
        raise NotPermitted(
            "You have no account here yet; ask your teacher for one.", reason="login_no_account"
        )
    email = identity.email if identity.email_verified else None
    person = await insert_person(connection, identity.name, Role.LEARNER, email)
    await note(connection, Act.SIGNED_UP, whom=person.id, by=person.id, role=Role.LEARNER.value)
    return person.id
