"""Every field of the protocol's session object: what is taken, refused, kept, cleared and turned off."""

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

import pydantic
import pytest
from openai.types.realtime import RealtimeFunctionTool, RealtimeSessionCreateRequest

from tests.transports.test_session_update import TOOL, after, shown
from tests.transports.wire_scene import Event

_NO = object()
Null = Literal["stays", "clears", "refused"]


@dataclass(frozen=True)
class Field:
    """`good` is shown again as it was sent, or as `shows`; None of `wrong_type` or `wrong_value`: there is none."""

    good: Any
    wrong_type: Any
    wrong_value: Any
    null: Null = "stays"
    empty: Any = _NO
    """A value that clears; it is shown as it is."""
    shows: Any = _NO


INPUT, OUTPUT = "audio.input", "audio.output"
SERVER, SEMANTIC = f"{INPUT}.turn_detection[server_vad]", f"{INPUT}.turn_detection[semantic_vad]"
FUNCTION = {"type": "function", "name": "look_up"}
PROMPT, RATIO = {"id": "pmpt_1"}, {"type": "retention_ratio", "retention_ratio": 0.5}

FIELDS: dict[str, Field] = {
    "type": Field("realtime", 5, "telepathy", null="refused"),
    "model": Field("test", 5, "another"),
    "instructions": Field("Be brief.", 5, "x" * 100_001, empty=""),
    "output_modalities": Field(["text"], "text", ["audio", "text"]),
    "max_output_tokens": Field(100, 1.5, 4097),
    "tools": Field([TOOL], {}, [TOOL, TOOL], empty=[]),
    "tools[].type": Field("function", 5, "mcp", null="refused"),
    "tools[].name": Field("ask", 5, "no spaces", null="refused"),
    "tools[].description": Field("d", 5, "x" * 10_001),
    "tools[].parameters": Field({"type": "object"}, "object", None),
    "tool_choice": Field("none", 5, "maybe"),
    "truncation": Field("disabled", 5, "a bit"),
    "truncation.type": Field("retention_ratio", 5, "x", null="refused"),
    "truncation.retention_ratio": Field(0.8, "half", 1.5, null="refused"),
    "truncation.token_limits": Field({"post_instructions": 5000}, 5, None),
    "truncation.token_limits.post_instructions": Field(5000, "many", -1),
    "include": Field(["item.input_audio_transcription.logprobs"], "all", ["everything"], null="clears", empty=[]),
    "tracing": Field("auto", 5, "always", null="clears"),
    "tracing.group_id": Field("g", 5, "x" * 201),
    "tracing.workflow_name": Field("w", 5, "x" * 201),
    "tracing.metadata": Field({"a": 1}, "a", None),
    "prompt": Field(PROMPT, 5, None, null="clears"),
    "prompt.id": Field("pmpt_2", 5, "x" * 201, null="refused"),
    "prompt.variables": Field({"a": "b"}, {"a": 5}, None, null="clears", empty={}),
    "prompt.version": Field("2", 5, "x" * 201, null="clears", empty=""),
    "reasoning": Field({"effort": "low"}, 5, None, null="clears"),
    "reasoning.effort": Field("low", 5, "heroic"),
    "parallel_tool_calls": Field(False, "no", None),
    f"{INPUT}.format": Field({"type": "audio/pcmu"}, "audio/pcmu", {"type": "audio/pcm", "rate": 8000}),
    f"{INPUT}.format.type": Field("audio/pcma", 5, "audio/mp3", null="refused"),
    f"{INPUT}.format.rate": Field(24000, "24000", 16000),
    f"{INPUT}.noise_reduction": Field({"type": "near_field"}, "near_field", None, null="clears"),
    f"{INPUT}.noise_reduction.type": Field("far_field", 5, "no_field"),
    f"{INPUT}.noise_reduction.strength": Field(0.5, "much", -1),
    f"{INPUT}.transcription": Field({"model": "x", "language": "de"}, "x", None, null="clears"),
    f"{INPUT}.transcription.model": Field("whisper-1", 5, "x" * 201),
    f"{INPUT}.transcription.language": Field("de", 5, "Deutsch, bitte", null="clears"),
    f"{INPUT}.transcription.languages": Field(["de", "en"], "de", ["Deutsch!"], null="clears", empty=[]),
    f"{INPUT}.transcription.prompt": Field("Zahlen", 5, "x" * 10_001, null="clears", empty=""),
    f"{INPUT}.transcription.keywords": Field(["Bruch"], "Bruch", ["x" * 101], null="clears", empty=[]),
    f"{INPUT}.transcription.delay": Field("low", 5, "forever", null="clears"),
    f"{INPUT}.turn_detection": Field(
        {"type": "semantic_vad", "eagerness": "low", "create_response": False, "interrupt_response": True},
        "server_vad", {"type": "telepathy"}, null="clears",
    ),
    f"{SERVER}.type": Field("server_vad", 5, "telepathy", null="refused"),
    f"{SERVER}.threshold": Field(0.7, "high", 1.1),
    f"{SERVER}.prefix_padding_ms": Field(200, "some", -1),
    f"{SERVER}.silence_duration_ms": Field(700, 0.7, -1),
    f"{SERVER}.idle_timeout_ms": Field(6000, "late", 100, null="clears"),
    f"{SERVER}.create_response": Field(False, 0, None),
    f"{SERVER}.interrupt_response": Field(False, "no", None),
    f"{SEMANTIC}.type": Field("semantic_vad", 5, "telepathy", null="refused"),
    f"{SEMANTIC}.eagerness": Field("low", 5, "wild"),
    f"{SEMANTIC}.create_response": Field(False, 0, None),
    f"{SEMANTIC}.interrupt_response": Field(False, "no", None),
    f"{OUTPUT}.format": Field({"type": "audio/pcma"}, "audio/pcma", {"type": "audio/flac"}),
    f"{OUTPUT}.format.type": Field("audio/pcmu", 5, "audio/mp3", null="refused"),
    f"{OUTPUT}.format.rate": Field(24000, "24000", 16000),
    f"{OUTPUT}.voice": Field("cedar", 5, "x" * 101),
    f"{OUTPUT}.voice.id": Field("voice_1234", 5, "", null="refused", shows="voice_1234"),
    f"{OUTPUT}.speed": Field(1.25, "fast", 1.6),
}  # fmt: skip
WHOLE: dict[str, Event] = {
    "truncation": RATIO, "prompt": PROMPT, "tools[]": FUNCTION, "turn_detection[server_vad]": {"type": "server_vad"},
    "turn_detection[semantic_vad]": {"type": "semantic_vad"},
}  # fmt: skip
"""What an object must have beside the one field under test."""


