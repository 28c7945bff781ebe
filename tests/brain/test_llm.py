"""The language-model mind against a real local server that behaves and misbehaves on the wire."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest
import structlog
from chat_server import ChatServer, Wire, calls, refuses, says
from hypothesis import given
from hypothesis import strategies as st

from lms_core.assessment.items import QuizItem
from lms_core.companions import Companion, Subject
from lms_core.courses import Lesson
from tutor.brain.base import (
    Message,
    MindRequest,
    Purpose,
    Remember,
    Show,
    TextDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from tutor.brain.completion import ThoughtFilter
from tutor.brain.llm import LanguageModelMind, Limits
from tutor.errors import MindError

LIMITS = Limits(
    connect=30, first_token=30, between=30, whole=60, tail=0.2, retries=2, backoff=0.01, retry_after=0.5
)
COMPANION = Companion("c1", "cells", "Ada", Subject.SCIENCE, "plant cells")
LESSON = Lesson(
    "l1", "cells", "Plant cells",
    "A cell is small.\n\n# Walls\nThe cell wall is made of cellulose.\n\n# Green\nChloroplasts catch light.",
    quiz=(QuizItem("What is the wall made of?", "cellulose", hints=("It is in paper.",)),),
)  # fmt: skip
ASKED = MindRequest(Purpose.ANSWER, COMPANION, messages=(Message("learner", "What is a cell?"),))
LIGHT = ToolSpec("light", "Switch a lamp", {"type": "object", "properties": {"on": {"type": "boolean"}}})


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with ChatServer().running() as running:
        yield running


@pytest.fixture
async def mind(server: ChatServer) -> AsyncIterator[LanguageModelMind]:
    one = await warm(server, LIMITS)
    yield one
    await one.aclose()


async def warm(server: ChatServer, limits: Limits = LIMITS) -> LanguageModelMind:
    mind = LanguageModelMind("m", base_url=server.url, api_key="k", limits=limits)
    server.answer(says("Hello."))
    await mind.warm_up()
    server.bodies.clear()
    server.arrived.clear()
    return mind


async def impatient(server: ChatServer, **limits: float) -> LanguageModelMind:
    return await warm(server, replace(LIMITS, **limits))


async def events_of(mind: LanguageModelMind, request: MindRequest = ASKED) -> list:
    return [event async for event in mind.reply(request)]


def text_of(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def until_error(mind: LanguageModelMind, request: MindRequest = ASKED) -> tuple[str, str]:
    """What was said before the mind failed, and the error's text."""
    said = ""
    with pytest.raises(MindError) as failed:
        async for event in mind.reply(request):
            said += event.text if isinstance(event, TextDelta) else ""
    return said, str(failed.value)


# --- good streams ---------------------------------------------------------------------------------


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


# --- thoughts -------------------------------------------------------------------------------------


async def test_thoughts_are_never_spoken_wherever_the_chunks_are_cut(server, mind):
    server.answer(says("<th", "ink>secret 4", "2</thi", "nk>\n\n", "It is ", "small <", " big."))
    assert text_of(await events_of(mind)) == "It is small < big."


async def test_reasoning_deltas_are_never_spoken_but_are_a_sign_of_life(server):
    mind = await impatient(server, first_token=1)

    async def script(wire: Wire) -> None:
        for _ in range(4):
            await wire.delta(reasoning_content="hmm")
            await asyncio.sleep(0.3)  # together longer than the first sign of life may take
        await wire.delta(reasoning="hmm")
        await wire.delta(content="Small.")
        await wire.end()

    server.answer(script)
    assert text_of(await events_of(mind)) == "Small."
    await mind.aclose()


async def test_a_model_that_spends_all_its_tokens_on_thinking_is_told_apart(server, mind):
    server.answer(says("<think>on and on", reason="length"))
    said, error = await until_error(mind)
    assert said == "" and "allow more" in error


THINKING = ("I should ", "greet.</th", "ink>\n\n", "Hello ", "there.")
"""From a server whose template has put the opening tag into the prompt."""


