"""Who talked with my companions, for teachers: when and how long, not what was said."""

from datetime import datetime

from pydantic import BaseModel

from lms_core.people import Permission
from lms_core.sessions import SessionStatus
from storage.sessions import SessionStore
from tutor.api.routing import Call, Page, Route
from tutor.api.sessions import SessionQuery


class TaughtOut(BaseModel):
    """`talked_seconds`: how long the learner was connected."""

    id: str
    companion_id: str
    learner_id: str
    learner_name: str
    door: str
    status: SessionStatus
    started_at: datetime
    ended_at: datetime | None
    talked_seconds: float


def routes(sessions: SessionStore) -> list[Route]:
    async def list_taught(call: Call[SessionQuery, None]) -> Page:
        query = call.query
        found, total = await sessions.taught(
            call.principal.person_id, companion_id=query.companion_id, page=query.page, limit=query.limit
        )
        return Page(
            [
                TaughtOut(
                    id=one.id, companion_id=one.companion_id, learner_id=one.person_id, learner_name=name,
                    door=one.door, status=one.status, started_at=one.started_at, ended_at=one.ended_at,
                    talked_seconds=one.snapshot.get("talked_seconds", 0.0),
                )
                for one, name in found
            ],
            total,
        )  # fmt: skip

    return [
        Route(
            method="GET", path="/sessions/taught", summary="Others' sessions with companions of mine, newest first.",
            permission=Permission.SEE_TAUGHT_SESSIONS, handle=list_taught, query=SessionQuery, answers=TaughtOut,
        ),
    ]  # fmt: skip
