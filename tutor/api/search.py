"""Search over REST."""

from pydantic import BaseModel, Field

from lms_core.people import Permission
from lms_core.ports import Search
from lms_core.search import Found
from tutor.api.routing import Call, Page, Paging, Route


class SearchQuery(Paging):
    """`q`: words, or beginnings of words, that must all be there."""

    q: str = Field(max_length=200)
    kind: Found | None = None


class MarkedOut(BaseModel):
    """Plain text; `marks` are pairs: from and until which character (counted as Unicode code points) a word was found."""

    text: str
    marks: list[tuple[int, int]]


class HitOut(BaseModel):
    kind: Found
    id: str
    title: MarkedOut
    snippet: MarkedOut


def routes(search: Search) -> list[Route]:
    async def find(call: Call[SearchQuery, None]) -> Page:
        query = call.query
        kinds = () if query.kind is None else (query.kind,)
        found, total = await search.find(
            call.principal, query.q, kinds=kinds, page=query.page, limit=query.limit
        )
        return Page([HitOut.model_validate(one, from_attributes=True) for one in found], total)

    return [
        Route(
            method="GET", path="/search", summary="Courses, lessons and companions by their words, the best first.",
            permission=Permission.BROWSE, handle=find, query=SearchQuery, answers=HitOut,
        ),
    ]  # fmt: skip
