"""Races between cancel, truncate, barge-in, clear and a finishing response: each has one right outcome."""

import asyncio

import pytest

from tests.conversation.virtual_time import run
from tests.null_engines import NullMind
from tests.speech import read_wav
from tests.transports.wire_scene import Event, WireScene

LONG = "One two three four five six seven eight nine ten. " * 8
SHORT = "Yes."


def responses(scene: WireScene) -> list[Event]:
    return [event["response"] for event in scene.events("response.done")]


def test_cancel_while_the_response_is_running() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            scene.send("response.cancel")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    (response,) = responses(scene)
    assert (response["status"], response["status_details"]["reason"]) == ("cancelled", "client_cancelled")


def test_cancel_before_the_response_was_created_still_gives_a_created_and_a_done() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            scene.send("response.cancel")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    assert [response["status"] for response in responses(scene)] == ["cancelled"]


def test_cancel_when_nothing_is_running_is_an_error_with_the_clients_event_id() -> None:
    async def talk() -> tuple[WireScene, str]:
        async with WireScene() as scene:
            sent = scene.send("response.cancel")
            await asyncio.sleep(0.1)
        return scene, sent

    scene, sent = run(talk())
    (error,) = scene.errors
    assert (error["code"], error["event_id"]) == ("response_cancel_not_active", sent)


def test_cancel_right_after_the_response_was_done_is_an_error_and_harms_nothing() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(SHORT)) as scene:
            scene.send("response.create")
            await scene.until("response.done")
            scene.send("response.cancel")
            scene.send("response.create")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert [error["code"] for error in scene.errors] == ["response_cancel_not_active"]
    assert [response["status"] for response in responses(scene)] == ["completed", "completed"]


def test_cancel_of_another_response_id_leaves_the_running_one_alone() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            scene.send("response.cancel", response_id="resp_of_yesterday")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert [error["code"] for error in scene.errors] == ["response_cancel_not_active"]
    assert [response["status"] for response in responses(scene)] == ["completed"]


def test_two_cancels_at_once_are_one_cancel_and_one_error() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            scene.send("response.cancel")
            scene.send("response.cancel")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert [error["code"] for error in scene.errors] == ["response_cancel_not_active"]
    assert [response["status"] for response in responses(scene)] == ["cancelled"]


def test_create_while_one_is_active_is_an_error_with_the_clients_event_id() -> None:
    async def talk() -> tuple[WireScene, str]:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.created")
            sent = scene.send("response.create")
            await scene.until("response.done")
        return scene, sent

    scene, sent = run(talk())
    (error,) = scene.errors
    assert (error["code"], error["event_id"]) == ("conversation_already_has_active_response", sent)
    assert len(responses(scene)) == 1


def test_cancel_and_create_in_one_breath_are_two_responses_one_after_the_other() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            scene.send("response.cancel")
            scene.send("response.create")
            await scene.until("response.done")
            await scene.until("response.done")
        return scene

    scene = run(talk())
    assert not scene.errors
    assert [response["status"] for response in responses(scene)] == ["cancelled", "completed"]


def test_truncate_after_a_barge_in_cuts_to_the_clients_own_position() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(5)
            speaking = asyncio.create_task(scene.speak(read_wav("cards_005")))
            await scene.until("input_audio_buffer.speech_started")
            item = scene.events("response.output_item.added")[0]["item"]["id"]
            scene.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=600)
            await scene.until("conversation.item.truncated")
            await speaking
            await scene.quiet(3)
            scene.send("conversation.item.retrieve", item_id=item)
            await asyncio.sleep(0.1)
        return scene

    scene = run(talk())
    assert not scene.errors
    assert scene.events("conversation.item.truncated")[0]["audio_end_ms"] == 600
    (item,) = [event["item"] for event in scene.events("conversation.item.retrieved")]
    assert item["content"][0]["transcript"].split() == ["One", "two"]


def test_truncate_after_cancel_gives_the_exact_number() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            await asyncio.sleep(2)
            scene.send("response.cancel")
            item = scene.events("response.output_item.added")[0]["item"]["id"]
            scene.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=1000)
            await scene.until("conversation.item.truncated")
            await scene.until("response.done") if not responses(scene) else None
            scene.send("conversation.item.retrieve", item_id=item)
            await asyncio.sleep(0.1)
        return scene

    scene = run(talk())
    assert not scene.errors
    (item,) = [event["item"] for event in scene.events("conversation.item.retrieved")]
    assert (item["status"], len(item["content"][0]["transcript"].split())) == ("incomplete", 4)


