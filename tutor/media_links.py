"""Links to uploaded files, good for whoever holds them until they expire: how a page shows a lesson's pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lms_core import media
from lms_core.media import Media
from lms_core.media_references import uploaded
from storage.database import Database
from storage.media import MediaStore
from storage.secrets import secret


class MediaLinks:
    """Signs and checks with a key that all servers of a database share."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    async def make(self, media_id: str, now: datetime) -> tuple[str, int]:
        """The path and query, and when it expires, in seconds since 1970."""
        expires = media.expiry(now)
        signed = media.signature(await self._secret(), media_id, expires)
        return f"/api/v1/media/{media_id}/content?expires={expires}&signature={signed}", expires

    async def opens(self, media_id: str, expires: int, signature: str, now: datetime) -> bool:
        return media.opens(await self._secret(), media_id, expires, signature, now)

    async def _secret(self) -> bytes:
        if self._key is None:
            self._key = await secret(self._database, "media_links")
        return self._key


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file and a link to it; `expires` in seconds since 1970."""

    media: Media
    url: str
    expires: int


class NamedFiles:
    """The files that texts of courses name, for whoever may read the texts."""

    def __init__(self, store: MediaStore, links: MediaLinks) -> None:
        self._store, self._links = store, links

    async def of(self, author_id: str | None, texts: Iterable[str]) -> list[OpenFile]:
        """In order. Files of the author's own only: naming another's opens nothing."""
        if author_id is None:
            return []
        found = [await self._store.find(one, author_id) for one in uploaded(texts)]
        return [
            OpenFile(one, *await self._links.make(one.id, datetime.now(UTC)))
            for one in found
            if one is not None
        ]