def update_of(path: str, value: Any) -> Any:
    """The `session` of an update that writes `value` at `path`."""
    *holders, name = path.split(".")
    written: Any = {name: value}
    for holder in reversed(holders):
        written = WHOLE.get(holder, {}) | written
        written = {holder.split("[")[0]: [written] if holder.endswith("[]") else written}
    return written


def read(session: Event, path: str) -> Any:
    """What `session` has at `path`; `_NO` if it has nothing there."""
    at: Any = session
    for step in path.split("."):
        name = step.split("[")[0]
        if isinstance(at, str) and name == "id":
            return at  # a voice is shown by its name
        if not isinstance(at, dict) or name not in at:
            return _NO
        at = at[name][0] if step.endswith("[]") else at[name]
    return at


def leaves(annotation: Any, path: str) -> Iterator[str]:
    """Every path that the SDK's type knows."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from leaves(member, path)
    elif origin is list:
        yield path
        yield from leaves(get_args(annotation)[0], f"{path}[]")
    elif hasattr(annotation, "__metadata__"):
        yield from leaves(get_args(annotation)[0], path)
    elif isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        if path and "[" not in path:
            yield path
        kind = annotation.__name__
        own = {"ServerVad": "[server_vad]", "SemanticVad": "[semantic_vad]"}.get(kind, "")
        if (path == "tools[]" and annotation is not RealtimeFunctionTool) or "Mcp" in kind:
            return  # refused as a whole
        for name, field in annotation.model_fields.items():
            yield from leaves(field.annotation, f"{path}{own}.{name}".lstrip("."))
    elif path:
        yield path


def test_the_table_has_every_field_of_the_protocol() -> None:
    known = {path for path in leaves(RealtimeSessionCreateRequest, "") if "[]" not in path or "[]." in path}
    grouping = {"audio", INPUT, OUTPUT, "tool_choice.name", "tool_choice.type"}
    assert known - grouping == set(FIELDS)


@pytest.mark.parametrize("path", FIELDS)
def test_a_right_value_is_taken_and_shown_and_stays_when_it_is_absent(path: str) -> None:
    field = FIELDS[path]
    wanted = field.good if field.shows is _NO else field.shows
    scene = after(update_of(path, field.good), {"type": "realtime", "audio": {"output": {}, "input": {}}})
    assert not scene.errors
    first, last = (event["session"] for event in scene.events("session.updated"))
    assert read(first, path) == read(last, path) == wanted or path.endswith("format.rate")


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("kind", ["wrong_type", "wrong_value"])
def test_a_wrong_value_is_refused_by_name_and_changes_nothing(path: str, kind: str) -> None:
    wrong = getattr(FIELDS[path], kind)
    if wrong is None:
        return
    scene = after({}, update_of(path, wrong), {})
    (error,) = scene.errors
    place = "session." + re.sub(r"\[\w+\]", "", path.replace("[]", "[0]"))
    assert error["param"].startswith((place, place.rsplit(".", 1)[0]))
    assert error["code"] in ("invalid_type", "invalid_value", "unsupported_tool_type")
    first, last = (event["session"] for event in scene.events("session.updated"))
    assert first == last


@pytest.mark.parametrize("path", FIELDS)
def test_null_turns_off_or_clears_or_is_the_same_as_absent(path: str) -> None:
    field = FIELDS[path]
    good = update_of(path, field.good)
    scene = after(good, update_of(path, None), {})
    if field.null == "refused":
        (error,) = scene.errors
        assert error["code"] in ("invalid_type", "invalid_value"), error
        return
    assert not scene.errors
    now = read(shown(scene), path)
    if field.null == "clears":
        assert now is None
    elif not path.startswith(("tools[].", "truncation.", "tracing.", "reasoning.")):  # written whole
        assert now == read(shown(after(good)), path)


@pytest.mark.parametrize("path", [path for path, field in FIELDS.items() if field.empty is not _NO])
def test_an_empty_value_clears(path: str) -> None:
    field = FIELDS[path]
    scene = after(update_of(path, field.good), update_of(path, field.empty))
    assert not scene.errors
    assert read(shown(scene), path) == field.empty


def test_a_chosen_tool_must_be_there_and_is_forgotten_when_it_goes() -> None:
    choice = {"tool_choice": {"type": "function", "name": "look_up"}}
    (error,) = after(choice).errors
    assert (error["code"], error["param"]) == ("invalid_value", "session.tool_choice.name")
    scene = after({"tools": [TOOL]}, choice, {"tools": []})
    assert [event["session"]["tool_choice"] for event in scene.events("session.updated")] == [
        "auto", choice["tool_choice"], "auto",
    ]  # fmt: skip