async def test_thoughts_that_no_tag_announces_are_not_spoken_even_by_a_model_not_met_before(server):
    mind = LanguageModelMind("m", base_url=server.url, limits=LIMITS)
    server.answer(
        says(*THINKING), says("Hm. ", "</think>", "Yes."), says("No thoughts today."), says(*THINKING)
    )
    said = [text_of(await events_of(mind)) for _ in range(4)]
    assert said == ["Hello there.", "Yes.", "No thoughts today.", "Hello there."]
    await mind.aclose()


async def test_what_a_thinking_model_says_after_its_thoughts_is_streamed(server):
    mind = LanguageModelMind("m", base_url=server.url, limits=LIMITS)
    read = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.delta(content="Hm.</think>A cell ")
        await read.wait()
        await wire.delta(content="is small.")
        await wire.end()

    server.answer(says(*THINKING), script)
    await mind.warm_up()
    events = []
    async for event in mind.reply(ASKED):
        events.append(event)
        read.set()
    assert events[:2] == [TextDelta("A cell "), TextDelta("is small.")]
    await mind.aclose()


async def test_thoughts_cut_off_at_the_token_limit_are_not_spoken(server):
    mind = LanguageModelMind("m", base_url=server.url, limits=LIMITS)
    server.answer(says("I should greet and", reason="length"))
    assert (await until_error(mind))[0] == ""
    await mind.aclose()


@given(
    st.booleans(),
    st.lists(
        st.sampled_from(
            ["<think>", "</think>", "<THINKING>", "</thinking>", "a", " < ", "<", ">", "th", "</", "x<t"]
        )
    ),
    st.lists(st.integers(0, 80)),
)
def test_how_a_text_is_cut_does_not_change_what_is_taken_out_of_it(wary, parts, cuts):
    text = "".join(parts)

    def said(pieces: list[str]) -> str:
        strainer = ThoughtFilter(wary=wary)
        return "".join(map(strainer.feed, pieces)) + strainer.flush()

    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    cut_up = [text[a:b] for a, b in pairwise(places)]
    assert said(cut_up) == said([text]) == said(list(text))


# --- broken streams -------------------------------------------------------------------------------


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
    mind = await impatient(server, whole=1.5)
    server.answer(says("One. ", "Two. ", "Three."))
    said = ""
    async for event in mind.reply(ASKED):
        said += event.text if isinstance(event, TextDelta) else ""
        await asyncio.sleep(0.6)
    assert said == "One. Two. Three."
    await mind.aclose()


async def test_a_content_filter_and_an_empty_answer_are_errors(server, mind):
    server.answer(says("Well", reason="content_filter"), says())
    said, error = await until_error(mind)
    assert said == "Well" and "content filter" in error
    assert "said nothing" in (await until_error(mind))[1]


# --- retries --------------------------------------------------------------------------------------


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


# --- what an endpoint refuses ---------------------------------------------------------------------


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


# --- leaving --------------------------------------------------------------------------------------


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


# --- tools ----------------------------------------------------------------------------------------


async def test_a_clients_calls_are_put_together_from_fragments_and_end_the_reply(server, mind):
    server.answer(
        calls(
            {"index": 0, "id": "a", "name": "light", "arguments": ""},
            {"index": 1, "id": "b", "name": "light", "arguments": '{"on"'},
            {"index": 0, "arguments": '{"on": '},
            {"index": 1, "arguments": ": false}"},
            {"index": 0, "arguments": "true}"},
            text="I switch it. ",
        )
    )
    events = await events_of(mind, replace(ASKED, tools=(LIGHT,)))
    assert events == [
        TextDelta("I switch it. "), ToolCall("a", "light", '{"on": true}'),
        ToolCall("b", "light", '{"on": false}'), Usage(11, 7),
    ]  # fmt: skip


async def test_whole_calls_that_share_an_index_or_have_no_id_are_still_apart(server, mind):
    whole = {"index": 0, "name": "light", "arguments": "{}"}
    server.answer(
        calls({**whole, "id": "a"}, {**whole, "id": "b"}), calls({"name": "light", "arguments": "{}"})
    )
    request = replace(ASKED, tools=(LIGHT,))
    assert [e.call_id for e in await events_of(mind, request) if isinstance(e, ToolCall)] == ["a", "b"]
    (nameless,) = [e for e in await events_of(mind, request) if isinstance(e, ToolCall)]
    assert nameless.call_id


