"""Links to uploaded files, good for whoever holds them until they expire: how a page shows a lesson's pictures."""

from datetime import datetime

from lms_core import media
from storage.database import Database
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
