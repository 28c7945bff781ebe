"""The files that lessons and courses name (`media:<id>`), with links that open them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import BaseModel

from lms_core.errors import NotFound
from lms_core.jobs import JobState
from lms_core.media import PartRole
from lms_core.people import Permission
from storage.courses import CourseStore
from storage.lessons import LessonStore
from tutor.api.media import PartOut, part_out
from tutor.api.routing import Call, Route
from tutor.media_links import NamedFiles, OpenFile


class NamedFileOut(BaseModel):
    """A file as learners see it: made for browsers, and without what a camera wrote into it. `url` is null while it is not ready."""

    id: str
    name: str
    state: JobState | None
    media_type: str
    url: str | None
    expires_at: datetime
    width: int | None
    height: int | None
    duration_seconds: float | None
    poster: PartOut | None
    captions: PartOut | None


class NamedFilesOut(BaseModel):
    files: list[NamedFileOut]


def _out(one: OpenFile) -> NamedFileOut:
    shown, url = one.for_learners or (one.media, None)
    poster, captions = (one.parts.get(role) for role in (PartRole.POSTER, PartRole.CAPTIONS))
    return NamedFileOut(
        id=one.media.id, name=one.media.name, state=one.job and one.job.state, media_type=shown.media_type, url=url,
        expires_at=datetime.fromtimestamp(one.expires, UTC), width=shown.width, height=shown.height,
        duration_seconds=None if shown.duration_ms is None else shown.duration_ms / 1000,
        poster=poster and part_out(poster), captions=captions and part_out(captions),
    )  # fmt: skip


def routes(courses: CourseStore, lessons: LessonStore, files: NamedFiles) -> list[Route]:
    async def named(author_id: str | None, texts: Iterable[str]) -> NamedFilesOut:
        return NamedFilesOut(files=[_out(one) for one in await files.of(author_id, texts)])

    async def of_lesson(call: Call[None, None]) -> NamedFilesOut:
        lesson = await lessons.read(call.principal, call.path["id"])
        return await named(await lessons.author_of(lesson.id), [lesson.content])

    async def of_course(call: Call[None, None]) -> NamedFilesOut:
        course = await courses.seen(call.principal, call.path["id"])
        if course is None:
            raise NotFound(f"There is no course '{call.path['id']}'.")
        return await named(course.author_id, [course.description, course.thumbnail, course.banner])

    return [
        Route(
            method="GET", path="/lessons/{id}/media", summary="The files that a lesson names, with links that expire.",
            permission=Permission.BROWSE, handle=of_lesson, answers=NamedFilesOut, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/courses/{id}/media", summary="The files that a course's description and pictures name.",
            permission=Permission.BROWSE, handle=of_course, answers=NamedFilesOut, errors=(NotFound,),
        ),
    ]  # fmt: skip