async def test_our_own_tool_is_run_and_the_model_goes_on_with_its_output(server, mind):
    server.answer(
        calls(
            {"index": 0, "id": "a", "name": "look_up_lesson", "arguments": '{"query": "cell wall"}'},
            text="Let me see.",
        ),
        says("It is cellulose."),
    )
    events = await events_of(mind, replace(ASKED, lesson=LESSON))
    assert text_of(events) == "Let me see. It is cellulose."
    assert [e for e in events if isinstance(e, Show)] == [
        Show("lesson", "Walls", "The cell wall is made of cellulose.")
    ]
    assert events[-1] == Usage(22, 14)
    called, output = server.bodies[1]["messages"][-2:]
    assert called["content"] == "Let me see." and called["tool_calls"][0]["id"] == "a"
    assert (output["role"], output["tool_call_id"]) == ("tool", "a") and "cellulose" in output["content"]


async def test_a_quiz_question_is_shown_and_remembered(server, mind):
    server.answer(
        calls({"index": 0, "id": "a", "name": "ask_quiz_question", "arguments": ""}),
        says("What is it made of?"),
    )
    events = await events_of(mind, replace(ASKED, lesson=LESSON, memory={"kept": 1}))
    (memory,) = [event.memory for event in events if isinstance(event, Remember)]
    assert memory["kept"] == 1 and memory["quiz"]["open"] == 0
    assert json.loads(json.dumps(memory)) == memory
    server.answer(says("Well."))
    answered = replace(ASKED, lesson=LESSON, memory=memory, messages=(Message("learner", "paper"),))
    await events_of(mind, answered)
    assert "What is the wall made of?" in server.bodies[-1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "light", "arguments": '{"on": tr'},
        {"name": "light", "arguments": "[]"},
        {"name": "look_up_lesson", "arguments": "{"},
        {"name": "look_up_lesson", "arguments": '{"query": 5}'},
        {"name": "no_such_tool", "arguments": "{}"},
        {"arguments": "{}"},
    ],
)
async def test_a_broken_call_is_told_to_the_model_which_goes_on(server, mind, broken):
    server.answer(calls({"index": 0, "id": "a", **broken}), says("Sorry."))
    events = await events_of(mind, replace(ASKED, lesson=LESSON, tools=(LIGHT,)))
    assert text_of(events) == "Sorry." and not [e for e in events if isinstance(e, ToolCall)]
    called, output = server.bodies[1]["messages"][-2:]
    assert "error" in json.loads(output["content"])
    json.loads(called["tool_calls"][0]["function"]["arguments"])  # llama.cpp fails on broken ones


async def test_a_model_that_only_calls_must_speak_in_the_end(server, mind):
    again = calls({"index": 0, "id": "a", "name": "look_up_lesson", "arguments": '{"query": "wall"}'})
    server.answer(*[again] * 4, says("Enough."))
    assert text_of(await events_of(mind, replace(ASKED, lesson=LESSON))) == "Enough."
    assert [body["tool_choice"] for body in server.bodies] == ["auto"] * 4 + ["none"]


async def test_our_tools_stay_away_where_the_client_decides(server, mind):
    server.answer(says("a"), says("b"), says("c"))
    request = replace(ASKED, lesson=LESSON, tools=(LIGHT,))
    await events_of(mind, replace(request, tool_choice={"type": "function", "name": "light"}))
    await events_of(mind, replace(request, tool_choice="none"))
    await events_of(mind, replace(request, purpose=Purpose.GREETING))
    forced, forbidden, greeting = server.bodies
    assert forced["tool_choice"] == {"type": "function", "function": {"name": "light"}}
    assert [tool["function"]["name"] for tool in forced["tools"]] == ["light"]
    assert forbidden["tool_choice"] == "none" and "tools" not in greeting


# --- start ----------------------------------------------------------------------------------------


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
