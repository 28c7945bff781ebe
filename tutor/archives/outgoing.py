"""Which files leave in an archive: nothing that tells more than learners may see, such as where a picture was taken."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from lms_core.bare_pictures import is_bare
from lms_core.errors import Conflict
from lms_core.jobs import JobState
from lms_core.media import JOB, Media, PartRole, shown_to_learners
from storage.jobs import JobStore
from storage.media import MediaStore
from storage.media_parts import MediaParts

_LARGEST = 64 << 20  # bytes of a picture that is looked into; of a larger one its rendition goes


class Outgoing:
    def __init__(self, store: MediaStore, parts: MediaParts, jobs: JobStore) -> None:
        self._store, self._parts, self._jobs = store, parts, jobs

    async def of(self, owner_id: str | None, ids: Iterable[str]) -> dict[str, Media]:
        """For each upload of the owner's what leaves: a picture that is nothing but that as it is, else what learners get.

        What learners do not get, because it is broken, is left out. Raises Conflict while one is not ready.
        """
        found = [one for one in [await self._store.find(one, owner_id) for one in ids] if one is not None]
        known = [one.id for one in found]
        parts, jobs = await self._parts.of(known), await self._jobs.about(JOB, known)
        leaving = {}
        for one in found:
            job, rendition = jobs.get(one.id), parts.get(one.id, {}).get(PartRole.RENDITION)
            bare = await asyncio.to_thread(self._bare, one)
            shown = one if bare else shown_to_learners(job.state if job else None, rendition, one)
            if shown is not None:
                leaving[one.id] = shown
            elif job is not None and job.state is not JobState.FAILED:
                raise Conflict(f"'{one.name}' is still being prepared; try again when it is ready.")
        return leaving

    def _bare(self, one: Media) -> bool:
        path: Path = self._store.path(one.sha256)
        picture = one.media_type.startswith("image/") and one.size <= _LARGEST
        return picture and path.is_file() and is_bare(one.media_type, path.read_bytes())
