"""Every client event is handled or answered; hostile and broken input costs the sender an error and nobody else."""

import asyncio
import base64
import json
from typing import Any

import numpy as np
import orjson
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.strict import CLIENT_EVENTS
from tests.transports.wire_scene import Event, WireScene

TEXT = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}

VALID: dict[str, Event] = {
    "session.update": {"session": {"type": "realtime", "instructions": "Be brief."}},
    "input_audio_buffer.append": {"audio": base64.b64encode(bytes(960)).decode()},
    "input_audio_buffer.commit": {},
    "input_audio_buffer.clear": {},
    "output_audio_buffer.clear": {},
    "conversation.item.create": {"item": TEXT},
    "conversation.item.retrieve": {"item_id": "item_1"},
    "conversation.item.delete": {"item_id": "item_1"},
    "conversation.item.truncate": {"item_id": "item_1", "content_index": 0, "audio_end_ms": 5},
    "response.create": {},
    "response.cancel": {},
}
ANSWERS = {
    "session.update": "session.updated",
    "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "conversation.item.create": "conversation.item.done",
    "response.create": "response.done",
}


def sent(*messages: bytes, wait: float = 0.1, **scene_options: Any) -> WireScene:
    """The scene after these raw messages."""

    async def talk() -> WireScene:
        async with WireScene(**scene_options) as scene:
            for message in messages:
                scene.client.receive(message)
            await asyncio.sleep(wait)
        return scene

    return run(talk())


def test_the_table_above_names_every_client_event_of_the_protocol() -> None:
    assert set(VALID) == set(CLIENT_EVENTS)


@pytest.mark.parametrize("kind", sorted(CLIENT_EVENTS))
def test_every_client_event_is_answered_or_refused_with_its_event_id(kind: str) -> None:
    event = {"type": kind, "event_id": "mine", **VALID[kind]}
    CLIENT_EVENTS[kind].model_validate(event)
    scene = sent(json.dumps(event).encode(), wait=15)
    assert all(error["event_id"] == "mine" for error in scene.errors)
    if kind in ANSWERS:
        assert scene.events(ANSWERS[kind]) and not scene.errors
    elif kind != "input_audio_buffer.append":
        assert len(scene.errors) == 1
    assert scene.closed == (1000, "session ended: closed")


@pytest.mark.parametrize("kind", sorted(set(CLIENT_EVENTS) - {"input_audio_buffer.append"}))
@pytest.mark.parametrize("junk", [5, None, [], "x", {"deep": {"er": [1, None]}}, 10**30, -1, True])
def test_wrong_types_in_any_field_never_raise_and_never_end_the_session(kind: str, junk: Any) -> None:
    fields = {*VALID[kind], "item", "session", "response", "item_id", "audio_end_ms", "previous_item_id"}
    messages = [json.dumps({"type": kind, **VALID[kind], field: junk}).encode() for field in sorted(fields)]
    scene = sent(*messages)
    assert scene.closed == (1000, "session ended: closed")
    assert "internal_error" not in {error["code"] for error in scene.errors}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[1, 2]", "invalid_json"),
        (b'"session.update"', "invalid_json"),
        (b"\xff\xfe\x00", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"{}", "missing_required_parameter"),
        (b'{"type": 5}', "invalid_type"),
        (b'{"type": "make.coffee"}', "invalid_value"),
        (b'{"type": "viva.session.end"}', "invalid_value"),
        (b'{"type": "transcription_session.update"}', "invalid_value"),
        (b'{"type": "input_audio_buffer.append"}', "missing_required_parameter"),
        (b'{"type": "input_audio_buffer.append", "audio": 7}', "invalid_type"),
        (b'{"type": "input_audio_buffer.append", "audio": "%%%"}', "invalid_audio"),
        (b'{"type": "input_audio_buffer.append", "audio": "AAA"}', "invalid_audio"),
        (b'{"type": "input_audio_buffer.append", "audio": "AAAA"}', "invalid_audio"),  # three bytes
        (b'{"type": "input_audio_buffer.append", "audio": "\\ud800"}', "invalid_json"),
        (b'{"type": "input_audio_buffer.commit"}', "input_audio_buffer_commit_empty"),
    ],
)
def test_broken_messages_are_errors_and_the_session_goes_on(message: bytes, code: str) -> None:
    scene = sent(message, b'{"type": "session.update", "session": {}}')
    assert [error["code"] for error in scene.errors] == [code]
    assert scene.events("session.updated")


