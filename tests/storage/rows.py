"""A companion, a learner, sessions, and what a turn writes."""

from lms_core.companions import Companion, Subject
from lms_core.people import Person, Role
from lms_core.sessions import SaveItem, SaveMetrics, SaveSnapshot, StoredItem, Write
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.sessions import SessionStore

ADA = Companion("comp_ada", "ada", "Ada", Subject.MATHS, "fractions")


async def learner_with_sessions(database: Database, *session_ids: str) -> Person:
    learner = await AccountStore(database).add_person("Lena", Role.LEARNER)
    companions = CompanionStore(database)
    if await companions.find(ADA.id) is None:
        await companions.add(ADA)
    for session_id in session_ids:
        await SessionStore(database).open(session_id, ADA.id, learner.id, "realtime")
    return learner


def item(
    item_id: str, position: float = 1.0, text: str = "one half", input_ms: int | None = None
) -> StoredItem:
    content = ({"kind": "input_audio", "text": text},)
    return StoredItem(item_id, position, "message", "learner", "completed", content, {}, input_ms)


def turn(session_id: str, number: int) -> list[Write]:
    """What a session commits for one exchange."""
    metrics = {
        "turn": number, "item_id": f"item_{number}", "reply_id": f"resp_{number}", "endpoint_ms": 250.0,
        "endpoint_delay_ms": 240.0, "transcript_ms": None, "first_token_ms": None, "first_audio_ms": None,
        "first_sent_ms": None, "speculations": 1, "speculations_lost": 0,
    }  # fmt: skip
    return [
        SaveItem(session_id, item(f"item_{number}", number)),
        SaveItem(session_id, item(f"reply_{number}", number + 0.5)),
        SaveSnapshot(session_id, {"turns": number}, None),
        SaveMetrics(session_id, metrics),
    ]
