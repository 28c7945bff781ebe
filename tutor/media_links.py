"""Links to uploaded files, good for whoever holds them until they expire: how a page shows a lesson's pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from lms_core import media
from lms_core.jobs import Job
from lms_core.media import JOB, Media, PartRole, shown_to_learners
from lms_core.media_references import uploaded, with_names
from storage.jobs import JobStore
from storage.media import MediaStore
from storage.media_parts import MediaParts
from storage.secrets import SigningKeys

PREPARING = "/static/preparing.svg"
"""Stands where a file is not ready."""


class MediaLinks:
    """Signs and checks with a key that all servers of a database share."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    async def make(self, media_id: str, now: datetime) -> tuple[str, int]:
        """The path and query, and when it expires, in seconds since 1970."""
        expires = media.expiry(now)
        signed = media.signature(await self._secret(), media_id, expires)
        return f"/api/v1/media/{media_id}/content?expires={expires}&signature={signed}", expires

    async def opens(self, media_id: str, expires: int, signature: str, now: datetime) -> bool:
        return media.opens(await self._secret(), media_id, expires, signature, now)

    async def _secret(self) -> bytes:
        return await self._keys.key("media_links")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An uploaded file, what was made of it and by which job, and links to all; `expires` in seconds since 1970."""

    media: Media
    url: str
    expires: int
    job: Job | None
    parts: Mapping[PartRole, tuple[Media, str]]

    @property
    def for_learners(self) -> tuple[Media, str] | None:
        """What they are shown instead, and its link."""
        rendition = self.parts.get(PartRole.RENDITION)
        state = self.job.state if self.job else None
        shown = shown_to_learners(state, rendition[0] if rendition else None, self.media)
        if shown is None:
            return None
        return shown, rendition[1] if rendition else self.url

    def address(self, shown: tuple[Media, str] | None) -> str:
        """For the place of a picture in Markdown: a film or sound says behind a # what a page has to know of it."""
        if shown is None:
            return PREPARING
        kind = shown[0].media_type.partition("/")[0]
        if kind not in ("video", "audio"):
            return shown[1]
        beside = {
            role.value: self.parts[role][1]
            for role in (PartRole.POSTER, PartRole.CAPTIONS)
            if role in self.parts
        }
        return f"{shown[1]}#{urlencode({'kind': kind} | beside)}"


class OpenFiles:
    """Uploaded files with links."""

    def __init__(self, parts: MediaParts, jobs: JobStore, links: MediaLinks) -> None:
        self._parts, self._jobs, self._links = parts, jobs, links

    async def of(self, files: Sequence[Media]) -> list[OpenFile]:
        ids = [one.id for one in files]
        parts, jobs, now = await self._parts.of(ids), await self._jobs.about(JOB, ids), datetime.now(UTC)
        opened = []
        for one in files:
            beside = {
                role: (part, (await self._links.make(part.id, now))[0])
                for role, part in parts.get(one.id, {}).items()
            }
            opened.append(OpenFile(one, *await self._links.make(one.id, now), jobs.get(one.id), beside))
        return opened


class NamedFiles:
    """The files that texts of courses name, for whoever may read the texts."""

    def __init__(self, store: MediaStore, files: OpenFiles) -> None:
        self._store, self._files = store, files

    async def of(self, author_id: str | None, texts: Iterable[str]) -> list[OpenFile]:
        """In order. Files of the author's own only: naming another's opens nothing."""
        if author_id is None:
            return []
        found = [await self._store.find(one, author_id) for one in uploaded(texts)]
        return await self._files.of([one for one in found if one is not None])


def linked(text: str, files: Iterable[OpenFile], *, writing: bool = False) -> str:
    """The text with addresses instead of the files that it names. Who is `writing` it sees also what is not ready."""
    return with_names(text, {
        one.media.id: one.address(one.for_learners or ((one.media, one.url) if writing else None)) for one in files
    })  # fmt: skip