def test_an_unknown_event_type_is_named_with_what_there_is() -> None:
    (error,) = sent(b'{"type": "make.coffee", "event_id": "e1"}').errors
    assert "make.coffee" in error["message"] and "'response.create'" in error["message"]
    assert (error["type"], error["param"], error["event_id"]) == ("invalid_request_error", "type", "e1")


@pytest.mark.parametrize(
    ("item", "code", "param"),
    [
        ({"type": "message", "role": "user"}, "missing_required_parameter", "item.content"),
        ({"type": "message", "role": "ghost", "content": []}, "invalid_value", "item.role"),
        ({"type": "haiku", "role": "user", "content": []}, "invalid_value", "item.type"),
        (TEXT | {"id": "x" * 33}, "invalid_value", "item.id"),
        (TEXT | {"content": [{"type": "input_text"}]}, "missing_required_parameter", "item.content[0].text"),
        (TEXT | {"content": [{"type": "output_text", "text": "a"}]}, "invalid_value", "item.content[0].type"),
        (TEXT | {"content": [{"type": "input_image", "image_url": "data:"}]}, "unsupported_content_type",
         "item.content[0].type"),
        (TEXT | {"content": [{"type": "input_audio", "audio": "AAAA"}]}, "invalid_audio",
         "item.content[0].audio"),
        ({"type": "function_call_output", "output": "4"}, "missing_required_parameter", "item.call_id"),
        ({"type": "item_reference", "id": "a"}, "invalid_value", "item.type"),
        ({"type": "mcp_call", "id": "a"}, "unsupported_item_type", "item.type"),
    ],
)  # fmt: skip
def test_items_that_cannot_be_are_errors_naming_the_field(item: Event, code: str, param: str) -> None:
    scene = sent(json.dumps({"type": "conversation.item.create", "event_id": "e", "item": item}).encode())
    (error,) = scene.errors
    assert (error["code"], error["param"], error["event_id"]) == (code, param, "e")


def test_items_are_placed_retrieved_and_deleted_by_id() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            scene.send("conversation.item.create", item=TEXT | {"id": "second"})
            scene.send("conversation.item.create", item=TEXT | {"id": "first"}, previous_item_id="root")
            system = {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "s"}]}
            scene.send("conversation.item.create", item=system | {"id": "between"}, previous_item_id="first")
            scene.send("conversation.item.create", item=TEXT | {"id": "first"})
            scene.send("conversation.item.create", item=TEXT, previous_item_id="nobody")
            scene.send("conversation.item.retrieve", item_id="between")
            scene.send("conversation.item.delete", item_id="between")
            await scene.until("conversation.item.deleted")
            scene.send("conversation.item.retrieve", item_id="between")
            scene.send("conversation.item.delete", item_id="between")
            await asyncio.sleep(0.1)
        return scene

    scene = run(talk())
    assert [event["previous_item_id"] for event in scene.events("conversation.item.added")] == [
        None,
        None,
        "first",
    ]
    assert scene.events("conversation.item.retrieved")[0]["item"]["role"] == "system"
    assert [error["param"] for error in scene.errors] == ["previous_item_id"] * 2 + ["item_id"] * 2
    assert [item.id for item in scene.session.history.items] == ["first", "second"]


def test_a_response_takes_items_and_references_as_its_input() -> None:
    mind = NullMind()

    async def talk() -> WireScene:
        async with WireScene(mind=mind) as scene:
            scene.send("conversation.item.create", item=TEXT | {"id": "known"})
            items = [
                {"type": "item_reference", "id": "known"},
                TEXT | {"content": [{"type": "input_text", "text": "Bye"}]},
            ]
            scene.send(
                "response.create",
                response={"input": items, "conversation": "none", "instructions": "Be odd."},
            )
            await scene.until("response.done")
            bad = [{"type": "item_reference", "id": "unknown"}]
            scene.send("response.create", response={"input": bad})
            await asyncio.sleep(0.1)
        return scene

    scene = run(talk())
    (error,) = scene.errors
    assert (error["code"], error["param"]) == ("item_not_found", "response.input[0].id")
    request = mind.requests[0]
    assert [message.text for message in request.messages] == ["Hello", "Bye"]
    assert request.instructions == "Be odd."


