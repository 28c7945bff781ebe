"""The language-model mind inside a session: what its stream does to the talk, against a real HTTP server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.brain.chat_server import ChatServer, Wire, refuses, says
from tests.brain.llm_minds import warm
from tests.conversation.scene import Scene
from tutor.conversation.events import ReplyAudio, ReplyDone, SessionEvent


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with ChatServer().running() as running:
        yield running


@asynccontextmanager
async def talking(server: ChatServer) -> AsyncIterator[Scene]:
    queued, server.answers = server.answers, []
    mind = await warm(server)
    server.answer(*queued)
    async with Scene(mind=mind) as scene:
        yield scene
        server.answer(says("We talked."))  # the notes at the end
    await mind.aclose()


async def until(scene: Scene, kind: type[SessionEvent], count: int = 1) -> None:
    async with asyncio.timeout(60):
        while len(scene.events(kind)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def text_of(done: ReplyDone) -> str:
    return "".join(item.text for item in done.items).strip()


async def test_the_first_sentence_is_heard_while_the_rest_is_still_being_written(server: ChatServer) -> None:
    go_on = asyncio.Event()

    async def slow(wire: Wire) -> None:
        await wire.delta(content="A cell is small. It ")
        await go_on.wait()
        await wire.delta(content="has a wall.")
        await wire.end()

    server.answer(slow)
    async with talking(server) as scene:
        scene.session.type_text("What is a cell?")
        await until(scene, ReplyAudio)
        assert not scene.events(ReplyDone)
        go_on.set()
        await until(scene, ReplyDone)
        assert text_of(scene.events(ReplyDone)[0]) == "A cell is small. It has a wall."


async def test_an_interruption_ends_the_request_at_once(server: ChatServer) -> None:
    async def endless(wire: Wire) -> None:
        await wire.delta(content="A cell is small. It is ")
        await wire.stall()

    server.answer(endless, says("The wall is hard."))
    async with talking(server) as scene:
        scene.session.type_text("What is a cell?")
        await until(scene, ReplyAudio)
        scene.session.type_text("Stop. What about the wall?")
        async with asyncio.timeout(60):
            await server.dropped.wait()
        await until(scene, ReplyDone, 2)
        assert text_of(scene.events(ReplyDone)[1]) == "The wall is hard."
    roles = [message["role"] for message in server.bodies[1]["messages"] if message["role"] != "system"]
    assert roles[0] == "user" and roles[-1] == "user"


@pytest.mark.parametrize("cut", ["break", "garbage"])
async def test_a_stream_that_breaks_is_owned_up_to_and_the_talk_goes_on(server: ChatServer, cut: str) -> None:
    async def broken(wire: Wire) -> None:
        await wire.delta(content="A cell is small. It is ")
        if cut == "break":
            wire.break_off()
        else:
            await wire.raw(b"data: {broken\n\n")

    server.answer(broken, says("The wall is hard."))
    async with talking(server) as scene:
        scene.session.type_text("What is a cell?")
        await until(scene, ReplyDone)
        assert "lost my train of thought" in text_of(scene.events(ReplyDone)[0])
        scene.session.type_text("And the wall?")
        await until(scene, ReplyDone, 2)
        assert text_of(scene.events(ReplyDone)[1]) == "The wall is hard."


async def test_a_busy_endpoint_is_asked_again_before_anything_was_said(server: ChatServer) -> None:
    server.answer(refuses(503), says("A cell is small."))
    async with talking(server) as scene:
        scene.session.type_text("What is a cell?")
        await until(scene, ReplyDone)
        assert text_of(scene.events(ReplyDone)[0]) == "A cell is small."
    assert scene.counter.failures == []
