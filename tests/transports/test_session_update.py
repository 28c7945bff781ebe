"""`session.update`: what is absent stays, what is empty clears, null turns off; wrong values name their field."""

import asyncio
import json
from typing import Any

import pytest

from tests.conversation.virtual_time import run
from tests.transports.wire_scene import Event, WireScene
from tutor.conversation.session_config import SessionConfig


def after(*updates: Any, **session: Any) -> WireScene:
    """The scene after these updates."""

    async def talk() -> WireScene:
        async with WireScene(**session) as scene:
            for update in updates:
                scene.send("session.update", session=update)
            await asyncio.sleep(0)
        return scene

    return run(talk())


def shown(scene: WireScene) -> Event:
    session: Event = scene.events("session.updated")[-1]["session"]
    return session


TOOL = {"type": "function", "name": "look_up", "description": "Look it up", "parameters": {"type": "object"}}


def test_only_the_fields_present_change() -> None:
    scene = after({"instructions": "Be brief.", "tools": [TOOL]}, {"audio": {"output": {"speed": 1.25}}})
    session = shown(scene)
    assert (session["instructions"], session["tools"][0]["name"]) == ("Be brief.", "look_up")
    assert session["audio"]["output"]["speed"] == 1.25
    config = scene.session.config
    assert (config.instructions, config.speed, config.tools[0].name) == ("Be brief.", 1.25, "look_up")


def test_empty_values_clear() -> None:
    scene = after({"instructions": "Be brief.", "tools": [TOOL]}, {"instructions": "", "tools": []})
    assert (shown(scene)["instructions"], shown(scene)["tools"]) == ("", [])
    assert (scene.session.config.instructions, scene.session.config.tools) == (None, ())


def test_null_turns_turn_detection_off_and_a_type_turns_it_on_again() -> None:
    off = after({"audio": {"input": {"turn_detection": None}}})
    assert shown(off)["audio"]["input"]["turn_detection"] is None
    assert not off.session.config.automatic_turns
    on = after(
        {"audio": {"input": {"turn_detection": None}}},
        {"audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 700}}}},
    )
    assert on.session.config.automatic_turns
    assert on.session.config.silence_ms == 700


def test_turn_detection_of_the_same_type_is_merged_and_of_another_begins_with_its_defaults() -> None:
    scene = after(
        {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 0.7}}}},
        {"audio": {"input": {"turn_detection": {"type": "server_vad", "create_response": False}}}},
    )
    detection = shown(scene)["audio"]["input"]["turn_detection"]
    assert (detection["threshold"], detection["create_response"]) == (0.7, False)
    assert not scene.session.config.create_reply
    scene = after(
        {"audio": {"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000}}}},
        {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "high"}}}},
    )
    config = scene.session.config
    assert (config.silence_ms, config.idle_timeout_ms, config.eagerness) == (None, None, "high")


def test_transcription_sets_language_and_hints() -> None:
    scene = after(
        {"audio": {"input": {"transcription": {"language": "de", "prompt": "Der Satz des Pythagoras."}}}},
        {"audio": {"input": {"transcription": {"keywords": ["Hypotenuse"]}}}},
    )
    config = scene.session.config
    assert config.language == "de"
    assert config.hints == ("Hypotenuse", "Der", "Satz", "des", "Pythagoras")


def test_the_voice_may_change_until_the_first_audio_and_then_no_more() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            scene.send("session.update", session={"audio": {"output": {"voice": "cedar"}}})
            scene.send("response.create")
            await scene.until("response.done")
            scene.send("session.update", session={"audio": {"output": {"voice": "cedar", "speed": 0.5}}})
            scene.send(
                "session.update", session={"audio": {"output": {"voice": "marin"}}, "instructions": "x"}
            )
            scene.send("response.create", response={"audio": {"output": {"voice": "marin"}}})
        return scene

    scene = run(talk())
    assert [(e["code"], e["param"]) for e in scene.errors] == [
        ("cannot_update_voice", "session.audio.output.voice"),
        ("cannot_update_voice", "response.audio.output.voice"),
    ]
    assert shown(scene)["audio"]["output"]["speed"] == 0.5
    assert scene.session.config.instructions is None, "a refused update changes nothing"


def test_the_input_format_is_fixed_once_there_was_audio() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            await scene.quiet(0.1)
            scene.send("session.update", session={"audio": {"input": {"format": {"type": "audio/pcmu"}}}})
            scene.send("session.update", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
        return scene

    scene = run(talk())
    assert [error["param"] for error in scene.errors] == ["session.audio.input.format"]
    assert scene.door.output_rate == 8000


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"audio": {"output": {"speed": 3.0}}}, "invalid_value", "session.audio.output.speed"),
        ({"audio": {"output": {"speed": "fast"}}}, "invalid_type", "session.audio.output.speed"),
        ({"output_modalities": ["audio", "text"]}, "invalid_value", "session.output_modalities"),
        ({"output_modalities": ["smell"]}, "invalid_value", "session.output_modalities[0]"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"colour": "red"}, "unknown_parameter", "session.colour"),
        ({"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 7}}}}, "invalid_value",
         "session.audio.input.turn_detection.threshold"),
        ({"audio": {"input": {"turn_detection": {"type": "telepathy"}}}}, "invalid_value",
         "session.audio.input.turn_detection.type"),
        ({"audio": {"input": {"format": {"type": "audio/mp3"}}}}, "invalid_value", "session.audio.input.format.type"),
        ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}, "invalid_value",
         "session.audio.input.format"),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "session.tools[0].name"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "unsupported_tool_type", "session.tools[0].type"),
        ({"type": "transcription"}, "unsupported_session_type", "session.type"),
        ({"model": "another"}, "invalid_value", "session.model"),
        ({"instructions": 5}, "invalid_type", "session.instructions"),
        ("fast", "invalid_type", "session"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_an_error_naming_the_field_and_changes_nothing(
    session: Any, code: str, param: str
) -> None:
    scene = after(session)
    (error,) = scene.errors
    assert (error["code"], error["param"], error["event_id"]) == (code, param, "client_1")
    assert not scene.events("session.updated")


def test_settings_that_were_saved_are_taken_over_again() -> None:
    scene = after({"instructions": "Be brief.", "tools": [TOOL], "audio": {"output": {"speed": 1.25}}})
    saved = json.loads(json.dumps(scene.session.config.saved()))
    again = SessionConfig()
    again.restore(saved)
    assert again == scene.session.config


def test_what_the_client_set_outlives_the_link() -> None:
    async def talk() -> tuple[WireScene, Event]:
        async with WireScene() as scene:
            scene.send("session.update", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
            from tutor.transports.wire_session import WireSession

            again = WireSession(scene.session, "test").render(0)
        return scene, again

    scene, again = run(talk())
    assert again["audio"] == shown(scene)["audio"]


def test_patience_from_a_viva_client_changes_the_waiting() -> None:
    async def talk() -> WireScene:
        async with WireScene(viva=True) as scene:
            scene.send("viva.patience", patience="high")
            scene.send("viva.patience", patience="angelic")
        return scene

    scene = run(talk())
    assert scene.session.config.eagerness == "low"
    assert [error["param"] for error in scene.errors] == ["patience"]
