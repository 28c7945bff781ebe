"""What is found in courses, lessons and companions."""

from typing import Any

from lms_core.search import Found
from tutor.panel.visit import PAGE_LENGTH, Visit


async def search(visit: Visit) -> dict[str, Any]:
    asked, kind = visit.asked("q", longest=200), visit.asked("kind")
    kinds = [Found(kind)] if kind in list(Found) else []
    found, total = await visit.stores.search.find(
        visit.viewer, asked, kinds=kinds, page=visit.page, limit=PAGE_LENGTH
    )
    return {
        "asked": asked, "kind": kind, "kinds": list(Found), "found": found, "total": total, "page": visit.page,
        "limit": PAGE_LENGTH,
    }  # fmt: skip
