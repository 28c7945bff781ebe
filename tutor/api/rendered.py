"""How Markdown looks to learners, before it is saved."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from lms_core.errors import NotFound
from lms_core.media_references import with_names
from lms_core.people import Permission
from storage.courses import CourseStore
from tutor.api.lessons import Content
from tutor.api.rates import Rates
from tutor.api.routing import Call, Model, Route
from tutor.media_links import NamedFiles

_AT_ONCE = 2  # texts being rendered; a long one takes a thread for a while


class TextIn(Model):
    text: Content


class RenderedOut(BaseModel):
    html: Annotated[str, Field(description="Safe to show: what is HTML in the text is text in it")]


def routes(courses: CourseStore, files: NamedFiles, render: Callable[[str], str]) -> list[Route]:
    rates, turn = Rates(per_second=2, burst=20), asyncio.Semaphore(_AT_ONCE)

    async def preview(call: Call[None, TextIn]) -> RenderedOut:
        rates.take(call.principal.person_id, time.monotonic())
        course = await courses.to_edit(call.principal, call.path["id"])
        named = await files.of(course.author_id, [call.body.text])
        text = with_names(call.body.text, {one.media.id: one.url for one in named})
        async with turn:
            return RenderedOut(html=await asyncio.to_thread(render, text))

    return [
        Route(
            method="POST", path="/courses/{id}/preview", permission=Permission.WRITE_COURSES, handle=preview,
            summary="How a text would look in a course of mine, as HTML.", body=TextIn, answers=RenderedOut,
            errors=(NotFound,),
        )
    ]  # fmt: skip
