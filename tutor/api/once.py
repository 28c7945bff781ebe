"""Idempotency keys: what a client sends twice with the same key, because the first answer was lost, is done once."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lms_core.errors import InvalidInput
from storage.answered import AnsweredStore

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,200}")


def key_of(headers: Mapping[str, str]) -> str | None:
    """Raises InvalidInput."""
    key = headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput(
            f"{HEADER} has 1 to 200 printable ASCII characters without blanks; a UUID is best."
        )
    return key


class Once:
    def __init__(self, store: AnsweredStore) -> None:
        self._store = store

    async def done(
        self, person_id: str, route: str, key: str, sent: Any, make: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, bool]:
        """What `make` returns, or returned before, as plain JSON; and whether it was before.

        `sent` is all that the request says, plain JSON. Raises Conflict if the key was used for something else or
        the first request is under way, and whatever `make` raises; then nothing is kept.
        """
        digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
        before = await self._store.begin(person_id, route, key, digest)
        if before is not None:
            return before, True
        try:
            data = await make()
        except BaseException:
            await self._store.forget(person_id, route, key)
            raise
        await self._store.finish(person_id, route, key, data)
        return data, False