def test_truncate_of_a_finished_response_is_carried_out() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            scene.send("response.create")
            await scene.until("response.done")
            item = responses(scene)[0]["output"][0]["id"]
            scene.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=500)
            await scene.until("conversation.item.truncated")
        return scene

    assert not run(talk()).errors


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"item_id": "item_nobody", "audio_end_ms": 10}, "item_id"),
        ({"audio_end_ms": 10_000_000}, "audio_end_ms"),
        ({"audio_end_ms": -1}, "audio_end_ms"),
        ({"content_index": 3, "audio_end_ms": 10}, "content_index"),
        ({"audio_end_ms": "10"}, "audio_end_ms"),
    ],
)
def test_a_truncate_that_cannot_be_is_an_error_naming_the_field(wrong: Event, param: str) -> None:
    async def talk() -> tuple[WireScene, str]:
        async with WireScene() as scene:
            scene.send("response.create")
            await scene.until("response.done")
            item = responses(scene)[0]["output"][0]["id"]
            sent = scene.send("conversation.item.truncate", **{"item_id": item, "content_index": 0} | wrong)
            await asyncio.sleep(0.1)
        return scene, sent

    scene, sent = run(talk())
    (error,) = scene.errors
    assert (error["param"], error["event_id"]) == (param, sent)
    assert not scene.events("conversation.item.truncated")


def test_the_learners_own_item_cannot_be_truncated() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            item = {
                "id": "mine",
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "a"}],
            }
            scene.send("conversation.item.create", item=item)
            scene.send("conversation.item.truncate", item_id="mine", content_index=0, audio_end_ms=0)
            await asyncio.sleep(0.1)
        return scene

    (error,) = run(talk()).errors
    assert error["param"] == "item_id"


def test_a_barge_in_at_the_very_end_of_a_response_is_one_turn_and_nothing_twice() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind("Well done, go on.")) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.until("response.done") if not responses(scene) else None
            await scene.speak(read_wav("cards_001"))
            await scene.quiet(6)
        return scene

    scene = run(talk())
    assert not scene.errors
    done = [event["item"]["id"] for event in scene.events("conversation.item.done")]
    assert len(done) == len(set(done))
    added = [event["item"]["id"] for event in scene.events("conversation.item.added")]
    assert set(done) == set(added)


def test_cancel_during_a_barge_in_leaves_the_learners_turn_standing() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            await scene.speak(read_wav("goforward"))
            await scene.quiet(5)
            speaking = asyncio.create_task(scene.speak(read_wav("cards_005")))
            await scene.until("input_audio_buffer.speech_started")
            scene.send("response.cancel")
            await speaking
            await scene.quiet(3)
            scene.send("response.cancel")
            await asyncio.sleep(1)
        return scene

    scene = run(talk())
    assert {error["code"] for error in scene.errors} <= {"response_cancel_not_active"}
    assert len(scene.events("input_audio_buffer.committed")) == 2


def test_clear_while_the_learner_speaks_drops_the_turn() -> None:
    async def talk() -> WireScene:
        async with WireScene() as scene:
            speaking = asyncio.create_task(scene.speak(read_wav("goforward")))
            await scene.until("input_audio_buffer.speech_started")
            scene.send("input_audio_buffer.clear")
            assert scene.events("input_audio_buffer.cleared")
            speaking.cancel()
            await scene.quiet(3)
        return scene

    scene = run(talk())
    assert not scene.events("input_audio_buffer.committed")
    assert not scene.errors


def test_what_is_being_said_cannot_be_deleted_and_goes_on() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
            item = scene.events("response.output_item.added")[0]["item"]["id"]
            scene.send("conversation.item.delete", item_id=item)
            await scene.until("response.done")
            await asyncio.sleep(25)
            scene.send("conversation.item.delete", item_id=item)
            await scene.until("conversation.item.deleted")
        return scene

    scene = run(talk())
    assert [error["param"] for error in scene.errors] == ["item_id"]
    assert responses(scene)[0]["status"] == "completed"


def test_deleting_what_was_sent_but_is_still_played_does_not_end_the_session() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.done")
            item = scene.events("response.output_item.added")[0]["item"]["id"]
            scene.send("conversation.item.delete", item_id=item)
            await scene.until("conversation.item.deleted")
        return scene

    assert run(talk()).session.ended == "closed"


def test_the_session_ending_in_mid_response_closes_the_response_first() -> None:
    async def talk() -> WireScene:
        async with WireScene(mind=NullMind(LONG)) as scene:
            scene.send("response.create")
            await scene.until("response.output_audio.delta")
        return scene

    scene = run(talk())
    assert [response["status"] for response in responses(scene)] == ["cancelled"]
    assert scene.closed == (1000, "session ended: closed")
