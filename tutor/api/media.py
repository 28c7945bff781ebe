"""Files for lessons: upload, links that expire, and the bytes in ranges."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field

from lms_core import media as rules
from lms_core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from lms_core.jobs import JobState
from lms_core.media import Media, PartRole
from lms_core.people import Permission, Principal, Role
from storage.courses import CourseStore
from storage.media import MediaStore
from tutor.api.routing import Call, Model, Page, Paging, Route, Stream
from tutor.media_links import MediaLinks, OpenFile, OpenFiles

_STALL_SECONDS = 30.0  # how long an upload may send nothing
_LOCKED_DOWN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}


class UploadQuery(Model):
    name: str = Field(min_length=1, max_length=rules.NAME_LENGTH)
    course: str = Field("", max_length=100, description="For this course of mine: the file is its author's.")


class LinkQuery(Model):
    expires: int = Field(ge=0, le=1 << 40)
    signature: str = Field(max_length=64)


class PartOut(BaseModel):
    """A file that was made of another; `url` opens it as long as that of the whole."""

    url: str
    media_type: str
    size: int
    width: int | None
    height: int | None


class MediaOut(BaseModel):
    """`url` opens the file for whoever holds it, until `expires_at`.

    `state`: of the job `job_id` that looks into it, null where there is none to do; `message` says what is under way, or why it
    failed and what to do. `rendition`: what browsers show instead of the file, where that is another; `poster`: a picture of a film.
    """

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    url: str
    expires_at: datetime
    width: int | None
    height: int | None
    duration_seconds: float | None
    codecs: str | None
    state: JobState | None
    job_id: str | None
    message: str | None
    rendition: PartOut | None
    poster: PartOut | None
    captions: PartOut | None


def media_out(one: OpenFile) -> MediaOut:
    """As its owner sees it."""
    found, job = one.media, one.job
    parts = {role.value: part_out(one.parts[role]) if role in one.parts else None for role in PartRole}
    return MediaOut(
        **asdict(found), **parts, url=one.url, expires_at=datetime.fromtimestamp(one.expires, UTC),
        duration_seconds=None if found.duration_ms is None else found.duration_ms / 1000,
        state=job and job.state, job_id=job and job.id, message=job and job.message,
    )  # fmt: skip


def part_out(part: tuple[Media, str]) -> PartOut:
    found, url = part
    return PartOut(
        url=url, media_type=found.media_type, size=found.size, width=found.width, height=found.height
    )


def routes(
    store: MediaStore, links: MediaLinks, files: OpenFiles, courses: CourseStore, begun: Callable[[], None]
) -> list[Route]:
    """`begun` is called when a job was."""

    async def shown(found: Media) -> MediaOut:
        return media_out((await files.of([found]))[0])

    async def upload(call: Call[UploadQuery, None]) -> MediaOut:
        owner = call.principal.person_id
        if (
            call.query.course
        ):  # texts show files of their course's author only, and an admin may write in it too
            owner = (await courses.to_edit(call.principal, call.query.course)).author_id or owner
        stored = await store.add(owner, call.query.name, received(call.request))
        begun()
        return await shown(stored)

    async def list_media(call: Call[Paging, None]) -> Page:
        found, total = await store.of(call.principal.person_id, page=call.query.page, limit=call.query.limit)
        return Page([media_out(one) for one in await files.of(found)], total)

    async def get_media(call: Call[None, None]) -> MediaOut:
        found = await store.find(call.path["id"], _owner(call.principal))
        if found is None:
            raise _nothing(call.path["id"])
        return await shown(found)

    async def remove(call: Call[None, None]) -> None:
        if not await store.remove(call.path["id"], _owner(call.principal)):
            raise _nothing(call.path["id"])

    async def content(call: Call[LinkQuery, None]) -> web.StreamResponse:
        media_id, query, now = call.path["id"], call.query, datetime.now(UTC)
        if not await links.opens(media_id, query.expires, query.signature, now):
            raise NotPermitted("This link has expired or is not ours; ask for a fresh one.")
        found = await store.find(media_id)
        if found is None:
            raise _nothing(media_id)
        return _served(store, found, most_age=query.expires - int(now.timestamp()))

    return [
        Route(
            method="POST", path="/media", summary="Upload a file.", permission=Permission.WRITE_COURSES,
            handle=upload, query=UploadQuery, takes_file=True, answers=MediaOut, status=201, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/media", summary="My files, the newest first.",
            permission=Permission.WRITE_COURSES, handle=list_media, query=Paging, answers=MediaOut,
        ),
        Route(
            method="GET", path="/media/{id}", summary="One of my files, with a link that expires.",
            permission=Permission.WRITE_COURSES, handle=get_media, answers=MediaOut, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/media/{id}", summary="Delete one of my files, unless a course of mine shows it.",
            permission=Permission.WRITE_COURSES, handle=remove, answers=None, errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/media/{id}/content", summary="The file itself, whole or in ranges, by its link.",
            permission=None, handle=content, query=LinkQuery, answers=Stream("*/*", ranges=True),
            errors=(NotFound, NotPermitted),
        ),
    ]  # fmt: skip


async def received(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises InvalidInput if it stalls."""
    try:
        while chunk := await asyncio.wait_for(request.content.readany(), _STALL_SECONDS):
            yield chunk
    except TimeoutError as error:
        raise InvalidInput(f"The upload sent nothing for {_STALL_SECONDS:.0f} seconds; try again.") from error


def _served(store: MediaStore, found: Media, *, most_age: int) -> web.FileResponse:
    """aiohttp's own file response: ranges, If-Range, and from disk to socket without passing through us."""
    response = web.FileResponse(store.path(found.sha256), headers=_LOCKED_DOWN)
    response.content_type = found.media_type
    response.headers["Cache-Control"] = f"private, max-age={most_age}, immutable"
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name, safe='')}"
    return response


def _owner(principal: Principal) -> str | None:
    """Whose files one may see: one's own, or as an admin everybody's."""
    return None if principal.role is Role.ADMIN else principal.person_id


def _nothing(media_id: str) -> NotFound:
    return NotFound(f"There is no file '{media_id}', or it is not yours.")
