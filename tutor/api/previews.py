"""Hear a voice and try a companion before it is made."""

import time
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from lms_core.companions import Companion, CompanionStatus
from lms_core.people import Permission, Principal
from storage.companions import CompanionStore
from tutor.api.companions import CompanionIn, Language, Speed, VoiceId
from tutor.api.rates import Rates
from tutor.api.routing import Call, Model, Page, Paging, Route, Stream
from tutor.previews import Previews

_WAV = "audio/wav"


class VoiceOut(BaseModel):
    """`language` is BCP 47."""

    id: str
    name: str
    language: str


class VoiceQuery(Paging):
    language: str = Field("", max_length=20, description="Only voices of this language: en also finds en-GB.")


class SoundIn(Model):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    voice: VoiceId = ""
    speed: Speed = 1.0
    language: Language = "en"


class TurnIn(CompanionIn):
    """A companion, and what a learner says to it; nothing: how it greets."""

    text: str = Field("", max_length=500)


class TurnOut(BaseModel):
    text: str


def routes(previews: Previews, companions: CompanionStore) -> list[Route]:
    rates = Rates(per_second=0.2, burst=10)

    async def list_voices(call: Call[VoiceQuery, None]) -> Page:
        query, wanted = call.query, call.query.language.lower()
        found = [
            VoiceOut(id=one.id, name=one.name, language=one.language)
            for one in previews.voices
            if not wanted or f"{one.language.lower()}-".startswith(f"{wanted}-")
        ]
        return Page(query.of(found), len(found))

    async def hear(call: Call[None, SoundIn]) -> web.Response:
        take(call.principal)
        body = call.body
        sound = await previews.sound(body.text, voice=body.voice, speed=body.speed, language=body.language)
        return web.Response(body=sound, content_type=_WAV, headers={"Cache-Control": "no-store"})

    async def try_turn(call: Call[None, TurnIn]) -> TurnOut:
        take(call.principal)
        previews.check_voice(call.body.voice)
        draft = Companion(
            id="preview", slug="preview", status=CompanionStatus.DRAFT, author_id=call.principal.person_id,
            **call.body.model_dump(exclude={"text"}),
        )  # fmt: skip
        lesson = await companions.lesson_of_draft(call.principal, draft)
        return TurnOut(text=await previews.answer(draft, lesson, call.body.text.strip()))

    def take(asker: Principal) -> None:
        rates.take(asker.person_id, time.monotonic())

    return [
        Route(
            method="GET", path="/voices", summary="The voices that companions can have here, the default one first.",
            permission=Permission.BROWSE, handle=list_voices, query=VoiceQuery, answers=VoiceOut,
        ),
        Route(
            method="POST", path="/voices/preview", summary="Hear a voice say something.",
            permission=Permission.MAKE_COMPANIONS, handle=hear, body=SoundIn, answers=Stream(_WAV),
        ),
        Route(
            method="POST", path="/companions/preview-turn", summary="What a companion that is not made yet would answer.",
            permission=Permission.MAKE_COMPANIONS, handle=try_turn, body=TurnIn, answers=TurnOut,
        ),
    ]  # fmt: skip
