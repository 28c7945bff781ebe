"""The files that lessons and courses name (`media:<id>`), with links that open them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import BaseModel

from lms_core.errors import NotFound
from lms_core.media_references import uploaded
from lms_core.people import Permission
from storage.courses import CourseStore
from storage.lessons import LessonStore
from storage.media import MediaStore
from tutor.api.media import MediaOut
from tutor.api.routing import Call, Route
from tutor.media_links import MediaLinks


class NamedFilesOut(BaseModel):
    files: list[MediaOut]


def routes(courses: CourseStore, lessons: LessonStore, media: MediaStore, links: MediaLinks) -> list[Route]:
    async def named(author_id: str | None, texts: Iterable[str]) -> NamedFilesOut:
        """Files of the author's own: naming another's opens nothing."""
        if author_id is None:
            return NamedFilesOut(files=[])
        found = [await media.find(one, author_id) for one in uploaded(texts)]
        files = []
        for one in found:
            if one is not None:
                url, expires = await links.make(one.id, datetime.now(UTC))
                files.append(
                    MediaOut(**asdict(one), url=url, expires_at=datetime.fromtimestamp(expires, UTC))
                )
        return NamedFilesOut(files=files)

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
