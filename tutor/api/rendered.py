"""How Markdown looks to learners: in a course before it is saved, and beside a talk."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.companions import CompanionStore
from storage.courses import CourseStore
from storage.lessons import LessonStore
from storage.sessions import SessionStore
from tutor.api.courses import Text
from tutor.api.lessons import Content
from tutor.api.rates import Rates
from tutor.api.routing import Call, Model, Route
from tutor.media_links import NamedFiles, linked

_AT_ONCE = 2  # texts being rendered; a long one takes a thread for a while


class TextIn(Model):
    text: Content


class CardIn(Model):
    """What a companion shows is short."""

    text: Text


class RenderedOut(BaseModel):
    html: Annotated[str, Field(description="Safe to show: what is HTML in the text is text in it")]


def routes(
    courses: CourseStore, sessions: SessionStore, lessons: LessonStore, companions: CompanionStore,
    files: NamedFiles, render: Callable[[str], str],
) -> list[Route]:  # fmt: skip
    rates, turn = Rates(per_second=2, burst=20), asyncio.Semaphore(_AT_ONCE)

    async def preview(call: Call[None, TextIn]) -> RenderedOut:
        rates.take(call.principal.person_id, time.monotonic())
        course = await courses.to_edit(call.principal, call.path["id"])
        named = await files.of(course.author_id, [call.body.text])
        return await rendered(linked(call.body.text, named, writing=True))

    async def card(call: Call[None, CardIn]) -> RenderedOut:
        rates.take(call.principal.person_id, time.monotonic())
        session = await sessions.find(call.path["id"], call.principal.person_id)
        if session is None:
            raise NotFound(f"There is no session '{call.path['id']}', or it is not yours.")
        lesson = await companions.lesson(session.lesson_id)
        if lesson is None:
            return await rendered(call.body.text)
        # Of the author's files those that the lesson shows, whatever the text names.
        theirs = await files.of(await lessons.author_of(lesson.id), [lesson.content])
        return await rendered(linked(call.body.text, theirs))

    async def rendered(text: str) -> RenderedOut:
        async with turn:
            return RenderedOut(html=await asyncio.to_thread(render, text))

    return [
        Route(
            method="POST", path="/courses/{id}/preview", permission=Permission.WRITE_COURSES, handle=preview,
            summary="How a text would look in a course of mine, as HTML.", body=TextIn, answers=RenderedOut,
            errors=(NotFound,),
        ),
        Route(
            method="POST", path="/sessions/{id}/rendered", permission=Permission.LEARN, handle=card, body=CardIn,
            summary="How a text that the companion of my session shows looks, as HTML with the lesson's pictures.",
            answers=RenderedOut, errors=(NotFound,),
        ),
    ]  # fmt: skip
