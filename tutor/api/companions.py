"""Companions over REST."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from lms_core.companions import CompanionStatus, Patience, Style, Subject
from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.companions import CompanionStore
from tutor.api.routing import Call, Page, Paging, Route


class CompanionQuery(Paging):
    subject: Subject | None = None
    search: str = Field("", max_length=100)


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


def routes(companions: CompanionStore) -> list[Route]:
    async def list_companions(call: Call[CompanionQuery, None]) -> Page:
        query = call.query
        found, total = await companions.published(
            subject=query.subject, search=query.search, page=query.page, limit=query.limit
        )
        return Page([CompanionOut(**asdict(one)) for one in found], total)

    async def get_companion(call: Call[None, None]) -> CompanionOut:
        found = await companions.find(call.path["id"])
        if found is None or found.status is not CompanionStatus.PUBLISHED:
            raise NotFound(f"There is no companion '{call.path['id']}'.")
        return CompanionOut(**asdict(found))

    return [
        Route(
            method="GET", path="/companions", summary="Published companions, by name.",
            permission=Permission.BROWSE, handle=list_companions, query=CompanionQuery, answers=CompanionOut,
        ),
        Route(
            method="GET", path="/companions/{id}", summary="One companion, by id or slug.",
            permission=Permission.BROWSE, handle=get_companion, answers=CompanionOut, errors=(NotFound,),
        ),
    ]  # fmt: skip
