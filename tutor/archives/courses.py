"""Courses out of the database into archives, and back with their media."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lms_core.courses import Course
from lms_core.errors import InvalidInput
from lms_core.media import Media
from lms_core.media_references import archived, archived_name, to_uploaded, uploaded, with_names
from lms_core.people import Principal
from storage.media import MediaStore
from storage.whole_courses import WholeCourse, WholeCourseStore
from tutor.archives.apart import unpack_cartridge_apart
from tutor.archives.cartridge import MANIFEST
from tutor.archives.course_file import (
    CourseFile,
    MediaFile,
    content_name,
    course_file,
    read,
    whole_course,
    written,
)
from tutor.archives.outgoing import Outgoing
from tutor.archives.unpacked import LeftOut, Unpacked
from tutor.archives.zips import ZipReader, ZipWriter

_AT_ONCE = 2
_MOST_CONTENT = 800_000  # bytes; a lesson has at most 200,000 characters
_MOST_CHARACTERS = 200_000
CONTENTS = "course.json"


class CourseArchives:
    """`folder` is for files under way."""

    def __init__(
        self, courses: WholeCourseStore, media: MediaStore, outgoing: Outgoing, folder: Path
    ) -> None:
        self._courses, self._media, self._outgoing, self._folder = courses, media, outgoing, folder
        self._places = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A folder that is gone afterwards."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder)

    async def export(self, editor: Principal, course_ref: str, target: Path) -> Course:
        """Write a course of the editor's own. Raises NotFound, Conflict while a file of it is not ready."""
        whole = await self._courses.read(editor, course_ref)
        files = await self._outgoing.of(whole.course.author_id, uploaded(whole.texts()))
        async with self._places:
            await asyncio.to_thread(self._write, whole, files, target)
        return whole.course

    async def take(
        self, author: Principal, source: Path, title: str | None = None
    ) -> tuple[Course, tuple[LeftOut, ...]]:
        """A new course of the author's, not published; `title` instead of its own.

        Raises InvalidInput; nothing is stored then.
        """
        async with self._places:
            return await self._take(author, source, title)

    async def duplicate(self, editor: Principal, course_ref: str) -> Course:
        """A draft of the editor's own that is like this one, its files too. Raises NotFound, InvalidInput, Conflict."""
        async with self.scratch() as folder:
            course = await self.export(editor, course_ref, folder / "course.zip")
            made, _ = await self.take(editor, folder / "course.zip", f"{course.title[:190]} (copy)")
        return made

    async def _take(
        self, author: Principal, source: Path, title: str | None
    ) -> tuple[Course, tuple[LeftOut, ...]]:
        with await asyncio.to_thread(ZipReader, source) as archive:
            if is_cartridge(archive):
                unpacked = await asyncio.to_thread(unpack_cartridge_apart, source)
            else:
                unpacked = await asyncio.to_thread(unpack, archive)
            ids: dict[str, str] = {}
            try:
                for known_as, (member, name) in unpacked.media.items():
                    stored = await self._media.add(author.person_id, name, _paced(archive.chunks(member)))
                    ids[known_as] = stored.id
                whole = unpacked.whole.with_texts(lambda text: to_uploaded(text, ids))
                if title is not None:
                    whole = replace(whole, course=replace(whole.course, title=title))
                return await self._courses.add(author, whole), unpacked.left_out
            except BaseException:
                for media_id in ids.values():
                    await self._media.remove(media_id)
                raise

    def _write(self, whole: WholeCourse, files: Mapping[str, Media], target: Path) -> None:
        """`files` by the id that the texts name."""
        names = {known_as: archived_name(one.sha256, one.media_type) for known_as, one in files.items()}
        named = sorted(files.items(), key=lambda one: one[1].name, reverse=True)
        by_name = {names[known_as]: one for known_as, one in named}
        plain = whole.with_texts(lambda text: with_names(text, names))
        listed = tuple(MediaFile(file=name, name=one.name) for name, one in sorted(by_name.items()))
        with ZipWriter(target) as archive:
            archive.text(CONTENTS, written(course_file(plain, listed)))
            for module in plain.modules:
                for one in module.lessons:
                    archive.text(content_name(one.lesson.slug), one.lesson.content)
            for name, media in sorted(by_name.items()):
                archive.file(name, self._media.path(media.sha256))


def is_cartridge(archive: ZipReader) -> bool:
    return CONTENTS not in archive.names and MANIFEST in archive.names


def unpack(archive: ZipReader) -> Unpacked:
    """Viva's own archive. Raises InvalidInput if it is none, or damaged."""
    if CONTENTS not in archive.names:
        raise InvalidInput(f"This is no course archive: it has neither {CONTENTS} nor {MANIFEST}.")
    file = read(archive.text(CONTENTS))
    whole = whole_course(file, {slug: _content(archive, slug) for slug in _slugs(file)})
    named = archived(whole.texts())
    return Unpacked(whole, {one.file: (one.file, one.name) for one in file.media if one.file in named})


def _slugs(file: CourseFile) -> Iterator[str]:
    return (lesson.slug for module in file.modules for lesson in module.lessons)


def _content(archive: ZipReader, slug: str) -> str:
    text = archive.text(content_name(slug), _MOST_CONTENT)
    if len(text) > _MOST_CHARACTERS or "\0" in text:
        raise InvalidInput(
            f"The lesson '{slug}' has more than {_MOST_CHARACTERS} characters, or the character NUL."
        )
    return text


async def _paced(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read in a thread, so that nobody waits."""
    while chunk := await asyncio.to_thread(next, chunks, b""):
        yield chunk
