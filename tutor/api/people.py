"""People, for admins."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from lms_core.errors import Conflict, NotFound
from lms_core.people import Account, PeopleFilter, Permission, Role, plain_email, plain_name
from lms_core.plans import Plan
from storage.accounts import AccountStore
from storage.people import PeopleStore
from tutor.api.routing import UNSENT, Call, Model, Page, Paging, Route
from tutor.leaving import Leaving


def _named(written: str) -> str:
    name = plain_name(written)
    if not name:
        raise ValueError("write a name")
    return name


Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S"), AfterValidator(_named)]
Email = Annotated[str, Field(max_length=320), AfterValidator(plain_email)]


class PeopleQuery(Paging):
    """`search` is looked for in names and addresses."""

    search: str = Field("", max_length=100)
    role: Role | None = None
    active: bool | None = None


class PersonOut(BaseModel):
    id: str
    name: str
    email: str | None
    role: Role
    plan: Plan
    active: bool
    language: str | None
    created_at: datetime


class PersonIn(Model):
    """`email` None: they come in by link only."""

    name: Name
    email: Email | None = None
    role: Role = Role.LEARNER


class PersonEdit(Model):
    """Who is not active cannot come in; what they made stays."""

    name: Name = UNSENT
    email: Email | None = UNSENT
    role: Role = UNSENT
    active: bool = UNSENT


def routes(people: PeopleStore, accounts: AccountStore, leaving: Leaving) -> list[Route]:
    async def listed(call: Call[PeopleQuery, None]) -> Page:
        query = call.query
        wanted = PeopleFilter(query.search, query.role, query.active)
        found, total = await people.listed(wanted, query.page, query.limit)
        return Page([person_out(one) for one in found], total)

    async def add(call: Call[None, PersonIn]) -> PersonOut:
        body = call.body
        person = await accounts.add_person(body.name, body.role, body.email)
        return person_out(await people.find(person.id))

    async def one(call: Call[None, None]) -> PersonOut:
        return person_out(await people.find(call.path["id"]))

    async def edit(call: Call[None, PersonEdit]) -> PersonOut:
        changes = call.body.model_dump(exclude_unset=True)

        def change(current: Account) -> Account:
            call.must_match(person_out(current))
            return replace(current, **changes)

        changed = await people.edit(call.path["id"], change)
        await leaving.changed(changed)
        return person_out(changed)

    manage = Permission.MANAGE_PEOPLE
    return [
        Route(
            method="GET", path="/admin/users", summary="People, by name.", permission=manage, handle=listed,
            query=PeopleQuery, answers=PersonOut,
        ),
        Route(
            method="POST", path="/admin/users", permission=manage, handle=add, body=PersonIn, answers=PersonOut,
            summary="Add somebody; a reset link then lets them choose a password.", status=201, errors=(Conflict,),
            secret=True,  # no copy of name and address may outlast the person
        ),
        Route(
            method="GET", path="/admin/users/{id}", summary="One person.", permission=manage, handle=one,
            answers=PersonOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/admin/users/{id}", permission=manage, handle=edit, body=PersonEdit,
            summary="Change somebody's name, address or role, or shut them out; the last admin stays.", answers=PersonOut,
            edits=True, errors=(NotFound, Conflict),
        ),
    ]  # fmt: skip


def person_out(account: Account) -> PersonOut:
    return PersonOut.model_validate(account, from_attributes=True)
