"""Which models an OpenAI-compatible endpoint has, and which of them can hold a conversation."""

import asyncio
import re
from collections.abc import Sequence

import openai

from tutor.brain.endpoint import failure
from tutor.errors import MindError

_NO_CHAT = re.compile(
    r"embed|bge-|minilm|rerank|whisper|transcri|tts|speech|audio|realtime|moderation|dall-e|image|sora",
    re.IGNORECASE,
)
"""In the names of models that do something else. Endpoints list all of theirs alike."""


async def listed_models(client: openai.AsyncOpenAI, seconds: float) -> tuple[str, ...] | None:
    """Their names in the endpoint's order; None where it cannot list them. Raises MindError."""
    url = str(client.base_url).rstrip("/")
    try:
        async with asyncio.timeout(seconds):
            listed = await client.models.list()
    except TimeoutError as error:
        raise MindError(f"The model's server at {url} does not answer. Is it running?") from error
    except (
        openai.APIResponseValidationError,
        AttributeError,
    ):  # the SDK takes HTML, too, for a list of models
        return None
    except openai.APIStatusError as error:
        if error.status_code in (404, 405, 501):
            return None
        raise failure(error, "", url).error from error
    except openai.APIError as error:
        raise failure(error, "", url).error from error
    names = (getattr(model, "id", None) for model in getattr(listed, "data", None) or ())
    return tuple(name for name in names if isinstance(name, str) and name)


def chat_models(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not _NO_CHAT.search(name))


async def find_model(base_url: str, api_key: str | None) -> tuple[str, tuple[str, ...]]:
    """The first chat model of the endpoint, and the others. Raises MindError with what to do."""
    async with openai.AsyncOpenAI(
        base_url=base_url, api_key=api_key or "none", timeout=openai.Timeout(10.0), max_retries=0
    ) as client:
        names = await listed_models(client, 10.0)
    if names is None:
        raise MindError(f"The server at {base_url} does not list its models: name one in VIVA_OPENAI_MODEL.")
    first, *others = chat_models(names) or [""]
    if not first:
        raise MindError(
            f"The server at {base_url} lists no chat model: load one there, or name it in VIVA_OPENAI_MODEL."
        )
    return first, tuple(others)
