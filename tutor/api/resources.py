"""Companions and sessions over REST, and the sign-in link."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from lms_core.companions import CompanionStatus, Patience, Style, Subject
from lms_core.errors import NotAuthenticated, NotFound
from lms_core.people import Permission
from lms_core.sessions import SessionStatus, StoredItem, StoredSession
from storage.companions import CompanionStore
from storage.sessions import SessionStore
from tutor.api.routing import Call, Page, Paging, Route
from tutor.auth import COOKIE, Authenticator


class CompanionQuery(Paging):
    subject: Subject | None = None
    search: str = Field("", max_length=100)


class SessionQuery(Paging):
    companion_id: str | None = Field(None, max_length=120)


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


class SessionOut(BaseModel):
    id: str
    companion_id: str
    door: str
    status: SessionStatus
    started_at: datetime
    ended_at: datetime | None
    ended_reason: str | None
    summary: str


class ItemOut(BaseModel):
    """Function calls have more: name, call_id, arguments, output."""

    model_config = ConfigDict(extra="allow")

    id: str
    type: str
    role: str | None
    status: str
    text: str
    input_ms: int | None
    heard_ms: int | None


class TalkOut(SessionOut):
    transcript: list[ItemOut]
    metrics: list[dict[str, Any]]


def routes(companions: CompanionStore, sessions: SessionStore) -> list[Route]:
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

    async def list_sessions(call: Call[SessionQuery, None]) -> Page:
        query = call.query
        found, total = await sessions.recent(
            call.principal.person_id, companion_id=query.companion_id, page=query.page, limit=query.limit
        )
        return Page([SessionOut(**_session(one)) for one in found], total)

    async def get_session(call: Call[None, None]) -> TalkOut:
        anybodys = call.principal.may(Permission.SEE_ALL_SESSIONS)
        found = await sessions.find(call.path["id"], None if anybodys else call.principal.person_id)
        if found is None:
            raise NotFound(f"There is no session '{call.path['id']}', or it is not yours.")
        return TalkOut(
            **_session(found),
            transcript=[_item(item) for item in await sessions.items(found.id)],
            metrics=[dict(one) for one in await sessions.metrics(found.id)],
        )

    return [
        Route(
            method="GET", path="/companions", summary="Published companions, by name.",
            permission=Permission.BROWSE, handle=list_companions, query=CompanionQuery, answers=CompanionOut,
        ),
        Route(
            method="GET", path="/companions/{id}", summary="One companion, by id or slug.",
            permission=Permission.BROWSE, handle=get_companion, answers=CompanionOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/sessions", summary="My sessions, the newest first.",
            permission=Permission.LEARN, handle=list_sessions, query=SessionQuery, answers=SessionOut,
        ),
        Route(
            method="GET", path="/sessions/{id}", summary="One session with its transcript.",
            permission=Permission.LEARN, handle=get_session, answers=TalkOut, errors=(NotFound,),
        ),
    ]  # fmt: skip


def sign_in_routes(auth: Authenticator, *, https: bool = False) -> list[web.RouteDef]:
    """`https`: learners reach us encrypted through a proxy, though what reaches this process is not."""

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

    return [web.get("/sign-in", sign_in)]


def _session(session: StoredSession) -> dict[str, Any]:
    return {
        "id": session.id, "companion_id": session.companion_id, "door": session.door,
        "status": session.status, "started_at": session.started_at, "ended_at": session.ended_at,
        "ended_reason": session.ended_reason, "summary": session.snapshot.get("summary", ""),
    }  # fmt: skip


def _item(item: StoredItem) -> ItemOut:
    text = " ".join(part["text"] for part in item.content if part["text"])
    return ItemOut.model_validate({
        "id": item.id, "type": item.kind, "role": item.role, "status": item.status, "text": text,
        "input_ms": item.input_ms, "heard_ms": item.heard_ms, **item.data,
    })  # fmt: skip
