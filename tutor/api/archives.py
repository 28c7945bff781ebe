"""Course archives over REST, and copies of courses, which are made of them."""

import asyncio
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel

from lms_core.errors import Conflict, InvalidInput, NotFound
from lms_core.people import Permission
from tutor.api.courses import CourseOut, course_out
from tutor.api.media import received
from tutor.api.routing import Call, Route, Stream
from tutor.archives.courses import CourseArchives
from tutor.archives.zips import MOST_BYTES

_CHUNK = 1 << 18


class LeftOutOut(BaseModel):
    """A part of the archive that could not be taken."""

    part: str
    reason: str


class ImportedOut(BaseModel):
    course: CourseOut
    left_out: list[LeftOutOut]


def routes(archives: CourseArchives) -> list[Route]:
    async def export(call: Call[None, None]) -> web.StreamResponse:
        async with archives.scratch() as folder:
            course = await archives.export(call.principal, call.path["id"], folder / "course.zip")
            return await _sent(call.request, folder / "course.zip", f"{course.slug}.zip")

    async def take(call: Call[None, None]) -> ImportedOut:
        async with archives.scratch() as folder:
            await _save(call.request, folder / "course.zip")
            course, left_out = await archives.take(call.principal, folder / "course.zip")
        left = [LeftOutOut(part=one.part, reason=one.reason) for one in left_out]
        return ImportedOut(course=course_out(course), left_out=left)

    async def duplicate(call: Call[None, None]) -> CourseOut:
        return course_out(await archives.duplicate(call.principal, call.path["id"]))

    return [
        Route(
            method="POST", path="/courses/{id}/duplicate", summary="A draft of my own that is like this course of mine.",
            permission=Permission.WRITE_COURSES, handle=duplicate, answers=CourseOut, status=201,
            long=True, errors=(NotFound, InvalidInput, Conflict),
        ),
        Route(
            method="GET", path="/courses/{id}/archive", summary="A course of mine with all its content, as a zip file.",
            permission=Permission.WRITE_COURSES, handle=export, answers=Stream("application/zip"),
            errors=(NotFound, Conflict),
        ),
        Route(
            method="POST", path="/courses/import", summary="Make a course of a course archive; it is not published.",
            permission=Permission.WRITE_COURSES, handle=take, takes_file=True, answers=ImportedOut, status=201,
        ),
    ]  # fmt: skip


async def _save(request: web.Request, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in received(request):
            size += len(chunk)
            if size > MOST_BYTES:
                raise InvalidInput(f"The archive is larger than {MOST_BYTES >> 20} MB.")
            await asyncio.to_thread(file.write, chunk)


async def _sent(request: web.Request, path: Path, name: str) -> web.StreamResponse:
    """Not aiohttp's file response, which opens the file when it is gone."""
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    response.content_type = "application/zip"
    response.content_length = (await asyncio.to_thread(path.stat)).st_size
    await response.prepare(request)
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response
