"""Tools of our own and of the client, called by a model."""

import json
from dataclasses import replace

import pytest
from chat_server import calls, says

from tests.brain.llm_minds import (
    ASKED,
    LESSON,
    LIGHT,
    events_of,
    mind,
    server,
    text_of,
)
from tutor.brain.base import (
    Message,
    Purpose,
    Remember,
    Show,
    TextDelta,
    ToolCall,
    Usage,
)

__all__ = ["mind", "server"]  # fixtures


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
