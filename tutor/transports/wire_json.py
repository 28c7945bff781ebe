"""JSON as clients send it: an object, and nested no deeper than we can send it back and store it."""

from typing import Any

import orjson

from tutor.transports.wire_errors import WireError

_MOST_DEPTH = 64


def read_object(message: bytes | str) -> dict[str, Any]:
    """Raises WireError `invalid_json`."""
    try:
        data = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise WireError("invalid_json", f"The message is not valid JSON: {error}.") from None
    if type(data) is not dict:
        raise WireError("invalid_json", "The message is not a JSON object.")
    if not _fits(data, _MOST_DEPTH):
        raise WireError("invalid_json", f"The message is nested deeper than {_MOST_DEPTH} levels.")
    return data


def _fits(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_fits(one, depth - 1) for one in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_fits(one, depth - 1) for one in value)
    return True
