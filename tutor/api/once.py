"""Idempotency keys: what a client sends twice with the same key, because the first answer was lost, is done once."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from lms_core.errors import InvalidInput

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


def digest_of(sent: Any) -> str:
    """`sent` is all that the request says, plain JSON."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
