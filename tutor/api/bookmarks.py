"""My bookmarks among the companions."""

from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.bookmarks import BookmarkStore
from tutor.api.companions import CompanionOut, companion_out
from tutor.api.routing import Call, Page, Paging, Route


def routes(bookmarks: BookmarkStore) -> list[Route]:
    async def list_bookmarks(call: Call[Paging, None]) -> Page:
        found, total = await bookmarks.listed(call.principal, page=call.query.page, limit=call.query.limit)
        return Page([companion_out(one) for one in found], total)

    async def add(call: Call[None, None]) -> None:
        await bookmarks.add(call.principal, call.path["id"])

    async def remove(call: Call[None, None]) -> None:
        await bookmarks.remove(call.principal, call.path["id"])

    return [
        Route(
            method="GET", path="/me/bookmarks", summary="Companions that I have bookmarked, the latest first.",
            permission=Permission.BROWSE, handle=list_bookmarks, query=Paging, answers=CompanionOut,
        ),
        Route(
            method="PUT", path="/companions/{id}/bookmark", summary="Bookmark a companion; twice is one.",
            permission=Permission.BROWSE, handle=add, answers=None, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/companions/{id}/bookmark", summary="Remove my bookmark, if there is one.",
            permission=Permission.BROWSE, handle=remove, answers=None,
        ),
    ]  # fmt: skip
