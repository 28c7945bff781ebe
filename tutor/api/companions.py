"""Companions over REST."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from lms_core.companions import (
    Companion,
    CompanionFilter,
    CompanionSort,
    CompanionStatus,
    Patience,
    Style,
    Subject,
)
from lms_core.errors import NotFound, QuotaReached
from lms_core.people import Permission
from storage.companions import CompanionStore
from tutor.api.routing import UNSENT, Call, Model, Page, Paging, Route

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
VoiceId = Annotated[str, Field(max_length=100, description="A voice of GET /voices; empty: the default one.")]
Minutes = Annotated[int, Field(ge=1, le=120)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
Speed = Annotated[float, Field(ge=0.5, le=1.5)]
PlaceId = Annotated[str, Field(max_length=40)]


class CompanionQuery(Paging):
    """Without `status` and `mine`: the published ones; with `everything` all that I may see."""

    subject: Subject | None = None
    status: CompanionStatus | None = None
    mine: bool = False
    everything: bool = False
    search: str = Field("", max_length=100)
    sort: CompanionSort = CompanionSort.NAME


class CompanionIn(Model):
    name: Name
    subject: Subject
    topic: Topic
    style: Style = Style.CASUAL
    voice: VoiceId = ""
    duration_minutes: Minutes = 15
    language: Language = "en"
    speed: Speed = 1.0
    patience: Patience = Patience.NORMAL
    lesson_id: PlaceId | None = None
    module_id: PlaceId | None = None
    course_id: PlaceId | None = None


class CompanionEdit(Model):
    """What is not sent stays."""

    name: Name = UNSENT
    subject: Subject = UNSENT
    topic: Topic = UNSENT
    style: Style = UNSENT
    voice: VoiceId = UNSENT
    duration_minutes: Minutes = UNSENT
    language: Language = UNSENT
    speed: Speed = UNSENT
    patience: Patience = UNSENT
    lesson_id: PlaceId | None = UNSENT
    module_id: PlaceId | None = UNSENT
    course_id: PlaceId | None = UNSENT


class CompanionOut(BaseModel):
    id: str
    slug: str
    name: str
    subject: Subject
    topic: str
    style: Style
    voice: str
    duration_minutes: int
    language: str
    speed: float
    patience: Patience
    status: CompanionStatus
    author_id: str | None
    lesson_id: str | None
    course_id: str | None
    module_id: str | None


class Outcome(StrEnum):
    DELETED = "deleted"
    ARCHIVED = "archived"


class RemovedOut(BaseModel):
    """`archived`: somebody has talked with it, so that it stays in the history, but is not offered any more."""

    outcome: Outcome


def routes(companions: CompanionStore, check_voice: Callable[[str], None]) -> list[Route]:
    """`check_voice` raises InvalidInput for a voice that the mouth in use has not."""

    async def list_companions(call: Call[CompanionQuery, None]) -> Page:
        wanted = CompanionFilter(**call.query.model_dump())
        found, total = await companions.listed(call.principal, wanted)
        return Page([companion_out(one) for one in found], total)

    async def seen(call: Call[None, None]) -> Companion:
        found = await companions.seen(call.principal, call.path["id"])
        if found is None:
            raise NotFound(f"There is no companion '{call.path['id']}'.")
        return found

    async def get_companion(call: Call[None, None]) -> CompanionOut:
        return companion_out(await seen(call))

    async def recent(call: Call[Paging, None]) -> Page:
        found, total = await companions.recent(page=call.query.page, limit=call.query.limit)
        return Page([companion_out(one) for one in found], total)

    async def create(call: Call[None, CompanionIn]) -> CompanionOut:
        check_voice(call.body.voice)
        draft = Companion(id="", slug="", status=CompanionStatus.DRAFT, **call.body.model_dump())
        return companion_out(await companions.create(call.principal, draft))

    async def duplicate(call: Call[None, None]) -> CompanionOut:
        model = await seen(call)
        copy = replace(model, name=f"{model.name[:90]} (copy)", status=CompanionStatus.DRAFT)
        return companion_out(await companions.create(call.principal, copy))

    async def edit(call: Call[None, CompanionEdit]) -> CompanionOut:
        changes = call.body.model_dump(exclude_unset=True)
        check_voice(changes.get("voice", ""))

        def change(current: Companion) -> Companion:
            call.must_match(companion_out(current))
            return replace(current, **changes)

        return companion_out(await companions.edit(call.principal, call.path["id"], change))

    async def publish(call: Call[None, None]) -> CompanionOut:
        return await become(call, CompanionStatus.PUBLISHED)

    async def archive(call: Call[None, None]) -> CompanionOut:
        return await become(call, CompanionStatus.ARCHIVED)

    async def become(call: Call[None, None], status: CompanionStatus) -> CompanionOut:
        changed = await companions.edit(
            call.principal, call.path["id"], lambda current: replace(current, status=status)
        )
        return companion_out(changed)

    async def remove(call: Call[None, None]) -> RemovedOut:
        deleted = await companions.delete(call.principal, call.path["id"])
        return RemovedOut(outcome=Outcome.DELETED if deleted else Outcome.ARCHIVED)

    return [
        Route(
            method="GET", path="/companions", summary="Companions, by name; those published unless asked otherwise.",
            permission=Permission.BROWSE, handle=list_companions, query=CompanionQuery, answers=CompanionOut,
        ),
        Route(
            method="POST", path="/companions", summary="Make a companion; it is a draft that only its author sees.",
            permission=Permission.MAKE_COMPANIONS, handle=create, body=CompanionIn, answers=CompanionOut,
            status=201, errors=(QuotaReached, NotFound),
        ),
        Route(
            method="GET", path="/companions/recent",
            summary="Published companions that anybody talked with, the last first.",
            permission=Permission.BROWSE, handle=recent, query=Paging, answers=CompanionOut,
        ),
        Route(
            method="GET", path="/companions/{id}", summary="One companion, by id or slug.",
            permission=Permission.BROWSE, handle=get_companion, answers=CompanionOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/companions/{id}", summary="Change a companion of mine; admins change any.",
            permission=Permission.MAKE_COMPANIONS, handle=edit, body=CompanionEdit, answers=CompanionOut,
            edits=True, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/companions/{id}",
            summary="Delete a companion of mine; one that was talked with is archived instead.",
            permission=Permission.MAKE_COMPANIONS, handle=remove, answers=RemovedOut, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/companions/{id}/duplicate", summary="A draft of my own that is like this one.",
            permission=Permission.MAKE_COMPANIONS, handle=duplicate, answers=CompanionOut, status=201,
            errors=(NotFound, QuotaReached),
        ),
        Route(
            method="POST", path="/companions/{id}/publish", summary="Show a companion to everybody.",
            permission=Permission.PUBLISH_COMPANIONS, handle=publish, answers=CompanionOut,
            errors=(NotFound, QuotaReached),
        ),
        Route(
            method="POST", path="/companions/{id}/archive", summary="Offer a companion to nobody any more.",
            permission=Permission.MAKE_COMPANIONS, handle=archive, answers=CompanionOut, errors=(NotFound,),
        ),
    ]  # fmt: skip


def companion_out(companion: Companion) -> CompanionOut:
    return CompanionOut.model_validate(companion, from_attributes=True)
