"""The `session` object of the Realtime protocol: what the client sees, and what it means for the session."""

from copy import deepcopy
from typing import Any

from tutor.brain.base import ToolSpec
from tutor.conversation.session import Session
from tutor.conversation.session_config import SessionConfig
from tutor.transports.session_update import (
    RATES,
    SessionUpdate,
    check_choice,
    chosen,
    format_view,
    parse_session,
)
from tutor.transports.wire_errors import WireError

_EXTRA = "realtime"
"""Where the client's view is kept in `SessionConfig.extra`, so that it outlives the link and the process."""
_MOST_HINTS = 100
_SERVER_VAD = {
    "type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500,
    "idle_timeout_ms": None, "create_response": True, "interrupt_response": True,
}  # fmt: skip
_SEMANTIC_VAD = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}


class WireSession:
    """One session's settings in wire shape. `update` is all or nothing."""

    def __init__(self, session: Session, model: str) -> None:
        """`model` is what the client named; shown again as it was given."""
        self._session = session
        self._model = model
        kept = session.config.extra.get(_EXTRA)
        self._view: dict[str, Any] = deepcopy(kept) if isinstance(kept, dict) else _fresh_view(session)
        self.input_used = False
        """Audio came in: its format is fixed from now on."""
        self.output_used = False

    @property
    def input_format(self) -> str:
        return str(self._view["audio"]["input"]["format"]["type"])

    @property
    def output_format(self) -> str:
        return str(self._view["audio"]["output"]["format"]["type"])

    @property
    def output_rate(self) -> int:
        return RATES[self.output_format]

    @property
    def modality(self) -> str:
        return str(self._view["output_modalities"][0])

    @property
    def voice(self) -> str:
        return str(self._view["audio"]["output"]["voice"])

    @property
    def max_output_tokens(self) -> Any:
        return self._view["max_output_tokens"]

    def render(self, expires_at: int) -> dict[str, Any]:
        """The whole `session` object."""
        head = {
            "type": "realtime",
            "object": "realtime.session",
            "id": self._session.id,
            "model": self._model,
        }
        return head | self._view | {"expires_at": expires_at}

    def update(self, data: Any, root: str = "session") -> None:
        """Change what is present in `data` and nothing else. Raises WireError; then nothing has changed."""
        update = parse_session(data, root)
        if update.model is not None and update.model != self._model:
            raise WireError(
                "invalid_value",
                "The model cannot change while the session runs; open another session.",
                f"{root}.model",
            )
        view = _merged(self._view, update)
        self._check_fixed(view, root)
        offered = [tool["name"] for tool in view["tools"]]
        if update.tool_choice is not None:
            check_choice(view["tool_choice"], offered, root)
        elif chosen(view["tool_choice"]) not in (None, *offered):
            view["tool_choice"] = "auto"  # its tool is gone
        self._view = view
        self._session.configure(**config_changes(view, self._session))

    def take_voice(self, voice: str, param: str) -> None:
        """A response asks for another voice: it becomes the session's. Raises WireError once it is fixed."""
        if voice != self.voice:
            self._check_voice(voice, param)
            self._view["audio"]["output"]["voice"] = voice
            self._session.configure(**config_changes(self._view, self._session))

    def be_patient(self, patience: str) -> None:
        """`viva.patience`: Viva's own judgement of pauses, and how long it waits."""
        eagerness = {"low": "high", "normal": "medium", "high": "low"}[patience]
        self._view["audio"]["input"]["turn_detection"] = _SEMANTIC_VAD | {"eagerness": eagerness}
        self._session.configure(**config_changes(self._view, self._session))

    def _check_fixed(self, view: dict[str, Any], root: str) -> None:
        self._check_voice(view["audio"]["output"]["voice"], f"{root}.audio.output.voice")
        for side, used in (("input", self.input_used), ("output", self.output_used)):
            if used and view["audio"][side]["format"] != self._view["audio"][side]["format"]:
                raise WireError(
                    "cannot_update_audio_format",
                    f"The {side} audio format cannot change once there was {side} audio.",
                    f"{root}.audio.{side}.format",
                )

    def _check_voice(self, voice: str, param: str) -> None:
        if voice != self.voice and (self._session.voice_is_fixed or self.output_used):
            raise WireError(
                "cannot_update_voice",
                "Cannot update a conversation's voice if assistant audio is present.",
                param,
            )


def _fresh_view(session: Session) -> dict[str, Any]:
    config = session.config
    return {
        "output_modalities": [config.modality],
        "instructions": config.instructions or "",
        "audio": {
            "input": {
                "format": format_view("audio/pcm"),
                "noise_reduction": None,
                "transcription": {"model": "viva", "language": config.language},
                "turn_detection": _turn_detection(config),
            },
            "output": {
                "format": format_view("audio/pcm"),
                "voice": config.voice or session.companion.voice or "default",
                "speed": config.speed,
            },
        },
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            }
            for tool in config.tools
        ],
        "tool_choice": config.tool_choice,
        "max_output_tokens": config.max_output_tokens or "inf",
        "truncation": "auto",
        "tracing": None,
        "prompt": None,
        "include": None,
    }


