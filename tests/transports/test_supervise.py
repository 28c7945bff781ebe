"""A teacher's client on a real port: reads, listens, whispers; is refused, and never slows the talk."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from tests.transports.phone_caller import start
from tests.transports.server import KEY, TEACHER_KEY, Server, serving, until
from tests.transports.test_websocket import frames
from tutor.transports import supervise_events as words
from tutor.transports.outbox import Outbox
from tutor.transports.supervise import MOST_WAITING_SOUND, _put_sound

LEARNER = {"Authorization": f"Bearer {KEY}"}
TEACHER = {"Authorization": f"Bearer {TEACHER_KEY}"}
Event = dict[str, Any]
_DOCS = Path(__file__).resolve().parents[2] / "docs"


async def receive(socket: aiohttp.ClientWebSocketResponse, kind: str, **fields: Any) -> Event:
    """The next event like this."""
    async with asyncio.timeout(60):
        while True:
            event: Event = json.loads(await socket.receive_str())
            if event["type"] == kind and fields.items() <= event.items():
                return event


@asynccontextmanager
async def followed() -> AsyncIterator[tuple[Server, aiohttp.ClientWebSocketResponse]]:
    """A talk, and a teacher who follows it."""
    async with serving() as server, aiohttp.ClientSession(server.http) as http:
        learner = await http.ws_connect("/v1/realtime?model=test", headers=LEARNER)
        await receive(learner, "session.created")
        yield server, await http.ws_connect("/v1/supervise/sess_1", headers=TEACHER)


async def speak(socket: aiohttp.ClientWebSocketResponse) -> None:
    for frame in frames("goforward", 2.5):
        await socket.send_json({"type": "input_audio_buffer.append", "audio": frame})
        await asyncio.sleep(0.02)


async def test_a_teacher_reads_listens_and_whispers() -> None:
    async with serving() as server, aiohttp.ClientSession(server.http) as http:
        learner = await http.ws_connect("/v1/realtime?model=test&viva=1&greeting=0", headers=LEARNER)
        await receive(learner, "session.created")
        teacher = await http.ws_connect("/v1/supervise/sess_1", headers=TEACHER)
        started = await receive(teacher, "supervise.started")
        assert (started["learner"], started["attached"], started["said"]) == ("Lena", True, [])
        assert (await receive(learner, "viva.supervised"))["teachers"] == ["Mr Okafor"]
        await teacher.send_json({"type": "listen", "on": True})
        await teacher.send_json({"type": "whisper", "text": "ask about halves"})
        speaking = asyncio.create_task(speak(learner))
        assert (await receive(teacher, "audio", of="learner"))["audio"]
        assert (await receive(teacher, "supervise.said", role="learner"))["text"] == "I think it is seven."
        assert (await receive(teacher, "whisper.followed"))["text"] == "ask about halves"
        assert (await receive(teacher, "audio", of="tutor"))["audio"]
        assert (await receive(teacher, "supervise.said", role="tutor", final=True))["text"]
        await speaking
        await teacher.close()
        assert (await receive(learner, "viva.supervised", mode="nobody"))["teachers"] == []
        await learner.close()
        late = await http.ws_connect("/v1/supervise/sess_1", headers=TEACHER)
        said = (await receive(late, "supervise.started"))["said"]
        assert [one["role"] for one in said] == ["learner", "tutor"]
        server.session.end("closed")
        assert (await receive(late, "supervise.ended"))["reason"] == "closed"


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "sess_1", 401),
        (LEARNER, "sess_1", 404),
        (TEACHER, "sess_2", 404),
        (TEACHER | {"Origin": "https://elsewhere.example"}, "sess_1", 403),
    ],
)
async def test_others_are_refused(headers: dict[str, str], path: str, status: int) -> None:
    async with serving() as server, aiohttp.ClientSession(server.http) as http:
        await http.ws_connect("/v1/realtime?model=test", headers=LEARNER)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"/v1/supervise/{path}", headers=headers)
        assert refused.value.status == status


@pytest.mark.parametrize(
    "message", ["no json", "{}", '{"type": "whisper"}', '{"type": "whisper", "text": ""}', "[1]"]
)
async def test_nonsense_is_answered_and_the_talk_goes_on(message: str) -> None:
    async with followed() as (_server, teacher):
        await teacher.send_str(message)
        assert (await receive(teacher, "error"))["code"] == "invalid_input"
        await teacher.send_json({"type": "whisper", "text": "praise"})
        await teacher.send_json({"type": "unknown"})
        assert (await receive(teacher, "error"))["message"]


async def test_who_floods_is_sent_away() -> None:
    async with followed() as (server, teacher):
        for _ in range(300):
            await teacher.send_json({"type": "listen", "on": True})
        async with asyncio.timeout(60):
            while not teacher.closed:
                await teacher.receive()
        assert teacher.close_code == 1008
        await until(lambda: server.session.supervised.mode == "nobody")


async def test_what_a_caller_is_told_is_read_as_an_announcement() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        caller = await http.ws_connect(f"{server.ws}/phone/media")
        await caller.send_json(start(companion="test", token=KEY))
        await until(lambda: bool(server.live.sessions))
        teacher = await http.ws_connect(f"{server.http}/v1/supervise/sess_1", headers=TEACHER)
        await teacher.send_json({"type": "listen", "on": True})
        told = await receive(teacher, "supervise.said", role="announcement")
        assert told["text"].strip() == "Mr Okafor is listening now."
        again = await http.ws_connect(f"{server.http}/v1/supervise/sess_1", headers=TEACHER)
        said = (await receive(again, "supervise.started"))["said"]
        assert [one["text"] for one in said if one["role"] == "announcement"] == [told["text"]]


def test_sound_is_left_out_for_a_slow_teacher_and_text_is_not() -> None:
    outbox = Outbox()
    for _ in range(1000):
        _put_sound(outbox, b"x" * 2000)
    assert outbox.waiting_bytes <= MOST_WAITING_SOUND
    before = outbox.waiting_bytes
    outbox.put(b"text")
    assert outbox.waiting_bytes == before + 4


def test_every_message_is_documented() -> None:
    page = (_DOCS / "supervise.md").read_text()
    outwards, inwards = (part.splitlines() for part in page.split("| to the server |"))
    for event in get_args(words.ToTeacher):
        (row,) = [line for line in outwards if line.startswith(f"| `{event.TYPE}` |")]
        assert all(f"`{one.name}`" in row for one in fields(event)), event
    for event in get_args(words.FromTeacher):
        (kind,) = get_args(event.model_fields["type"].annotation)
        (row,) = [line for line in inwards if line.startswith(f"| `{kind}` |")]
        assert all(f"`{name}`" in row for name in set(event.model_fields) - {"type"}), event
