"""The language-model mind against a server that misbehaves on the wire, is busy, or refuses."""

import asyncio
from dataclasses import replace

import pytest
from chat_server import ChatServer, Wire, refuses, says

from tests.brain.llm_minds import (
    ASKED,
    LESSON,
    LIGHT,
    LIMITS,
    events_of,
    impatient,
    mind,
    server,
    text_of,
    until_error,
)
from tutor.brain.base import (
    TextDelta,
    Usage,
)
from tutor.brain.llm import LanguageModelMind
from tutor.errors import MindError

__all__ = ["mind", "server"]  # fixtures


# --- broken streams ------------------------------------------------------------------------------------------
async def test_a_stream_that_breaks_off_in_mid_sentence_is_an_error_after_what_was_said(server, mind):
    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell is ")
        wire.break_off()

    server.answer(script)
    said, error = await until_error(mind)
    assert (said, len(server.bodies)) == ("A cell is ", 1)
    assert server.url in error


async def test_a_stream_that_ends_politely_but_too_early_is_an_error_too(server, mind):
    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell is ")

    server.answer(script)
    said, error = await until_error(mind)
    assert said == "A cell is " and "in the middle" in error


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {broken\n\n",
        b"data: \xff\xfe\n\n",
        b"data: 5\n\n",
        b'data: {"error": {"message": "overloaded"}}\n\n',
    ],
)
async def test_garbage_in_mid_stream_is_an_error_and_what_was_said_stays(server, mind, garbage):
    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell ")
        await wire.raw(garbage)
        await wire.end()

    server.answer(script)
    said, _ = await until_error(mind)
    assert said == "A cell " and len(server.bodies) == 1


async def test_garbage_before_the_first_word_is_asked_again(server, mind):
    async def script(wire: Wire) -> None:
        await wire.raw(b"data: {broken\n\n")

    server.answer(script, says("Now."))
    assert text_of(await events_of(mind)) == "Now."


async def test_a_stall_in_mid_stream_is_an_error_within_the_limit(server):
    mind = await impatient(server, between=0.2)

    async def script(wire: Wire) -> None:
        await wire.delta(content="A cell ")
        await wire.stall()

    server.answer(script)
    said, error = await until_error(mind)
    assert said == "A cell " and "mid-answer" in error
    await asyncio.wait_for(server.dropped.wait(), 30)
    await mind.aclose()


async def test_a_slow_first_word_is_an_error_within_the_limit_and_the_request_is_dropped(server):
    mind = await impatient(server, first_token=0.2)

    async def script(wire: Wire) -> None:
        await wire.delta(role="assistant", content="")  # headers and an empty chunk are no sign of life
        await wire.stall()

    server.answer(script)
    _, error = await until_error(mind)
    assert "did not begin" in error
    await asyncio.wait_for(server.dropped.wait(), 30)
    await mind.aclose()


async def test_a_listener_who_is_slow_does_not_use_up_the_minds_time(server):
    mind = await impatient(server, whole=3)
    server.answer(says("One. ", "Two. ", "Three."))
    said = ""
    async for event in mind.reply(ASKED):
        said += event.text if isinstance(event, TextDelta) else ""
        await asyncio.sleep(1.1)  # together longer than that
    assert said == "One. Two. Three."
    await mind.aclose()


async def test_a_content_filter_and_an_empty_answer_are_errors(server, mind):
    server.answer(says("Well", reason="content_filter"), says())
    said, error = await until_error(mind)
    assert said == "Well" and "content filter" in error
    assert "said nothing" in (await until_error(mind))[1]


# --- retries -------------------------------------------------------------------------------------------------
async def test_a_busy_endpoint_is_asked_again_until_it_answers(server, mind):
    server.answer(refuses(429, retry_after="0"), refuses(503), says("Here."))
    assert text_of(await events_of(mind)) == "Here."
    assert len(server.bodies) == 3


async def test_retries_end(server, mind):
    server.answer(*[refuses(500)] * 5)
    _, error = await until_error(mind)
    assert "500" in error and len(server.bodies) == 1 + LIMITS.retries


async def test_the_wait_that_an_endpoint_asks_for_is_kept(server):
    mind = await impatient(server, backoff=0.0)
    loop = asyncio.get_running_loop()
    server.answer(refuses(429, retry_after_ms="300"), says("Here."))
    begun = loop.time()
    await events_of(mind)
    assert loop.time() - begun >= 0.3
    await mind.aclose()


async def test_an_endpoint_that_asks_for_a_minute_is_not_waited_for(server, mind):
    server.answer(refuses(429, retry_after="60"))
    _, error = await asyncio.wait_for(until_error(mind), 30)
    assert "429" in error and len(server.bodies) == 1


@pytest.mark.parametrize(("status", "advice"), [(401, "API key"), (403, "API key"), (404, "no model 'm'")])
async def test_what_cannot_get_better_is_not_tried_again(server, mind, status, advice):
    server.answer(refuses(status, {"error": {"message": "bad key sk-123"}}))
    _, error = await until_error(mind)
    assert advice in error and "sk-123" not in error and len(server.bodies) == 1


async def test_an_account_without_credit_is_not_tried_again(server, mind):
    server.answer(refuses(429, {"error": {"message": "quota", "code": "insufficient_quota"}}))
    assert "credit" in (await until_error(mind))[1]
    assert len(server.bodies) == 1


async def test_nobody_there_is_an_error_that_says_so():
    async with ChatServer().running() as gone:
        url = gone.url
    mind = LanguageModelMind("m", base_url=url, limits=LIMITS)
    assert "cannot be reached" in (await until_error(mind))[1]
    with pytest.raises(MindError, match="cannot be reached"):
        await mind.start()
    await mind.aclose()


# --- what an endpoint refuses --------------------------------------------------------------------------------
async def test_an_endpoint_that_refuses_stream_options_is_asked_without_from_then_on(server, mind):
    server.answer(refuses(400), says("Fine.", usage=None), says("Again.", usage=None))
    assert await events_of(mind) == [TextDelta("Fine.")]
    await events_of(mind)
    assert ["stream_options" in body for body in server.bodies] == [True, False, False]


async def test_the_part_that_an_endpoint_names_is_left_out_first(server, mind):
    server.answer(refuses(400, {"error": {"message": "no", "param": "temperature"}}), says("Fine."))
    assert Usage(11, 7) in await events_of(mind)
    assert "temperature" not in server.bodies[1] and "stream_options" in server.bodies[1]


async def test_a_model_that_cannot_call_tools_talks_without_them(server, mind):
    server.answer(refuses(400, {"error": {"message": "no tools", "param": "tools"}}), says("Fine."))
    assert text_of(await events_of(mind, replace(ASKED, lesson=LESSON))) == "Fine."
    assert "tools" not in server.bodies[1] and "tool_choice" not in server.bodies[1]


async def test_a_clients_tools_are_never_left_out_silently(server, mind):
    server.answer(*[refuses(400)] * 5)
    await until_error(mind, replace(ASKED, tools=(LIGHT,)))
    assert all("tools" in body for body in server.bodies)


async def test_a_request_that_is_bad_for_another_reason_ends_in_its_error(server, mind):
    server.answer(*[refuses(400, {"error": {"message": "your fault"}})] * 5, says("Fine."))
    assert "your fault" in (await until_error(mind))[1]
    server.answers[:] = [says("Fine.")]
    await events_of(mind)
    assert "stream_options" in server.bodies[-1]  # nothing was learned from a refusal that helped nothing
