"""What a client may write into `session`: the shape, the limits, and which fields were present."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from tutor.transports.wire_errors import WireError, validate

TELEPHONE_RATE = 8_000
"""Hz of G.711."""
RATES = {"audio/pcm": 24_000, "audio/pcmu": TELEPHONE_RATE, "audio/pcma": TELEPHONE_RATE}
"""Hz of the audio formats of the Realtime protocol."""


class Strict(BaseModel):
    """`null` is the same as absent, but for the fields that it turns off or clears."""

    model_config = ConfigDict(extra="forbid", strict=True)
    NULL_CLEARS: ClassVar[frozenset[str]] = frozenset()

    def present(self) -> dict[str, Any]:
        """Only the fields that the client wrote, in wire shape."""
        return self.model_dump(mode="json", exclude_unset=True)

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {
            name: value for name, value in written.items() if value is not None or name in self.NULL_CLEARS
        }


class AudioFormat(Strict):
    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: int | None = None

    @model_validator(mode="after")
    def _rate_fits(self) -> "AudioFormat":
        if self.rate is not None and self.rate != RATES[self.type]:
            raise ValueError(f"{self.type} has a rate of {RATES[self.type]}, not {self.rate}")
        return self


def format_view(name: str) -> dict[str, Any]:
    """The format as `session` shows it; only PCM has a rate there."""
    return {"type": name, "rate": RATES[name]} if name == "audio/pcm" else {"type": name}


class ServerVad(Strict):
    NULL_CLEARS = frozenset(("idle_timeout_ms",))

    type: Literal["server_vad"]
    threshold: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    prefix_padding_ms: Annotated[int, Field(ge=0, le=2000)] | None = None
    silence_duration_ms: Annotated[int, Field(ge=0, le=10_000)] | None = None
    idle_timeout_ms: Annotated[int, Field(ge=5_000, le=30_000)] | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None


class SemanticVad(Strict):
    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None


_Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]


class Transcription(Strict):
    """`model` and `delay` are kept and shown; which ear listens is the server's choice."""

    NULL_CLEARS = frozenset(("language", "languages", "prompt", "keywords", "delay"))

    model: Annotated[str, Field(max_length=200)] | None = None
    language: _Language | None = None
    languages: Annotated[list[_Language], Field(max_length=20)] | None = None
    prompt: Annotated[str, Field(max_length=10_000)] | None = None
    keywords: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)] | None = None
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class NoiseReduction(Strict):
    """Kept and shown; Viva's VAD and ears need none."""

    type: Literal["near_field", "far_field"] | None = None
    strength: Annotated[float, Field(ge=0.0, le=100.0)] | None = None


def _vad_kind(data: Any) -> str:
    kind = data.get("type") if isinstance(data, dict) else getattr(data, "type", None)
    return "semantic_vad" if kind == "semantic_vad" else "server_vad"


TurnDetection = Annotated[
    Annotated[ServerVad, Tag("server_vad")] | Annotated[SemanticVad, Tag("semantic_vad")],
    Discriminator(_vad_kind),
]


class AudioInput(Strict):
    NULL_CLEARS = frozenset(("noise_reduction", "transcription", "turn_detection"))

    format: AudioFormat | None = None
    noise_reduction: NoiseReduction | None = None
    transcription: Transcription | None = None
    turn_detection: TurnDetection | None = None


class VoiceId(Strict):
    id: Annotated[str, Field(min_length=1, max_length=100)]


def _text_or_object(data: Any) -> str:
    return "as_text" if isinstance(data, str) else "as_object"


Voice = Annotated[
    Annotated[Annotated[str, Field(min_length=1, max_length=100)], Tag("as_text")]
    | Annotated[VoiceId, Tag("as_object")],
    Discriminator(_text_or_object),
]


class AudioOutput(Strict):
    format: AudioFormat | None = None
    voice: Voice | None = None
    speed: Annotated[float, Field(ge=0.25, le=1.5)] | None = None


class Audio(Strict):
    input: AudioInput | None = None
    output: AudioOutput | None = None


class FunctionTool(Strict):
    type: Literal["function"] = "function"
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: Annotated[str, Field(max_length=10_000)] | None = None
    parameters: dict[str, Any] | None = None


class ToolChoiceFunction(Strict):
    type: Literal["function"]
    name: Annotated[str, Field(min_length=1, max_length=64)]


