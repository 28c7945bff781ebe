"""My API keys and phone tokens."""

from typing import Any

from tutor.api.access import KEYS, KeyKind
from tutor.panel.visit import PAGE_LENGTH, Visit


async def keys(visit: Visit) -> dict[str, Any]:
    found, total = await visit.stores.accounts.held(visit.viewer.person_id, KEYS, visit.page, PAGE_LENGTH)
    return {
        "keys": found, "total": total, "page": visit.page, "limit": PAGE_LENGTH, "kinds": list(KeyKind),
    }  # fmt: skip
