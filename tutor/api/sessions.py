"""My sessions over REST, with their transcripts."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lms_core.errors import NotFound
from lms_core.people import Permission
from lms_core.sessions import SessionStatus, StoredItem, StoredSession
from storage.audit import AuditStore
from storage.recordings import RecordingStore
from storage.sessions import SessionStore
from tutor.api.recordings import RecordingOut, recording_out
from tutor.api.routing import Call, Page, Paging, Route


class SessionQuery(Paging):
    companion_id: str | None = Field(None, max_length=120)


class SessionOut(BaseModel):
    id: str
    companion_id: str
    lesson_id: str | None
    door: str
    status: SessionStatus
    started_at: datetime
    ended_at: datetime | None
    ended_reason: str | None
    summary: str


class ItemOut(BaseModel):
    """Function calls have more: name, call_id, arguments, output. `input_ms`: where in the talk it began to be said;
    `heard_ms`: how much was heard of what was interrupted."""

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
    recording: RecordingOut | None
    metrics: list[dict[str, Any]]


def routes(sessions: SessionStore, recordings: RecordingStore, audit: AuditStore) -> list[Route]:
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
        if found.person_id != call.principal.person_id:
            await audit.transcript_read(call.principal, found.person_id, found.id)
        return TalkOut(
            **_session(found),
            transcript=[_item(item) for item in await sessions.items(found.id)],
            recording=recording_out(await recordings.find(found.id, found.person_id)),
            metrics=[dict(one) for one in await sessions.metrics(found.id)],
        )

    return [
        Route(
            method="GET", path="/sessions", summary="My sessions, the newest first.",
            permission=Permission.LEARN, handle=list_sessions, query=SessionQuery, answers=SessionOut,
        ),
        Route(
            method="GET", path="/sessions/{id}", summary="One session with its transcript.",
            permission=Permission.LEARN, handle=get_session, answers=TalkOut, errors=(NotFound,),
        ),
    ]  # fmt: skip


def _session(session: StoredSession) -> dict[str, Any]:
    return {
        "id": session.id, "companion_id": session.companion_id, "lesson_id": session.lesson_id, "door": session.door,
        "status": session.status, "started_at": session.started_at, "ended_at": session.ended_at,
        "ended_reason": session.ended_reason, "summary": session.snapshot.get("summary", ""),
    }  # fmt: skip


def _item(item: StoredItem) -> ItemOut:
    text = " ".join(part["text"] for part in item.content if part["text"])
    return ItemOut.model_validate({
        "id": item.id, "type": item.kind, "role": item.role, "status": item.status, "text": text,
        "input_ms": item.input_ms, "heard_ms": item.heard_ms, **item.data,
    })  # fmt: skip
