"""Invitations to make an account: make, list, revoke."""

from datetime import datetime

from pydantic import BaseModel, Field

from lms_core.errors import NotFound, NotPermitted
from lms_core.people import Permission, Role
from storage.invitations import InvitationStore
from tutor.api.routing import Call, Model, Page, Paging, Route
from tutor.signing_in import SigningIn


class InvitationIn(Model):
    """`name`: whom it is for, so that one finds it in the list."""

    role: Role = Role.LEARNER
    name: str | None = Field(None, max_length=200)


class InvitationOut(BaseModel):
    """The value is shown only now; it goes into `invitation` of the sign-up, or behind `link`."""

    invitation: str
    link: str
    role: Role
    expires_at: datetime


class OpenInvitationOut(BaseModel):
    id: str
    role: Role
    name: str | None
    by_id: str
    by_name: str
    created_at: datetime
    expires_at: datetime | None


def routes(signing_in: SigningIn, invitations: InvitationStore) -> list[Route]:
    async def invite(call: Call[None, InvitationIn]) -> InvitationOut:
        role, name = call.body.role, call.body.name
        value, expires = await signing_in.invite(call.principal, role, name)
        return InvitationOut(
            invitation=value, link=signing_in.invitation_link(value), role=role, expires_at=expires
        )

    async def listed(call: Call[Paging, None]) -> Page:
        found, total = await invitations.listed(call.principal, call.query.page, call.query.limit)
        return Page([OpenInvitationOut.model_validate(one, from_attributes=True) for one in found], total)

    async def revoke(call: Call[None, None]) -> None:
        if not await invitations.revoke(call.principal, call.path["id"]):
            raise NotFound("There is no such invitation of yours, or it was used already.")

    may = Permission.INVITE
    return [
        Route(
            method="POST", path="/auth/invitations", permission=may, handle=invite, status=201,
            summary="Invite somebody to make an account. Teachers invite learners.", body=InvitationIn,
            answers=InvitationOut, secret=True, errors=(NotPermitted,),
        ),
        Route(
            method="GET", path="/auth/invitations", permission=may, handle=listed, query=Paging,
            answers=OpenInvitationOut, summary="My invitations that nobody has used yet; admins see everybody's.",
        ),
        Route(
            method="DELETE", path="/auth/invitations/{id}", permission=may, handle=revoke, answers=None,
            summary="Take an invitation back.", errors=(NotFound,),
        ),
    ]  # fmt: skip
