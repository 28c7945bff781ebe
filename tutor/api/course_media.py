"""The files that lessons and courses name (`media:<id>`), with links that open them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import BaseModel

from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.courses import CourseStore
from storage.lessons import LessonStore
from tutor.api.media import MediaOut
from tutor.api.routing import Call, Route
from tutor.media_links import NamedFiles


class NamedFilesOut(BaseModel):
    files: list[MediaOut]


def routes(courses: CourseStore, lessons: LessonStore, files: NamedFiles) -> list[Route]:
    async def named(author_id: str | None, texts: Iterable[str]) -> NamedFilesOut:
        found = await files.of(author_id, texts)
        return NamedFilesOut(files=[
            MediaOut(**asdict(one.media), url=one.url, expires_at=datetime.fromtimestamp(one.expires, UTC))
            for one in found
        ])  # fmt: skip

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
