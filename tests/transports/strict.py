"""Server events read as strictly as the official models allow: known type, right types, no field they do not have."""

from collections.abc import Iterator
from typing import Any, get_args

import pydantic
from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent

SESSION_EXTRAS = {"id", "object", "expires_at"}
"""`session.created` carries the full session object; the SDK models it by the request type, which lacks these."""


def members(union: Any) -> dict[str, type[pydantic.BaseModel]]:
    """Event type to its model."""
    models = get_args(get_args(union)[0])
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in models}


SERVER_EVENTS = members(RealtimeServerEvent)
CLIENT_EVENTS = members(RealtimeClientEvent)


def check(event: dict[str, Any]) -> pydantic.BaseModel:
    """The event as its model; AssertionError or ValidationError if a strict client would not take it."""
    model = SERVER_EVENTS.get(event["type"])
    assert model is not None, f"{event['type']} is not an event of the protocol"
    parsed = model.model_validate(event, strict=True)
    extras = set(_extras(parsed)) - SESSION_EXTRAS
    assert not extras, f"{event['type']} has fields that the protocol does not know: {extras}"
    return parsed


def _extras(value: Any) -> Iterator[str]:
    if isinstance(value, pydantic.BaseModel):
        yield from value.model_extra or ()
        for name in type(value).model_fields:
            yield from _extras(getattr(value, name))
    elif isinstance(value, list):
        for one in value:
            yield from _extras(one)
