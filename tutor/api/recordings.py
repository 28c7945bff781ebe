"""Recordings of sessions: my word on them, listening, deleting. Only for who is signed in: a voice is no link's to open."""

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel

from lms_core.errors import Conflict, NotFound
from lms_core.people import Permission
from lms_core.recordings import Recording
from storage.recordings import RecordingStore
from tutor.api.routing import Call, Model, Route, Stream
from tutor.recordings.keeper import Recordings
from tutor.recordings.opus_file import MEDIA_TYPE

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class ConsentIn(Model):
    given: bool


class ConsentOut(BaseModel):
    """`possible`: whether the operator lets sessions be recorded at all. `keep_days`: after so many days a recording is
    deleted. `kept`: how many recordings of mine there are."""

    possible: bool
    given_at: datetime | None
    keep_days: int
    kept: int


class RecordingOut(BaseModel):
    """Ogg Opus, the learner on the left, the companion on the right as it was heard. `begins_ms`: where in the talk it
    begins, on the scale of the turns' `input_ms`. `running`: there may come more."""

    begins_ms: int
    duration_ms: int
    size: int
    running: bool
    expires_at: datetime


def recording_out(found: Recording | None) -> RecordingOut | None:
    if found is None:
        return None
    return RecordingOut(
        begins_ms=found.begins_ms, duration_ms=found.duration_ms, size=found.size,
        running=found.ended_at is None, expires_at=found.expires_at,
    )  # fmt: skip


def routes(keeper: Recordings, store: RecordingStore) -> list[Route]:
    async def consent(call: Call[None, None]) -> ConsentOut:
        person_id = call.principal.person_id
        return ConsentOut(
            possible=keeper.possible, given_at=await store.consented_at(person_id), keep_days=keeper.keep_days,
            kept=await store.count(person_id),
        )  # fmt: skip

    async def set_consent(call: Call[None, ConsentIn]) -> ConsentOut:
        act = keeper.consent if call.body.given else keeper.withdraw
        await act(call.principal.person_id)
        return await consent(call)  # type: ignore[arg-type]  # it reads no body

    async def listen(call: Call[None, None]) -> web.FileResponse:
        session_id, me = call.path["id"], call.principal.person_id
        anybodys = call.principal.may(Permission.SEE_ALL_SESSIONS)
        mine = await store.find(session_id, me) is not None
        if not mine and (not anybodys or await store.find(session_id, None) is None):
            raise _nothing(session_id)
        path = await keeper.file(session_id)
        if path is None:
            raise NotFound("The file of this recording is not on this server.")
        if not mine:
            await keeper.heard(session_id, me)
        response = web.FileResponse(path, headers=_HEADERS)
        response.content_type = MEDIA_TYPE
        return response

    async def delete(call: Call[None, None]) -> None:
        if not await keeper.delete(call.principal.person_id, call.path["id"]):
            raise _nothing(call.path["id"])

    async def delete_all(call: Call[None, None]) -> None:
        await keeper.delete(call.principal.person_id)

    own, learn = Permission.OWN_ACCOUNT, Permission.LEARN
    return [
        Route(
            method="GET", path="/me/recording-consent", permission=own, handle=consent, answers=ConsentOut,
            summary="Whether my sessions are recorded, and since when I want that.",
        ),
        Route(
            method="PUT", path="/me/recording-consent", permission=own, handle=set_consent, body=ConsentIn,
            answers=ConsentOut, errors=(Conflict,),
            summary="Have my sessions recorded from the next one on, or at once no longer; what there is stays.",
        ),
        Route(
            method="DELETE", path="/me/recordings", permission=own, handle=delete_all, answers=None,
            summary="Delete all recordings of mine.",
        ),
        Route(
            method="GET", path="/sessions/{id}/recording", permission=learn, handle=listen,
            answers=Stream(MEDIA_TYPE, ranges=True), errors=(NotFound,),
            summary="The sound of a session of mine, whole or in ranges.",
        ),
        Route(
            method="DELETE", path="/sessions/{id}/recording", permission=learn, handle=delete, answers=None,
            errors=(NotFound,), summary="Delete the recording of a session of mine; the transcript stays.",
        ),
    ]  # fmt: skip


def _nothing(session_id: str) -> NotFound:
    return NotFound(f"There is no recording of a session '{session_id}', or it is not yours.")
