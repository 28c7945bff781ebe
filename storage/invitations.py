"""Invitations that nobody has used yet."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from lms_core.audit import Act
from lms_core.people import Invitation, Permission, Principal, Role, TokenKind
from storage.audit import note
from storage.database import Database
from storage.tables import people, tokens


class InvitationStore:
    """Who invites sees and revokes their own; who manages people, everybody's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, viewer: Principal, page: int, limit: int) -> tuple[list[Invitation], int]:
        """The newest first, and how many there are."""
        those = _open_to(viewer)
        query = select(tokens, people.c.name.label("by_name")).join(people).where(those)
        newest = query.order_by(tokens.c.created_at.desc(), tokens.c.digest)
        async with self._database.read() as connection:
            rows = await connection.execute(newest.limit(limit).offset((page - 1) * limit))
            total = await connection.scalar(select(func.count()).select_from(tokens).where(those))
        found = [
            Invitation(
                row.digest, Role((row.config or {})["role"]), row.name, row.person_id, row.by_name,
                row.created_at, row.expires_at,
            )
            for row in rows
        ]  # fmt: skip
        return found, total or 0

    async def revoke(self, viewer: Principal, invitation_id: str) -> bool:
        """False if there is none that the viewer may revoke, or it was used."""
        that = (tokens.c.digest == invitation_id) & _open_to(viewer)
        async with self._database.write() as connection:
            done = await connection.execute(update(tokens).where(that).values(revoked_at=datetime.now(UTC)))
            if done.rowcount == 1:
                await note(connection, Act.TOKEN_REVOKED, whom=None, kind=TokenKind.INVITATION.value)
        return bool(done.rowcount == 1)


def _open_to(viewer: Principal) -> ColumnElement[bool]:
    those = (
        (tokens.c.kind == TokenKind.INVITATION.value)
        & tokens.c.used_at.is_(None)
        & tokens.c.revoked_at.is_(None)
        & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > datetime.now(UTC))
    )
    return those if viewer.may(Permission.MANAGE_PEOPLE) else those & (tokens.c.person_id == viewer.person_id)
