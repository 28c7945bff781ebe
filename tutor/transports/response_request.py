"""`response.create`: what a client asks of one reply."""

import secrets
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from lms_core.errors import NotFound
from tutor.conversation.events import Item, ReplyOptions
from tutor.conversation.session import Session
from tutor.transports.session_update import (
    AudioOutput,
    Instructions,
    MaxTokens,
    Modalities,
    Prompt,
    Reasoning,
    Strict,
    ToolChoice,
    Tools,
    check_choice,
    refuse_mcp,
)  # fmt: skip
from tutor.transports.wire_errors import WireError, validate
from tutor.transports.wire_items import item_from_wire
from tutor.transports.wire_session import WireSession, tool_spec

_MOST_ITEMS_IN = 200


class _Audio(Strict):
    output: AudioOutput | None = None


class Response(Strict):
    """`response` of `response.create`. `prompt`, `reasoning` and `parallel_tool_calls` are for models that Viva does not
    choose: let through."""

    conversation: Literal["auto", "none"] | None = None
    metadata: (
        Annotated[
            dict[
                Annotated[str, StringConstraints(max_length=64)],
                Annotated[str, StringConstraints(max_length=512)],
            ],
            Field(max_length=16),
        ]
        | None
    ) = None
    input: Annotated[list[dict[str, Any]], Field(max_length=_MOST_ITEMS_IN)] | None = None
    instructions: Instructions | None = None
    output_modalities: Modalities | None = None
    audio: _Audio | None = None
    tools: Tools | None = None
    tool_choice: ToolChoice | None = None
    max_output_tokens: MaxTokens | None = None
    prompt: Prompt | None = None
    reasoning: Reasoning | None = None
    parallel_tool_calls: bool | None = None


def parse_response(given: Any) -> Response:
    """Raises WireError for the first field that is unknown, of a wrong type or out of range."""
    if isinstance(given, dict):
        refuse_mcp(given.get("tools"), "response")
    return validate(Response, {} if given is None else given, "response")


def reply_options(wanted: Response, session: Session, event_id: str | None) -> ReplyOptions:
    """Raises WireError for a reference to an item, or a choice of a tool, that is not there."""
    tools = None if wanted.tools is None else tuple(tool_spec(tool.present()) for tool in wanted.tools)
    choice = wanted.tool_choice.present() if isinstance(wanted.tool_choice, Strict) else wanted.tool_choice
    offered = session.config.tools if tools is None else tools
    check_choice(choice, [tool.name for tool in offered], "response")
    limit = wanted.max_output_tokens
    return ReplyOptions(
        instructions=wanted.instructions,
        modalities=None if wanted.output_modalities is None else tuple(wanted.output_modalities),
        tools=tools,
        tool_choice=choice,
        max_output_tokens=limit if isinstance(limit, int) else None,
        metadata=wanted.metadata,
        out_of_band=wanted.conversation == "none",
        input=None if wanted.input is None else _resolved(wanted.input, session),
        event_id=event_id,
    )


def _resolved(given: list[dict[str, Any]], session: Session) -> tuple[Item, ...]:
    """Items as they came, references as what they name."""
    items = []
    for place, data in enumerate(given):
        root = f"response.input[{place}]"
        item = item_from_wire(data, root, f"item_{secrets.token_hex(10)}")
        if isinstance(item, str):
            try:
                item = session.history.get(item)
            except NotFound as error:
                raise WireError("item_not_found", error.message, f"{root}.id") from None
        items.append(item)
    return tuple(items)


def take_output(wanted: Response, settings: WireSession) -> None:
    """A response may name a voice (it becomes the session's) but not another format. Raises WireError."""
    output = wanted.audio.output if wanted.audio is not None else None
    if output is None:
        return
    if output.format is not None and output.format.type != settings.output_format:
        raise WireError(
            "invalid_value", "A response has the session's output format; change it with session.update.",
            "response.audio.output.format",
        )  # fmt: skip
    if output.voice is not None:
        voice = output.voice if isinstance(output.voice, str) else output.voice.id
        settings.take_voice(voice, "response.audio.output.voice")
