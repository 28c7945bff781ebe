"""The first run: how the admin signs in, which voice the demo companion has, a first talk. What is done is not asked again."""

from typing import Any, NoReturn

from aiohttp import web

from lms_core.companions import Companion, CompanionFilter
from lms_core.people import Permission, Principal
from storage.stores import Stores
from tutor.panel.visit import Visit

_DEMO = "ada-fractions"
_LATER = "viva_welcome"
_YEAR = 365 * 86_400


async def next_page(request: web.Request, stores: Stores, viewer: Principal) -> str | None:
    """Where the welcome goes on; None: it is over, put off, or not for the viewer."""
    if not viewer.may(Permission.MANAGE_PEOPLE) or _LATER in request.cookies:
        return None
    if not await _has_password(stores, viewer):
        return "/welcome"
    companion = await _demo(stores, viewer)
    if companion is None or await stores.sessions.any_yet():
        return None
    return "/welcome/talk" if companion.voice else "/welcome/voice"


async def account(visit: Visit) -> dict[str, Any]:
    """The first step, for who has no password yet."""
    if await _has_password(visit.stores, visit.viewer):
        raise web.HTTPSeeOther(await next_page(visit.request, visit.stores, visit.viewer) or "/home")
    return {"step": 1}


async def voice(visit: Visit) -> dict[str, Any]:
    """Those of the companion's language, its own first."""
    companion = await _welcoming(visit)
    language = companion.language.split("-")[0]
    fitting = [one for one in visit.behind.previews.voices if one.language.split("-")[0] == language]
    return {"step": 2, "companion": companion, "voices": fitting, "now": companion.voice or _first(fitting)}


async def talk(visit: Visit) -> dict[str, Any]:
    return {"step": 3, "companion": await _welcoming(visit)}


async def later(visit: Visit) -> NoReturn:
    """This browser is not led to the welcome any more; its address still works."""
    response = web.HTTPSeeOther("/home")
    response.set_cookie(_LATER, "1", max_age=_YEAR, samesite="Lax", path="/", secure=visit.request.secure)
    raise response


async def _welcoming(visit: Visit) -> Companion:
    """There is nothing to welcome with where no companion is left."""
    companion = await _demo(visit.stores, visit.viewer)
    if companion is None:
        raise web.HTTPSeeOther("/home")
    return companion


async def _demo(stores: Stores, viewer: Principal) -> Companion | None:
    """Ada, else any."""
    found = await stores.companions.seen(viewer, _DEMO)
    if found is None:
        listed, _ = await stores.companions.listed(viewer, CompanionFilter(limit=1))
        return listed[0] if listed else None
    return found


async def _has_password(stores: Stores, viewer: Principal) -> bool:
    known = await stores.sign_ins.credentials(person_id=viewer.person_id)
    return known is not None and known.password is not None


def _first(voices: list[Any]) -> str:
    return voices[0].id if voices else ""
