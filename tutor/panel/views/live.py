"""Talks that are under way: which, and one to follow."""

from typing import Any

from lms_core.errors import NotFound
from tutor.api.live import live_out
from tutor.api.routing import Paging
from tutor.conversation.supervised import SupervisedTalk
from tutor.panel.visit import PAGE_LENGTH, Visit

_WISHES = ("ask", "example", "hint", "slower", "praise", "onward", "summary", "end")
_MOST_LINES = 200


async def talks(visit: Visit) -> dict[str, Any]:
    found = await visit.behind.supervising.live(visit.viewer)
    shown = Paging(page=visit.page, limit=PAGE_LENGTH).of(found)
    return {
        "talks": [live_out(one) for one in shown],
        "total": len(found), "page": visit.page, "limit": PAGE_LENGTH,
    }  # fmt: skip


async def talk(visit: Visit) -> dict[str, Any]:
    """Raises NotFound if it is over, or none of the viewer's."""
    try:
        followed = await visit.behind.supervising.find(visit.viewer, visit.request.match_info["id"])
    except NotFound:
        raise NotFound(visit.t("live.gone")) from None
    session = followed.session
    reads = await visit.stores.learners.talk(visit.viewer, session.id) is not None
    return {"one": live_out(followed), "wishes": _WISHES, "said": _said(session), "reads": reads}


def _said(session: SupervisedTalk) -> list[dict[str, str]]:
    """What the page shows before its script has connected."""
    lines = [
        {"id": item.id, "role": item.said_by.value, "text": item.text}
        for item in session.history.items
        if item.said_by is not None
    ]
    return lines[-_MOST_LINES:]
