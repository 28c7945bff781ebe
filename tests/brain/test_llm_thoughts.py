"""What a model thinks is never spoken."""

import asyncio
from itertools import pairwise

from chat_server import Wire, says
from hypothesis import given
from hypothesis import strategies as st

from tests.brain.llm_minds import (
    ASKED,
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
)
from tutor.brain.completion import ThoughtFilter
from tutor.brain.llm import LanguageModelMind

__all__ = ["mind", "server"]  # fixtures


async def test_thoughts_are_never_spoken_wherever_the_chunks_are_cut(server, mind):
    server.answer(says("<th", "ink>secret 4", "2</thi", "nk>\n\n", "It is ", "small <", " big."))
    assert text_of(await events_of(mind)) == "It is small < big."


async def test_reasoning_deltas_are_never_spoken_but_are_a_sign_of_life(server):
    mind = await impatient(server, first_token=3)

    async def script(wire: Wire) -> None:
        for _ in range(4):
            await wire.delta(reasoning_content="hmm")
            await asyncio.sleep(0.9)  # together longer than the first sign of life may take
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
