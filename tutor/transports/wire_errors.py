"""Errors as the Realtime protocol writes them."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pydantic
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=pydantic.BaseModel)

_UNION_TAGS = frozenset(
    ("server_vad", "semantic_vad", "as_text", "as_object", "message", "function_call", "function_call_output",
     "item_reference")
)  # fmt: skip
"""What pydantic puts into the path of an error for the chosen member of a union; clients do not know it."""

_SERVER_CODES = frozenset(("internal_error", "storage_failed", "transcription_failed", "mind_failed"))


class WireError(Exception):
    """A client event cannot be carried out; becomes an `error` event and never closes the session."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


def error_body(
    code: str, message: str, param: str | None = None, event_id: str | None = None
) -> dict[str, Any]:
    """The `error` object, of `error` events and of HTTP answers alike."""
    return {
        "type": "server_error" if code in _SERVER_CODES else "invalid_request_error",
        "code": code,
        "message": message,
        "param": param,
        "event_id": event_id,
    }


def validate(model: type[M], data: Any, root: str) -> M:
    """`data` as `model`. Raises WireError naming the first wrong field as `root.path.to[0].field`;
    `root` is "" for the event itself."""
    if not isinstance(data, Mapping):
        raise WireError("invalid_type", f"Invalid type for '{root}': expected an object.", root)
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise _first(error.errors(include_url=False)[0], root) from None


def _first(detail: ErrorDetails, root: str) -> WireError:
    param = _param(detail["loc"], root)
    kind = detail["type"]
    if kind == "missing":
        return WireError("missing_required_parameter", f"Missing required parameter: '{param}'.", param)
    if kind == "extra_forbidden":
        return WireError("unknown_parameter", f"Unknown parameter: '{param}'.", param)
    text = detail["msg"].removeprefix("Value error, ").rstrip(".")
    code = "invalid_type" if kind.endswith("_type") else "invalid_value"
    label = "type" if code == "invalid_type" else "value"
    return WireError(code, f"Invalid {label} for '{param}': {text}.", param)


def _param(location: tuple[int | str, ...], root: str) -> str:
    path = root
    for place, step in enumerate(location):
        if isinstance(step, int):
            path += f"[{step}]"
        elif not (step in _UNION_TAGS and place):
            path += f".{step}" if path else step
    return path
