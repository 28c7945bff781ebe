"""The language-model mind against a real local server: how a reply streams, is cancelled, and how the mind starts."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
import structlog
from chat_server import Wire, refuses, says

from tests.brain.llm_minds import (
    ASKED,
    LIMITS,
    events_of,
    mind,
    server,
    text_of,
)
from tutor.brain.base import (
    TextDelta,
    Usage,
)
from tutor.brain.llm import LanguageModelMind
from tutor.errors import MindError

__all__ = ["mind", "server"]  # fixtures


# --- good streams --------------------------------------------------------------------------------------------
async def test_words_come_as_they_are_written_and_usage_comes_last(server, mind):
    written, read = asyncio.Event(), asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell ")
        await read.wait()  # the second half is written only after the first was delivered
        await wire.delta(content="is small.")
        await wire.end()
        written.set()

    server.answer(script)
    events = []
    async for event in mind.reply(ASKED):
        events.append(event)
        read.set()
    assert events == [TextDelta("A cell "), TextDelta("is small."), Usage(11, 7)]
    assert server.bodies[0]["stream"] is True and server.bodies[0]["stream_options"] == {
        "include_usage": True
    }


async def test_a_stream_read_to_its_end_leaves_the_connection_for_the_next(server, mind):
    server.answer(says("One."), says("Two."))
    await events_of(mind)
    await events_of(mind)
    assert len(server.connections) == 1


async def test_a_server_that_never_sends_usage_does_not_hold_up_the_end(server, mind):
    async def script(wire: Wire) -> None:
        await wire.delta(content="Done.")
        await wire.delta(finish_reason="stop")
        await wire.stall()

    server.answer(script)
    assert await asyncio.wait_for(events_of(mind), 15) == [TextDelta("Done.")]


async def test_the_settings_of_the_request_reach_the_endpoint(server, mind):
    server.answer(says("Hm."))
    await events_of(mind, replace(ASKED, temperature=0.1, max_output_tokens=50))
    body = server.bodies[0]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("m", 0.1, 50)
    assert body["messages"][0]["role"] == "system" and body["messages"][-1]["content"] == "What is a cell?"


async def test_a_token_limit_ends_the_reply_without_an_error(server, mind):
    server.answer(says("A cell is", reason="length"))
    assert text_of(await events_of(mind)) == "A cell is"


async def test_chunks_without_choices_and_with_odd_fields_are_passed_over(server, mind):
    async def script(wire: Wire) -> None:
        await wire.chunk(choices=[], prompt_filter_results=[{}])
        await wire.chunk(choices=[{"index": 0}])
        await wire.chunk(choices=[{"index": 0, "delta": None}])
        await wire.chunk(choices=[{"index": 0, "delta": {"content": ["not", "text"]}}])
        await wire.raw(b": keep-alive\n\n")
        await wire.delta(content="Good.")
        await wire.end()

    server.answer(script)
    assert text_of(await events_of(mind)) == "Good."


# --- leaving -------------------------------------------------------------------------------------------------
async def test_closing_the_reply_drops_the_request_at_once(server, mind):
    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell ")
        await wire.stall()

    server.answer(script)
    async with aclosing(mind.reply(ASKED)) as events:
        assert await anext(events) == TextDelta("A cell ")
        assert not server.dropped.is_set()
    await asyncio.wait_for(server.dropped.wait(), 30)


async def test_cancelling_the_task_drops_the_request_before_the_first_word(server, mind):
    async def script(wire: Wire) -> None:
        await wire.stall()

    server.answer(script)
    task = asyncio.create_task(events_of(mind))
    await server.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.dropped.wait(), 30)


# --- start ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "models", [(200, {"data": []}), (200, {"data": [{"id": "other"}]}), (404, {}), (405, {})]
)
async def test_a_server_that_cannot_list_its_models_well_is_good_enough(server, mind, models):
    server.models = models
    await mind.start()


async def test_a_wrong_key_is_found_at_the_start(server, mind):
    server.models = (401, {"error": {"message": "bad"}})
    with pytest.raises(MindError, match="API key"):
        await mind.start()


async def test_a_model_that_is_being_loaded_is_waited_for(server):
    mind = LanguageModelMind("m", base_url=server.url, limits=replace(LIMITS, first_token=0.05))
    loaded = asyncio.Event()

    async def script(wire: Wire) -> None:
        await loaded.wait()
        await wire.delta(content="Hello.")
        await wire.end()

    server.answer(script)
    warming = asyncio.create_task(mind.warm_up())
    await server.arrived.wait()
    assert server.bodies[0]["messages"] == [{"role": "user", "content": "Say hello."}]
    server.answer(script)
    replying = asyncio.create_task(events_of(mind))  # so does a learner who is there already
    assert not (await asyncio.wait([warming, replying], timeout=0.2))[0]
    loaded.set()
    await warming
    assert text_of(await replying) == "Hello."
    await mind.aclose()


async def test_a_failed_warm_up_is_logged_in_a_sentence(server):
    mind = LanguageModelMind("m", base_url=server.url, limits=LIMITS)
    server.answer(*[refuses(500)] * 3)
    with structlog.testing.capture_logs() as logs:
        await mind.warm_up()
    assert [line["why"][:34] for line in logs if line["event"] == "mind.warm_up_failed"] == [
        f"The model 'm' at {server.url}"[:34]
    ]
    await mind.aclose()
