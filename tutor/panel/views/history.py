"""My sessions, and what was said in one."""

from collections.abc import Sequence
from typing import Any

from lms_core.errors import NotFound
from lms_core.people import Permission
from lms_core.sessions import StoredItem, StoredSession
from tutor.panel.views import recordings
from tutor.panel.visit import PAGE_LENGTH, Visit


async def sessions(visit: Visit) -> dict[str, Any]:
    found, total = await visit.stores.sessions.recent(
        visit.viewer.person_id, page=visit.page, limit=PAGE_LENGTH
    )
    return {
        "sessions": await with_companions(visit, found),
        "total": total,
        "page": visit.page,
        "limit": PAGE_LENGTH,
        "may_record": await recordings.offered(visit),
    }


async def transcript(visit: Visit) -> dict[str, Any]:
    """Raises NotFound unless it is one's own, or of a learner of one's own; admins read all."""
    sessions, session_id = visit.stores.sessions, visit.request.match_info["id"]
    anybodys = visit.viewer.may(Permission.SEE_ALL_SESSIONS)
    found = await sessions.find(session_id, None if anybodys else visit.viewer.person_id)
    hears = found is not None  # who only teaches the learner reads what was said
    found = found or await visit.stores.learners.talk(visit.viewer, session_id)
    if found is None:
        raise NotFound(visit.t("history.not_found"))
    recording = await recordings.of(visit, found) if hears else None
    mine = found.person_id == visit.viewer.person_id
    if not mine:
        await visit.stores.audit.transcript_read(visit.viewer, found.person_id, found.id)
    whose = None if mine else (await visit.stores.people.names([found.person_id])).get(found.person_id)
    said = [
        _said(item) | {"at": recordings.place(item, recording)} for item in await sessions.items(found.id)
    ]
    (known,) = await with_companions(visit, [found])
    return {**known, "recording": recording, "whose": whose, "said": [one for one in said if one["text"]]}


async def with_companions(visit: Visit, found: Sequence[StoredSession]) -> list[dict[str, Any]]:
    """Each session with its companion, whatever became of that since."""
    companions = await visit.stores.companions.several({one.companion_id for one in found})
    return [
        {"session": one, "companion": companions.get(one.companion_id), "seconds": _seconds(one),
         "summary": one.snapshot.get("summary", "")}
        for one in found
    ]  # fmt: skip


def _seconds(session: StoredSession) -> float | None:
    return (session.ended_at - session.started_at).total_seconds() if session.ended_at else None


def _said(item: StoredItem) -> dict[str, Any]:
    text = " ".join(part["text"] for part in item.content if part["text"])
    return {"role": item.role, "text": text, "cut": item.status == "incomplete"}
