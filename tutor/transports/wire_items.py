"""Conversation items, ours and the wire's."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tutor.conversation.events import Item, Part, Role
from tutor.transports.wire_errors import WireError, validate

LONGEST_ID = 32
_ROLE_OUT = {Role.LEARNER: "user", Role.TUTOR: "assistant", Role.SYSTEM: "system"}
_ROLE_IN = {wire: role for role, wire in _ROLE_OUT.items()}
_ROLE_OUT |= {Role.TEACHER: "assistant", Role.ANNOUNCEMENT: "assistant"}  # the protocol knows no other
_TRANSCRIPT = ("input_audio", "output_audio")
_LONGEST_TEXT = 100_000
_LONGEST_AUDIO = 1_900_000
"""Characters of base64: 29 s of PCM at 24 kHz, and what a message may hold at all."""

# --- out ------------------------------------------------------------------------------------------


def role_word(item: Item) -> str:
    """The wire's word for who said it: `user`, `assistant` or `system`."""
    return _ROLE_OUT[item.role or Role.SYSTEM]


def item_to_wire(item: Item) -> dict[str, Any]:
    """The item as it is; sound is not kept, so audio parts carry their transcript alone."""
    wire: dict[str, Any] = {
        "id": item.id,
        "object": "realtime.item",
        "type": item.kind,
        "status": item.status,
    }
    if item.kind == "function_call":
        return wire | {"name": item.name, "call_id": item.call_id, "arguments": item.arguments}
    if item.kind == "function_call_output":
        return wire | {"call_id": item.call_id, "output": item.output}
    return wire | {"role": role_word(item), "content": [_part_to_wire(part) for part in item.parts]}


def begun_item_to_wire(item: Item) -> dict[str, Any]:
    """An output item at its start, before any content came."""
    wire = item_to_wire(item) | {"status": "in_progress"}
    wire["arguments" if item.kind == "function_call" else "content"] = (
        "" if item.kind == "function_call" else []
    )
    return wire


def _part_to_wire(part: Part) -> dict[str, Any]:
    if part.kind == "input_audio" and not part.text:
        return {"type": part.kind, "transcript": None}
    return {"type": part.kind, ("transcript" if part.kind in _TRANSCRIPT else "text"): part.text}


# --- in -------------------------------------------------------------------------------------------

_ItemId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
_Text = Annotated[str, Field(max_length=_LONGEST_TEXT)]


