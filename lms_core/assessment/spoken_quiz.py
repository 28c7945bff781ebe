"""What minds note of a quiz that they ask by voice: in the session's memory, until the session's end stores it."""

from collections.abc import Mapping
from typing import Any

_KEY = "quiz_answers"
_LONGEST = 500
_MOST = 100


def with_answer(memory: Mapping[str, Any], item_id: str, said: str) -> dict[str, Any]:
    """The memory with what the learner said first to this item; later tries, after hints, do not count."""
    known = spoken_answers(memory)
    if not item_id or item_id in known or len(known) >= _MOST:
        return dict(memory)
    return {**memory, _KEY: {**known, item_id: said[:_LONGEST]}}


def spoken_answers(memory: Mapping[str, Any]) -> dict[str, str]:
    """By item; what another version or mind left that does not fit is ignored."""
    known = memory.get(_KEY)
    if not isinstance(known, Mapping):
        return {}
    return {key: said for key, said in known.items() if isinstance(key, str) and isinstance(said, str)}