def _turn_detection(config: SessionConfig) -> dict[str, Any] | None:
    if not config.automatic_turns:
        return None
    common = {"create_response": config.create_reply, "interrupt_response": config.interrupt_reply}
    if config.silence_ms is None:
        return _SEMANTIC_VAD | common | {"eagerness": config.eagerness}
    return _SERVER_VAD | common | {
        "threshold": config.vad_threshold, "prefix_padding_ms": config.prefix_padding_ms,
        "silence_duration_ms": config.silence_ms, "idle_timeout_ms": config.idle_timeout_ms,
    }  # fmt: skip


def _merged(view: dict[str, Any], update: SessionUpdate) -> dict[str, Any]:
    """A new view with the present fields of `update` in it."""
    new, fresh = deepcopy(view), update.present()
    sound = fresh.pop("audio", {})
    new |= {name: value for name, value in fresh.items() if name not in ("type", "model")}
    _merge_input(new["audio"]["input"], sound.get("input", {}))
    _merge_output(new["audio"]["output"], sound.get("output", {}))
    return new


def _merge_input(old: dict[str, Any], fresh: dict[str, Any]) -> None:
    if "format" in fresh:
        old["format"] = format_view(fresh["format"].get("type", "audio/pcm"))
    for name in ("noise_reduction", "transcription"):
        if name in fresh:
            value = fresh[name]
            old[name] = None if value is None else (old[name] or {}) | value
    if "turn_detection" in fresh:
        old["turn_detection"] = _merge_turn_detection(old["turn_detection"], fresh["turn_detection"])


def _merge_turn_detection(old: dict[str, Any] | None, fresh: dict[str, Any] | None) -> dict[str, Any] | None:
    if fresh is None:
        return None
    if old is not None and old["type"] == fresh["type"]:
        return old | fresh
    return (_SEMANTIC_VAD if fresh["type"] == "semantic_vad" else _SERVER_VAD) | fresh


def _merge_output(old: dict[str, Any], fresh: dict[str, Any]) -> None:
    if "format" in fresh:
        old["format"] = format_view(fresh["format"].get("type", "audio/pcm"))
    if "voice" in fresh:
        voice = fresh["voice"]
        old["voice"] = voice["id"] if isinstance(voice, dict) else voice
    if "speed" in fresh:
        old["speed"] = fresh["speed"]


def config_changes(view: dict[str, Any], session: Session) -> dict[str, Any]:
    """The fields of `SessionConfig` that the view stands for."""
    sound, speech = view["audio"]["input"], view["audio"]["output"]
    transcription = sound["transcription"] or {}
    language = transcription.get("language") or session.companion.language
    default_voice = speech["voice"] in ("default", session.companion.voice)
    return {
        "instructions": view["instructions"] or None,
        "modality": view["output_modalities"][0],
        "voice": "" if default_voice else speech["voice"],
        "speed": float(speech["speed"]),
        "language": language,
        "hints": _hints(transcription),
        "tools": tuple(tool_spec(tool) for tool in view["tools"]),
        "tool_choice": view["tool_choice"],
        "max_output_tokens": None if view["max_output_tokens"] == "inf" else view["max_output_tokens"],
        "extra": session.config.extra | {_EXTRA: deepcopy(view)},
        **_turn_changes(sound["turn_detection"]),
    }


def _turn_changes(detection: dict[str, Any] | None) -> dict[str, Any]:
    if detection is None:
        return {"automatic_turns": False, "idle_timeout_ms": None}
    common = {
        "automatic_turns": True,
        "create_reply": detection["create_response"],
        "interrupt_reply": detection["interrupt_response"],
    }
    if detection["type"] == "semantic_vad":
        return common | {
            "silence_ms": None, "eagerness": detection["eagerness"], "vad_threshold": 0.5,
            "prefix_padding_ms": 300, "idle_timeout_ms": None,
        }  # fmt: skip
    return common | {
        "silence_ms": detection["silence_duration_ms"], "vad_threshold": detection["threshold"],
        "prefix_padding_ms": detection["prefix_padding_ms"], "idle_timeout_ms": detection["idle_timeout_ms"],
        "eagerness": "auto",
    }  # fmt: skip


def _hints(transcription: dict[str, Any]) -> tuple[str, ...]:
    words = [*(transcription.get("keywords") or ()), *(transcription.get("prompt") or "").split()]
    return tuple(dict.fromkeys(word.strip(".,;:!?\"'()") for word in words if len(word) > 2))[:_MOST_HINTS]


def tool_spec(tool: dict[str, Any]) -> ToolSpec:
    """A client's function tool as the mind wants it."""
    parameters = tool.get("parameters") or {"type": "object", "properties": {}}
    return ToolSpec(tool["name"], tool.get("description") or "", parameters)