class _Wire(BaseModel):
    """Fields of an item that we have no use for (`object`, `detail`, ...) are let through."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Content(_Wire):
    type: str
    text: _Text | None = None
    transcript: _Text | None = None
    audio: Annotated[str, Field(max_length=_LONGEST_AUDIO)] | None = None


class _Message(_Wire):
    type: Literal["message"]
    role: Literal["user", "assistant", "system"]
    content: Annotated[list[_Content], Field(max_length=64)]
    id: _ItemId | None = None
    status: Literal["completed", "incomplete", "in_progress"] | None = None


class _FunctionCall(_Wire):
    type: Literal["function_call"]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    arguments: _Text
    call_id: Annotated[str, Field(max_length=64)] | None = None
    id: _ItemId | None = None


class _FunctionCallOutput(_Wire):
    type: Literal["function_call_output"]
    call_id: Annotated[str, Field(min_length=1, max_length=64)]
    output: _Text
    id: _ItemId | None = None


class _Reference(_Wire):
    type: Literal["item_reference"]
    id: _ItemId


def _kind_of(data: Any) -> str:
    """Clients leave `type` out of plain messages."""
    kind = data.get("type", "message") if isinstance(data, dict) else getattr(data, "type", "message")
    return kind if kind in _KINDS else "message"


_KINDS = ("message", "function_call", "function_call_output", "item_reference")


class _Holder(_Wire):
    item: Annotated[
        Annotated[_Message, Tag("message")]
        | Annotated[_FunctionCall, Tag("function_call")]
        | Annotated[_FunctionCallOutput, Tag("function_call_output")]
        | Annotated[_Reference, Tag("item_reference")],
        Discriminator(_kind_of),
    ]


def item_from_wire(data: Any, root: str, fresh_id: str) -> Item | str:
    """The item that a client sent, or for a reference the id of the item that it names.

    `root` is the path of the item in the event. Raises WireError.
    """
    if isinstance(data, dict) and str(data.get("type", "")).startswith("mcp_"):
        raise WireError(
            "unsupported_item_type",
            f"Viva has no MCP; '{root}.type' cannot be '{data['type']}'.",
            f"{root}.type",
        )
    try:
        wire = validate(_Holder, {"item": data}, "").item
    except WireError as error:
        raise _moved(error, root) from None
    if isinstance(wire, _Reference):
        return wire.id
    item_id = wire.id or fresh_id
    if isinstance(wire, _FunctionCall):
        return Item(
            item_id, "function_call", None, "completed", name=wire.name, call_id=wire.call_id or item_id,
            arguments=wire.arguments,
        )  # fmt: skip
    if isinstance(wire, _FunctionCallOutput):
        return Item(
            item_id, "function_call_output", None, "completed", call_id=wire.call_id, output=wire.output
        )
    role = _ROLE_IN[wire.role]
    parts = tuple(
        _part_from_wire(role, part, f"{root}.content[{place}]") for place, part in enumerate(wire.content)
    )
    return Item(item_id, "message", role, "completed" if wire.status != "incomplete" else "incomplete", parts)


def spoken_item_from_wire(data: Any, fresh_id: str) -> tuple[Item, str] | None:
    """A learner's message that is nothing but audio without words: the item, and its audio in base64.

    None for everything else. Raises WireError.
    """
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(content, list) or len(content) != 1 or not isinstance(content[0], dict):
        return None
    if content[0].get("type") != "input_audio" or content[0].get("transcript") is not None:
        return None
    wire = validate(_Holder, {"item": data}, "").item
    if not isinstance(wire, _Message) or wire.role != "user" or not (audio := wire.content[0].audio):
        return None
    parts = (Part("input_audio", ""),)
    return Item(wire.id or fresh_id, "message", Role.LEARNER, "completed", parts), audio


def _moved(error: WireError, root: str) -> WireError:
    old, new = "item", root
    param = error.param.replace(old, new, 1) if error.param else root
    return WireError(error.code, error.message.replace(f"'{old}", f"'{new}", 1), param)


def _part_from_wire(role: Role, content: _Content, path: str) -> Part:
    allowed = ("output_text", "output_audio", "text") if role is Role.TUTOR else ("input_text", "input_audio")
    if content.type == "input_image":
        raise WireError("unsupported_content_type", "Viva does not look at images.", f"{path}.type")
    if content.type not in allowed or (role is Role.SYSTEM and content.type != "input_text"):
        wanted = "'input_text'" if role is Role.SYSTEM else " or ".join(f"'{kind}'" for kind in allowed[:2])
        raise WireError(
            "invalid_value",
            f"Invalid value: '{content.type}'. Supported values are {wanted}.",
            f"{path}.type",
        )
    if content.type in _TRANSCRIPT:
        return _spoken_part(content, path)
    if content.text is None:
        raise WireError(
            "missing_required_parameter", f"Missing required parameter: '{path}.text'.", f"{path}.text"
        )
    return Part("output_text" if role is Role.TUTOR else "input_text", content.text)


def _spoken_part(content: _Content, path: str) -> Part:
    if content.transcript is None:
        raise WireError(
            "unsupported_content_type",
            "Audio beside other content, or in a response's input, needs its `transcript`. To have speech "
            "recognised, create an item that holds nothing else, or use input_audio_buffer.append and commit.",
            f"{path}.audio",
        )
    return Part("output_audio" if content.type == "output_audio" else "input_audio", content.transcript)
