"""What an OpenAI-compatible endpoint can do wrong, and what follows from it. No I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import openai

from tutor.errors import MindError

OPTIONAL = ("stream_options", "temperature", "tools")
"""What a request can do without, in the order in which it is given up. Older servers refuse `stream_options`,
reasoning models `temperature`, small models on Ollama `tools`."""
_REPEATABLE = {408, 409, 425, 429}
_HOPELESS = {"insufficient_quota", "context_length_exceeded"}
_DETAIL_CHARS = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """`again`: the same request may work later, after `after` seconds if the endpoint named a time."""

    error: MindError
    again: bool = False
    after: float | None = None


def failure(error: Exception, model: str, url: str, now: datetime | None = None) -> Failure:
    """What an exception of the SDK, or of the HTTP client below it, means."""
    if isinstance(error, openai.APIStatusError):
        again = error.status_code in _REPEATABLE or error.status_code >= 500
        if error.code in _HOPELESS:
            again = False
        after = retry_after(error.response.headers, now or datetime.now(UTC))
        return Failure(MindError(_advice(error, model, url), status=error.status_code), again, after)
    if isinstance(error, openai.APIConnectionError):
        return Failure(
            MindError(f"The model's server at {url} cannot be reached. Is it running, and is the URL right?"),
            True,
        )
    if isinstance(error, openai.APIError):  # an error object instead of a chunk
        return Failure(
            MindError(f"The model '{model}' at {url} failed while answering: {_detail(error)}"), True
        )
    # Broken JSON or UTF-8, or a transport error that the SDK lets through.
    return Failure(MindError(f"The answer of the model's server at {url} broke off or was damaged."), True)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the endpoint asks to wait; None if it does not say, or not so that one can read it."""
    text = headers.get("retry-after-ms")
    scale = 0.001
    if text is None:
        text, scale = headers.get("retry-after"), 1.0
    if text is None:
        return None
    try:
        seconds = float(text) * scale
    except ValueError:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return max(0.0, seconds) if seconds == seconds else None  # "nan" is a float, too


def without(body: Mapping[str, Any], refused: Collection[str]) -> dict[str, Any]:
    """The request without what the endpoint refuses."""
    gone = {*refused, "tool_choice"} if "tools" in refused else set(refused)
    return {name: value for name, value in body.items() if name not in gone}


def to_give_up(error: openai.APIStatusError, body: Mapping[str, Any], needed: Collection[str]) -> str | None:
    """What to leave out after the endpoint called the request bad: what it names, else the next in order."""
    if error.status_code not in (400, 422) or error.code in _HOPELESS:
        return None
    left = [name for name in OPTIONAL if name in body and name not in needed]
    named = error.param.partition(".")[0] if isinstance(error.param, str) else ""
    return named if named in left else next(iter(left), None)


def _advice(error: openai.APIStatusError, model: str, url: str) -> str:
    status = error.status_code
    if status in (401, 403):  # the endpoint's own text may repeat parts of the key
        return (
            f"The model's server at {url} refuses the API key ({status}). Check the key and what it may use."
        )
    if status == 404:
        return f"There is no model '{model}' at {url}. Check its name, and the URL: it usually ends in /v1."
    if error.code == "context_length_exceeded":
        return f"The conversation is too long for '{model}' at {url}. Set a smaller context for the mind."
    if error.code == "insufficient_quota":
        return f"The account at {url} has no credit left."
    if status == 429:
        return f"The model's server at {url} has too many requests (429). Try again later."
    return f"The model '{model}' at {url} failed ({status}): {_detail(error)}"


def _detail(error: openai.APIError) -> str:
    return " ".join(error.message.split())[:_DETAIL_CHARS]