def test_a_whole_recording_sent_at_once_is_one_turn_and_what_follows_it_comes_after_it() -> None:
    async def talk() -> WireScene:
        async with WireScene(ears=NullEars("go forward ten meters")) as scene:
            scene.send("session.update", session={"audio": {"input": {"turn_detection": None}}})
            sound = np.concatenate([read_wav("austen_0870")] * 4)  # 28 s: 50 frames a second at once
            for start in range(0, len(sound), 16_000):
                scene.send_sound(sound[start : start + 16_000])
            scene.send("input_audio_buffer.commit")
            scene.send("response.create")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    (completed,) = scene.events("conversation.item.input_audio_transcription.completed")
    assert completed["usage"]["seconds"] == pytest.approx(28.4, abs=0.6)


def test_a_flood_of_audio_is_refused_once_then_the_client_is_sent_away_and_memory_stays_bounded() -> None:
    second = base64.b64encode(bytes(48_000)).decode()

    async def talk() -> WireScene:
        async with WireScene() as scene:
            for _ in range(300):
                scene.send("input_audio_buffer.append", audio=second)
            waiting = sum(
                len(piece) for piece in scene.client.intake._waiting if isinstance(piece, memoryview)
            )
            assert waiting <= 60 * 48_000
        return scene

    scene = run(talk())
    assert [error["code"] for error in scene.errors] == ["input_audio_too_fast"]
    assert scene.closed is not None and scene.closed[0] == 1008


def test_audio_at_real_time_is_never_refused() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            for _ in range(200):
                scene.send("input_audio_buffer.append", audio=base64.b64encode(bytes(48_000)).decode())
                await asyncio.sleep(0.99)
        return scene

    assert not run(talk()).errors


def test_one_append_may_not_be_endless() -> None:
    scene = sent(json.dumps({"type": "input_audio_buffer.append", "audio": "A" * (1024 * 1024 + 4)}).encode())
    assert [error["code"] for error in scene.errors] == ["audio_too_long"]


def test_too_many_events_close_the_connection_with_a_reason() -> None:
    scene = sent(*[b'{"type": "make.coffee"}'] * 7000)
    assert scene.closed == (1008, "too many events a second")
    assert len(scene.errors) <= 6001


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(VALID)), st.dictionaries(
    st.sampled_from(["item", "session", "response", "audio", "item_id", "event_id", "content_index", "audio_end_ms"]), _JSON,
    max_size=3,
)), max_size=6))  # fmt: skip
def test_no_sequence_of_events_however_odd_breaks_the_session(events: list[tuple[str, Event]]) -> None:
    messages = []
    for kind, changes in events:
        try:
            messages.append(orjson.dumps({"type": kind, **VALID[kind], **changes}))
        except TypeError:
            continue  # integers that JSON here does not know
    scene = sent(*messages, wait=1)
    assert scene.closed == (1000, "session ended: closed")
    assert "internal_error" not in {error["code"] for error in scene.errors}


def spoken_item(name: str) -> Event:
    wide = soxr.resample(read_wav(name), 16_000, 24_000).astype("<i2").tobytes()
    content = [{"type": "input_audio", "audio": base64.b64encode(wide).decode()}]
    return {"item": {"type": "message", "role": "user", "content": content, "id": "item_spoken"}}


def test_an_item_of_sound_is_recognised_before_it_is_answered() -> None:
    mind = NullMind()
    messages = [{"type": "conversation.item.create", **spoken_item("cards_001")}, {"type": "response.create"}]
    scene = sent(*map(orjson.dumps, messages), wait=3, ears=NullEars("ten of clubs"), mind=mind)
    kinds = scene.kinds()
    completed = "conversation.item.input_audio_transcription.completed"
    assert kinds.index("conversation.item.added") < kinds.index(completed) < kinds.index("response.created")
    assert [event["transcript"] for event in scene.events(completed)] == ["ten of clubs"]
    assert mind.requests[0].messages[-1].text == "ten of clubs"
    done = scene.events("conversation.item.done")
    assert done[0]["item"]["content"] == [{"type": "input_audio", "transcript": "ten of clubs"}]


@pytest.mark.parametrize(
    ("audio", "more", "code"),
    [
        ("%%%", [], "invalid_audio"),
        ("AAAA", [], "invalid_audio"),
        ("AAAAAAAA", [{"type": "input_text", "text": "x"}], "unsupported_content_type"),
    ],
)
def test_sound_that_cannot_be_used_is_answered_with_its_place(
    audio: str, more: list[Event], code: str
) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": audio}, *more]}
    scene = sent(orjson.dumps({"type": "conversation.item.create", "item": item, "event_id": "e1"}))
    (error,) = scene.errors
    assert (error["code"], error["event_id"]) == (code, "e1")
    assert error["param"] == "item.content[0].audio"
