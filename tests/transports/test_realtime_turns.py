"""Turns on the Realtime wire, in the protocol's order and for its strictest clients; on virtual time."""

from typing import Any

from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.wire_scene import WireScene
from tutor.brain.base import MindEvent, MindRequest, TextDelta, ToolCall, Usage

LONG = "One two three four five six seven eight nine ten. " * 8
MANUAL = {"audio": {"input": {"turn_detection": None}}}


class CallingMind(NullMind):
    """Calls a function of the client, and says something once it has the output."""

    async def reply(self, request: MindRequest) -> Any:
        self.requests.append(request)
        event: MindEvent = ToolCall("call_1", "roll_dice", '{"sides": 6}')
        if any(message.role == "tool" for message in request.messages):
            event = TextDelta("You rolled a four.")
        yield event
        yield Usage(7, 3)


def test_a_connection_begins_with_the_whole_session_object() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            pass
        return scene

    first = run(talk()).got[0]
    assert first["type"] == "session.created"
    session = first["session"]
    assert (session["id"], session["model"], session["object"]) == ("sess_1", "test", "realtime.session")
    assert session["audio"]["input"]["turn_detection"]["type"] == "semantic_vad"
    assert session["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert (session["tools"], session["max_output_tokens"]) == ([], "inf")
    assert session["expires_at"] == 1_800_000_600


def test_a_spoken_turn_follows_the_order_of_the_protocol() -> None:
    async def talk() -> WireScene:
        async with WireScene(ears=NullEars("go forward ten meters")) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(9)
        return scene

    scene = run(talk())
    kinds = scene.kinds()[1:]
    assert kinds[:9] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.done",
        "response.created",
        "rate_limits.updated",
    ]
    assert kinds[9:12] == [
        "response.output_item.added", "conversation.item.added", "response.content_part.added",
    ]  # fmt: skip
    assert kinds[-6:] == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert set(kinds[12:-6]) == {"response.output_audio_transcript.delta", "response.output_audio.delta"}
    assert kinds[12:-6].count("response.output_audio.delta") > 1, "text and sound are not interleaved"


def test_ids_previous_items_and_texts_agree_over_a_turn() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(9)
        return scene

    scene = run(talk())
    learner, tutor = scene.events("conversation.item.added")
    assert learner["previous_item_id"] is None
    assert tutor["previous_item_id"] == learner["item"]["id"]
    assert [event["previous_item_id"] for event in scene.events("conversation.item.done")] == [
        None, learner["item"]["id"],
    ]  # fmt: skip
    said = "".join(event["delta"] for event in scene.events("response.output_audio_transcript.delta"))
    (done,) = scene.events("response.done")
    assert done["response"]["output"][0]["content"] == [{"type": "output_audio", "transcript": said}]
    assert done["response"]["usage"]["total_tokens"] == 23
    ids = [event["event_id"] for event in scene.got]
    assert len(set(ids)) == len(ids)


def test_a_barge_in_cancels_the_response_and_cuts_it_to_what_was_heard() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(4)
            await scene.speak(read_wav("cards_005"))
            await scene.quiet(2)
        return scene

    scene = run(talk())
    first = scene.events("response.done")[0]["response"]
    assert (first["status"], first["status_details"]["reason"]) == ("cancelled", "turn_detected")
    said = first["output"][0]["content"][0]["transcript"]
    assert first["output"][0]["status"] == "incomplete"
    assert 0 < len(said) < len(LONG)
    kinds = scene.kinds()
    second = len(kinds) - 1 - kinds[::-1].index("input_audio_buffer.speech_started")
    assert kinds.index("response.done") > second, "the client is silenced before the response is closed"


def test_a_false_alarm_closes_the_response_before_another_one_says_the_rest() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG), ears=NullEars("tell me", "mm-hm")) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(5)
            await scene.speak(read_wav("cards_001")[6000:12000])
            await scene.quiet(30)
        return scene

    scene = run(talk())
    open_now: set[str] = set()
    for event in scene.got:
        if event["type"] == "response.created":
            assert not open_now, "two responses of the conversation at once"
            open_now.add(event["response"]["id"])
        elif event["type"] == "response.done":
            open_now.remove(event["response"]["id"])
        elif event["type"].startswith("response."):
            assert event["response_id"] in open_now
    statuses = [event["response"]["status"] for event in scene.events("response.done")]
    assert statuses == ["cancelled", "completed"]
    texts = [
        event["response"]["output"][0]["content"][0]["transcript"] for event in scene.events("response.done")
    ]
    assert " ".join("".join(texts).split()) == LONG.strip() or (texts[1] and LONG.endswith(texts[1]))


def test_manual_turns_are_committed_and_answered_only_when_asked() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            scene.send("session.update", session=MANUAL)
            await scene.speak(read_wav("goforward"))
            scene.send("input_audio_buffer.commit")
            await scene.quiet(1)
            assert not scene.events("response.created")
            scene.send("response.create")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    assert not scene.events("input_audio_buffer.speech_started")
    assert len(scene.events("input_audio_buffer.committed")) == 1
    assert scene.events("conversation.item.input_audio_transcription.completed")


