"""My account: name, password, where I am signed in, what my plan has left, my data, and leaving."""

from datetime import UTC, datetime
from typing import Any

from lms_core.people import SIGN_INS, Token
from lms_core.plans import LIMITS, Usage
from tutor.leaving import FRESH
from tutor.panel.views import recordings
from tutor.panel.visit import Visit

_MOST_SIGN_INS = 50
# The first that a browser's name contains: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "CriOS/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


async def profile(visit: Visit) -> dict[str, Any]:
    stores, viewer = visit.stores, visit.viewer
    sign_ins, _ = await stores.accounts.held(viewer.person_id, SIGN_INS, page=1, limit=_MOST_SIGN_INS)
    known = await stores.sign_ins.credentials(person_id=viewer.person_id)
    begun = await stores.accounts.signed_in_at(viewer)
    usage = await stores.plans.usage(viewer.person_id)
    return {
        "sign_ins": [_sign_in(one, viewer.digest) for one in sign_ins], "plan": usage.plan, "unlimited": usage.unlimited, "quotas": quotas(usage),
        "has_password": known is not None and known.password is not None,
        "recording": await recordings.consent(visit),
        "fresh": begun is not None and begun >= datetime.now(UTC) - FRESH,
    }  # fmt: skip


def device(program: str | None) -> str | None:
    """A browser's own name (User-Agent) as people would say it; what is no browser's is shown as it is."""
    if not program:
        return None
    browser, system = (
        next((said for mark, said in names.items() if mark in program), None)
        for names in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(one for one in (browser, system) if one) or program[:60]


def _sign_in(token: Token, mine: str) -> dict[str, Any]:
    return {
        "id": token.digest, "device": device(token.name), "address": token.address, "here": token.digest == mine,
        "used_at": token.last_used_at or token.created_at,
    }  # fmt: skip


def quotas(usage: Usage) -> list[dict[str, Any]]:
    """What is used of each, and its limit; None: none."""
    limits = LIMITS[usage.plan]
    return [
        {"quota": quota, "used": used, "limit": None if usage.unlimited else limits[quota]}
        for quota, used in usage.used.items()
    ]
