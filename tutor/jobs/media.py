"""What becomes of an uploaded file: looked into, a poster of a film, and what browsers can show where they cannot show it as it is.

What the camera wrote into pictures and films, such as where they were taken, is in none of what is made.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from lms_core.errors import InvalidInput
from lms_core.media import CAPTIONS_JOB, JOB, PartRole
from lms_core.media_plans import PART_SECONDS, Looked, check, film_plan, keeps_sound
from storage.jobs import JobStore
from storage.media import MediaStore
from storage.media_parts import MediaParts
from tutor.jobs.work import GaveUp, Kind, Lane, Work
from tutor.media_tools.runner import run as use

_POSTER_SECONDS = 3.0
_PARTS_FROM, _PARTS_TO = 15, 90
"""Progress between which a film's parts are made."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a job is about. `folder`: for what is under way."""

    id: str
    path: str
    media_type: str
    folder: Path

    @property
    def file(self) -> dict[str, str]:
        return {"path": self.path, "media_type": self.media_type}


class MediaJobs:
    """`captions`: whether a job shall be begun that writes down what is said."""

    def __init__(self, store: MediaStore, parts: MediaParts, jobs: JobStore, *, captions: bool) -> None:
        self._store, self._parts, self._jobs, self._captions = store, parts, jobs, captions
        self.kind = Kind(JOB, self._run, Lane.HEAVY)

    async def _run(self, work: Work) -> None:
        await with_upload(work, self._store, partial(self._work_on, work))

    async def _work_on(self, work: Work, upload: Upload) -> None:
        if upload.media_type.startswith("image/"):
            await self._picture(work, upload)
        else:
            await self._film_or_sound(work, upload)

    async def _picture(self, work: Work, upload: Upload) -> None:
        async def make() -> None:
            await work.tell(10, "The picture is being prepared.")
            out = upload.folder / "picture"
            size = await use("picture", **upload.file, out=str(out))
            await self._parts.know(upload.id, **size)
            await self._parts.put(upload.id, PartRole.RENDITION, out, upload.media_type, **size)

        await work.step("picture", make)

    async def _film_or_sound(self, work: Work, upload: Upload) -> None:
        looked = Looked(**await work.step("look", partial(self._look, work, upload)))
        if looked.video:
            await self._film(work, upload, looked)
        elif not keeps_sound(looked, upload.media_type):
            await work.step("sound", partial(self._sound, work, upload, looked, "sound"))
        elif upload.media_type in ("audio/mp4", "video/mp4", "video/quicktime"):
            await work.step("keep", partial(self._sound, work, upload, looked, "keep"))
        if looked.sound and self._captions:
            await work.step("captions", self._begin_captions(work))

    async def _look(self, work: Work, upload: Upload) -> dict[str, Any]:
        await work.tell(2, "It is being looked at.")
        told: dict[str, Any] = await use("look", **upload.file)
        looked = Looked(**told)
        check(looked)
        sizes = {"width": looked.width, "height": looked.height} if looked.video else {}
        codecs = "/".join(one for one in (looked.video, looked.sound) if one)
        await self._parts.know(upload.id, duration_ms=round(looked.seconds * 1000), codecs=codecs, **sizes)
        return told

    async def _sound(self, work: Work, upload: Upload, looked: Looked, tool: str) -> None:
        await work.tell(20, "The sound is being prepared.")
        out = upload.folder / "sound"
        await use(tool, **upload.file, container="mp4", out=str(out))
        milliseconds = round(looked.seconds * 1000)
        await self._parts.put(upload.id, PartRole.RENDITION, out, "audio/mp4", duration_ms=milliseconds)

    async def _film(self, work: Work, upload: Upload, looked: Looked) -> None:
        plan = film_plan(looked)
        file, folder = upload.file, upload.folder

        async def poster() -> None:
            await work.tell(8, "A picture of the film is being taken.")
            out = folder / "poster"
            at = min(_POSTER_SECONDS, looked.seconds / 3)
            size = await use("poster", **file, at=at, out=str(out))
            await self._parts.put(upload.id, PartRole.POSTER, out, "image/jpeg", **size)

        async def sound() -> None:
            await work.tell(10, "The film's sound is being prepared.")
            await use("sound", **file, container=plan.container, out=str(folder / "sound"))

        async def one(number: int, of: int) -> None:
            progress = _PARTS_FROM + (_PARTS_TO - _PARTS_FROM) * number // of
            await work.tell(progress, f"The film is being prepared for browsers: part {number + 1} of {of}.")
            start = number * PART_SECONDS
            await use(
                "part", **file, start=start, end=start + PART_SECONDS, out=str(folder / f"part-{number}")
            )

        async def join() -> None:
            await work.tell(_PARTS_TO, "The film is being put together.")
            made = None if plan.keep_video else [str(folder / f"part-{number}") for number in range(count)]
            heard = None if not looked.sound else "" if plan.keep_sound else str(folder / "sound")
            out = folder / "film"
            await use("join", **file, container=plan.container, parts=made, sound=heard, out=str(out))
            facts = Looked(**await use("look", path=str(out), media_type=f"video/{plan.container}"))
            await self._parts.put(
                upload.id, PartRole.RENDITION, out, f"video/{plan.container}", width=facts.width,
                height=facts.height, duration_ms=round(facts.seconds * 1000), codecs=f"{facts.video}/{facts.sound}".strip("/"),
            )  # fmt: skip

        await work.step("poster", poster)
        if looked.sound and not plan.keep_sound:
            await work.step("sound", sound)
        count = 0 if plan.keep_video else ceil(looked.seconds / PART_SECONDS)
        for number in range(count):
            await work.step(f"part {number}", partial(one, number, count))
        await work.step("join", join)

    def _begin_captions(self, work: Work) -> Callable[[], Awaitable[None]]:
        return partial(self._jobs.begin_once, CAPTIONS_JOB, work.job.subject, work.job.owner_id)


async def with_upload(work: Work, store: MediaStore, doing: Callable[[Upload], Awaitable[None]]) -> None:
    """The file that the job is about, and a folder that is gone afterwards. Nothing if the file was deleted meanwhile."""
    folder = store.scratch(work.job.id)

    async def find() -> dict[str, str] | None:
        media = await store.find(work.job.subject)
        if media is None:
            return None
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        return {"path": str(store.path(media.sha256)), "media_type": media.media_type}

    async def remove() -> None:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    found = await work.step("find", find)
    if found is None:
        return
    try:
        await doing(Upload(work.job.subject, **found, folder=folder))
    except (InvalidInput, GaveUp):
        await work.step("tidy", remove)
        raise
    await work.step("tidy", remove)
