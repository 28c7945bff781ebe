"""Companions and sessions over REST, and the sign-in link."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.errors import InvalidInput, NotAuthenticated, NotFound
from lms_core.people import Role
from lms_core.sessions import StoredItem, StoredSession
from storage.companions import CompanionStore
from storage.sessions import SessionStore
from tutor.auth import COOKIE, Authenticator


def routes(
    auth: Authenticator, companions: CompanionStore, sessions: SessionStore, *, https: bool = False
) -> list[web.RouteDef]:
    """`https`: learners reach us encrypted through a proxy, though what reaches this process is not."""

    async def list_companions(request: web.Request) -> web.Response:
        await auth.request(request)
        page, limit = _paging(request)
        subject = request.query.get("subject")
        if subject and subject not in tuple(Subject):
            raise InvalidInput(f"subject is one of: {', '.join(Subject)}.", param="subject")
        found, total = await companions.published(
            subject=subject, search=request.query.get("search", "")[:100], page=page, limit=limit
        )
        return _many([_companion(one) for one in found], page, limit, total)

    async def get_companion(request: web.Request) -> web.Response:
        await auth.request(request)
        found = await companions.find(request.match_info["id"])
        if found is None or found.status is not CompanionStatus.PUBLISHED:
            raise NotFound(f"There is no companion '{request.match_info['id']}'.")
        return _one(_companion(found))

    async def list_sessions(request: web.Request) -> web.Response:
        principal = await auth.request(request)
        page, limit = _paging(request)
        found, total = await sessions.recent(
            principal.person_id, companion_id=request.query.get("companion_id"), page=page, limit=limit
        )
        return _many([_session(one) for one in found], page, limit, total)

    async def get_session(request: web.Request) -> web.Response:
        principal = await auth.request(request)
        person = None if principal.role is Role.ADMIN else principal.person_id
        found = await sessions.find(request.match_info["id"], person)
        if found is None:
            raise NotFound(f"There is no session '{request.match_info['id']}', or it is not yours.")
        transcript = [_item(item) for item in await sessions.items(found.id)]
        return _one(
            {**_session(found), "transcript": transcript, "metrics": await sessions.metrics(found.id)}
        )

    async def sign_in(request: web.Request) -> web.Response:
        try:
            cookie = await auth.sign_in(request.query.get("token", ""))
        except NotAuthenticated as error:
            return web.Response(status=401, text=f"{error.message} 'viva user link' makes a new one.")
        response = web.Response(status=303, headers={"Location": "/", "Referrer-Policy": "no-referrer"})
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=30 * 86_400,
            httponly=True,
            samesite="Strict",
            secure=https or request.secure,
            path="/",
        )
        return response

    return [
        web.get("/api/v1/companions", list_companions),
        web.get("/api/v1/companions/{id}", get_companion),
        web.get("/api/v1/sessions", list_sessions),
        web.get("/api/v1/sessions/{id}", get_session),
        web.get("/sign-in", sign_in),
    ]


def _paging(request: web.Request) -> tuple[int, int]:
    try:
        page, limit = int(request.query.get("page", "1")), int(request.query.get("limit", "20"))
    except ValueError as error:
        raise InvalidInput("page and limit are whole numbers.") from error
    if not (1 <= page <= 100_000 and 1 <= limit <= 100):
        raise InvalidInput("page is 1 or more, and limit 1 to 100.")
    return page, limit


def _one(data: Any) -> web.Response:
    return web.json_response({"data": data, "metadata": {}})


def _many(data: list[Any], page: int, limit: int, total: int) -> web.Response:
    return web.json_response({"data": data, "metadata": {"page": page, "limit": limit, "total": total}})


def _companion(companion: Companion) -> dict[str, Any]:
    return asdict(companion)


def _session(session: StoredSession) -> dict[str, Any]:
    return {
        "id": session.id, "companion_id": session.companion_id, "door": session.door,
        "status": "active" if session.ended_at is None else "ended",
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "ended_reason": session.ended_reason, "summary": session.snapshot.get("summary", ""),
    }  # fmt: skip


def _item(item: StoredItem) -> dict[str, Any]:
    text = " ".join(part["text"] for part in item.content if part["text"])
    return {
        "id": item.id, "type": item.kind, "role": item.role, "status": item.status, "text": text,
        "input_ms": item.input_ms, "heard_ms": item.heard_ms, **item.data,
    }  # fmt: skip
