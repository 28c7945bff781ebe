"""What pages show of recordings: one's own word on them, and a player beside a transcript."""

from typing import Any

from lms_core.sessions import StoredItem, StoredSession
from tutor.panel.visit import Visit


async def consent(visit: Visit) -> dict[str, Any]:
    """`possible` False and nothing `kept`: there is nothing to say about recordings."""
    store, keeper, person_id = visit.stores.recordings, visit.behind.recordings, visit.viewer.person_id
    return {
        "possible": keeper.possible, "days": keeper.keep_days, "kept": await store.count(person_id),
        "given_at": await store.consented_at(person_id),
    }  # fmt: skip


async def offered(visit: Visit) -> bool:
    """Talks could be recorded, and this person's are not."""
    if not visit.behind.recordings.possible:
        return False
    return await visit.stores.recordings.consented_at(visit.viewer.person_id) is None


async def of(visit: Visit, session: StoredSession) -> dict[str, Any] | None:
    """The recording of a session that the viewer may read, if there is one that can be played here."""
    found = await visit.stores.recordings.find(session.id, session.person_id)
    if found is None or await visit.behind.recordings.file(session.id) is None:
        return None
    return {
        "begins_ms": found.begins_ms, "running": found.ended_at is None, "expires_at": found.expires_at,
        "mine": session.person_id == visit.viewer.person_id,
    }  # fmt: skip


def place(item: StoredItem, recording: dict[str, Any] | None) -> float | None:
    """Where in the recording a turn begins, in seconds; None if it is not in it."""
    if recording is None or item.input_ms is None or item.input_ms < recording["begins_ms"]:
        return None
    return float(item.input_ms - recording["begins_ms"]) / 1000