def test_a_text_reply_comes_as_text() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
            scene.send("conversation.item.create", item=item)
            scene.send("response.create", response={"output_modalities": ["text"]})
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.events("response.output_audio.delta")
    (part,) = scene.events("response.content_part.added")
    assert part["part"]["type"] == "text"
    text = "".join(event["delta"] for event in scene.events("response.output_text.delta"))
    assert scene.events("response.output_text.done")[0]["text"] == text != ""
    assert scene.events("response.created")[0]["response"]["output_modalities"] == ["text"]


def test_a_function_of_the_client_is_called_and_its_output_answered() -> None:
    tool = {"type": "function", "name": "roll_dice", "description": "Roll", "parameters": {"type": "object"}}

    async def talk() -> WireScene:
        async with WireScene(mind=CallingMind()) as scene:
            scene.send("session.update", session={"tools": [tool], "tool_choice": "auto"})
            scene.send("response.create")
            await scene.until("response.done")
            output = {"type": "function_call_output", "call_id": "call_1", "output": "4"}
            scene.send("conversation.item.create", item=output)
            scene.send("response.create")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    kinds = scene.kinds()
    call = kinds.index("response.output_item.added")
    assert kinds[call : call + 7] == [
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert scene.events("response.output_item.added")[0]["item"]["arguments"] == ""
    assert scene.events("response.function_call_arguments.done")[0]["name"] == "roll_dice"
    assert scene.session.config.tools[0].name == "roll_dice"
    assert scene.events("response.done")[1]["response"]["output"][0]["role"] == "assistant"


def test_out_of_band_responses_leave_the_conversation_alone_and_echo_their_metadata() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.created")
            scene.send(
                "response.create",
                response={"conversation": "none", "metadata": {"topic": "mood"}, "output_modalities": ["text"], "input": []},
            )  # fmt: skip
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    created = scene.events("response.created")[1]["response"]
    assert (created["metadata"], created["conversation_id"]) == ({"topic": "mood"}, None)
    done = next(e["response"] for e in scene.events("response.done") if e["response"]["id"] == created["id"])
    assert (done["status"], done["metadata"]) == ("completed", {"topic": "mood"})
    added = {event["item"]["id"] for event in scene.events("conversation.item.added")}
    assert done["output"][0]["id"] not in added


def test_g711_goes_in_and_out_when_the_client_asks_for_it() -> None:
    import base64

    import soxr

    from audio.pcm import encode_ulaw

    async def talk() -> WireScene:
        async with WireScene() as scene:
            formats = {
                "input": {"format": {"type": "audio/pcmu"}},
                "output": {"format": {"type": "audio/pcma"}},
            }
            scene.send("session.update", session={"audio": formats})
            narrow = encode_ulaw(soxr.resample(read_wav("goforward"), 16_000, 8_000))
            for start in range(0, len(narrow), 160):
                frame = base64.b64encode(narrow[start : start + 160]).decode()
                scene.send("input_audio_buffer.append", audio=frame)
                await scene.quiet(0) if start < 0 else await _tick()
            silence = base64.b64encode(b"\xff" * 160).decode()
            for _ in range(400):
                scene.send("input_audio_buffer.append", audio=silence)
                await _tick()
        return scene

    async def _tick() -> None:
        import asyncio

        await asyncio.sleep(0.02)

    scene = run(talk())
    assert not scene.errors
    (done,) = scene.events("response.done")
    assert done["response"]["audio"]["output"]["format"] == {"type": "audio/pcma"}
    sound = b"".join(
        base64.b64decode(event["delta"]) for event in scene.events("response.output_audio.delta")
    )
    words = len(done["response"]["output"][0]["content"][0]["transcript"].split())
    assert len(sound) == words * 8000 // 4


def test_a_viva_client_gets_captions_state_and_metrics_and_a_strict_one_does_not() -> None:
    async def talk(viva: bool) -> WireScene:
        async with WireScene(viva=viva) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(9)
        return scene

    asked, strict = run(talk(True)), run(talk(False))
    assert not [event for event in strict.got if event["type"].startswith("viva.")]
    (metrics,) = asked.events("viva.turn.metrics")
    assert metrics["turn"] == 1 and metrics["first_sent_ms"] is not None
    assert {event["state"] for event in asked.events("viva.session.state")} >= {"listening", "speaking"}
    captions = asked.events("viva.caption")
    assert {event["role"] for event in captions} == {"learner", "tutor"}
    tutor = [event for event in captions if event["role"] == "tutor"]
    for event in tutor:
        for word in event["words"]:
            assert event["text"][word["start"] : word["end"]].strip()
    assert tutor[-1]["final"]
    assert asked.events("viva.session.ended")[0]["reason"] == "closed"
    assert asked.closed is not None and asked.closed[0] == 1000
