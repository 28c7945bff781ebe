"""What a client may set for its session."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from tutor.brain.base import ToolSpec


@dataclass(slots=True)
class SessionConfig:
    """What a client may change while the session runs. Doors change it through `Session.configure`."""

    instructions: str | None = None
    modality: Literal["audio", "text"] = "audio"
    voice: str = ""
    speed: float = 1.0
    language: str = "en"
    hints: tuple[str, ...] = ()
    """Words that the client expects (`transcription.prompt` and `keywords`), beside the lesson's own."""
    tools: tuple[Any, ...] = ()
    """`ToolSpec`s of the client."""
    tool_choice: Any = "auto"
    max_output_tokens: int | None = None
    automatic_turns: bool = True
    """False: `turn_detection` is null; the client commits and asks for replies."""
    create_reply: bool = True
    interrupt_reply: bool = True
    silence_ms: int | None = None
    """Set by `server_vad`: a fixed endpointing delay instead of Viva's own judgement."""
    vad_threshold: float = 0.5
    prefix_padding_ms: int = 300
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    idle_timeout_ms: int | None = None
    companion_leads: bool = True
    """The companion greets first and helps a quiet learner along; strict Realtime clients start without it."""
    extra: dict[str, Any] = field(default_factory=dict)

    def saved(self) -> dict[str, Any]:
        """As `restore` takes it, plain JSON. Shares what is nested, as nobody changes that in place: it is asked for
        with every turn."""
        tools = [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for tool in self.tools
        ]
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"tools": tools}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take over what a session had, as JSON; what this version does not know is left out."""
        known = {field.name for field in fields(self)}
        for name, value in saved.items():
            if name == "tools":
                self.tools = tuple(ToolSpec(**tool) for tool in value)
            elif name in known:
                setattr(self, name, tuple(value) if isinstance(value, list) else value)