ToolChoice = Annotated[
    Annotated[Literal["auto", "none", "required"], Tag("as_text")]
    | Annotated[ToolChoiceFunction, Tag("as_object")],
    Discriminator(_text_or_object),
]

MaxTokens = Annotated[
    Annotated[Literal["inf"], Tag("as_text")]
    | Annotated[Annotated[int, Field(ge=1, le=4096)], Tag("as_object")],
    Discriminator(_text_or_object),
]


class TokenLimits(Strict):
    post_instructions: Annotated[int, Field(ge=0)] | None = None


class RetentionRatio(Strict):
    type: Literal["retention_ratio"]
    retention_ratio: Annotated[float, Field(ge=0.0, le=1.0)]
    token_limits: TokenLimits | None = None


Truncation = Annotated[
    Annotated[Literal["auto", "disabled"], Tag("as_text")] | Annotated[RetentionRatio, Tag("as_object")],
    Discriminator(_text_or_object),
]


class TracingGroup(Strict):
    group_id: Annotated[str, Field(max_length=200)] | None = None
    workflow_name: Annotated[str, Field(max_length=200)] | None = None
    metadata: dict[str, Any] | None = None


Tracing = Annotated[
    Annotated[Literal["auto"], Tag("as_text")] | Annotated[TracingGroup, Tag("as_object")],
    Discriminator(_text_or_object),
]


class Prompt(Strict):
    """A template at OpenAI: accepted, without effect."""

    NULL_CLEARS = frozenset(("variables", "version"))

    id: Annotated[str, Field(max_length=200)]
    variables: dict[str, str] | None = None
    version: Annotated[str, Field(max_length=200)] | None = None


class Reasoning(Strict):
    """Accepted, without effect."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


def _named_once(tools: list[FunctionTool]) -> list[FunctionTool]:
    names = [tool.name for tool in tools]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two tools have the name '{name}'")
    return tools


Modalities = Annotated[list[Literal["audio", "text"]], Field(min_length=1, max_length=1)]
Tools = Annotated[list[FunctionTool], Field(max_length=128), AfterValidator(_named_once)]
Instructions = Annotated[str, Field(max_length=100_000)]


class SessionUpdate(Strict):
    """`session` of `session.update` and of a client secret. Only what is present changes."""

    NULL_CLEARS = frozenset(("include", "prompt", "reasoning", "tracing"))

    type: Literal["realtime"] = "realtime"
    model: Annotated[str, Field(max_length=200)] | None = None
    instructions: Instructions | None = None
    output_modalities: Modalities | None = None
    audio: Audio | None = None
    tools: Tools | None = None
    tool_choice: ToolChoice | None = None
    max_output_tokens: MaxTokens | None = None
    truncation: Truncation | None = None
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None
    tracing: Tracing | None = None
    prompt: Prompt | None = None
    reasoning: Reasoning | None = None
    parallel_tool_calls: bool | None = None


def parse_session(data: Any, root: str = "session") -> SessionUpdate:
    """Raises WireError for the first field that is unknown, of a wrong type or out of range."""
    if isinstance(data, dict):
        if data.get("type") == "transcription":
            raise WireError(
                "unsupported_session_type",
                "Viva has no transcription-only sessions; leave `type` out or send 'realtime'.",
                f"{root}.type",
            )
        refuse_mcp(data.get("tools"), root)
    return validate(SessionUpdate, data, root)


def refuse_mcp(tools: Any, root: str) -> None:
    """Raises WireError for tools that are not functions, in words that help more than a schema's."""
    for place, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and tool.get("type") == "mcp":
            param = f"{root}.tools[{place}].type"
            message = "Viva has no MCP tools; send tools of type 'function'."
            raise WireError("unsupported_tool_type", message, param)


def chosen(choice: Any) -> str | None:
    """The function that a `tool_choice` in wire shape names."""
    return choice["name"] if isinstance(choice, dict) else None


def check_choice(choice: Any, offered: Sequence[str], root: str) -> None:
    """Raises WireError if `tool_choice` names a function that is not among the tools."""
    name = chosen(choice)
    if name is not None and name not in offered:
        message = f"There is no tool '{name}'; name one of `tools`, or 'auto', 'none' or 'required'."
        raise WireError("invalid_value", message, f"{root}.tool_choice.name")
