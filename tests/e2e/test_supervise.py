"""The proof: recorded speech, the real engines, and a teacher who whispers, takes over and hands back."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest

from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from tests.e2e.conftest import RunningServer
from tests.e2e.test_server import COMPANION, pcm24

Event = dict[str, Any]


class Client:
    """One WebSocket; all that it was sent, with what was sent since one last waited."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.got: list[Event] = []
        self._read = 0
        self._more = asyncio.Event()
        self.reading = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.socket:
            self.got.append(json.loads(message.data))
            self._more.set()

    async def until(self, kind: str, right: Callable[[Event], bool] = lambda _: True) -> Event:
        async with asyncio.timeout(90):
            while True:
                while self._read < len(self.got):
                    event = self.got[self._read]
                    self._read += 1
                    if event["type"] == kind and right(event):
                        return event
                self._more.clear()
                await self._more.wait()

    async def speak(self, kind: str, name: str) -> None:
        """A recording at real speed, and the quiet after it."""
        pcm = pcm24(name)
        for start in range(0, len(pcm), 4800):
            audio = base64.b64encode(pcm[start : start + 4800]).decode()
            await self.socket.send_json({"type": kind, "audio": audio})
            await asyncio.sleep(0.1)


@asynccontextmanager
async def talk(server: RunningServer) -> AsyncIterator[tuple[Client, Client, str]]:
    """A learner with the house companion, and an admin who follows."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as http:
        learner = Client(await http.ws_connect(f"/v1/realtime?model={COMPANION}&viva=1&greeting=0"))
        session_id = (await learner.until("session.created"))["session"]["id"]
        teacher = Client(await http.ws_connect(f"/v1/supervise/{session_id}"))
        await teacher.until("supervise.started")
        await learner.until("viva.supervised", lambda event: event["mode"] == "listening")
        yield learner, teacher, session_id
        await learner.socket.send_json({"type": "viva.session.end"})
        await teacher.until("supervise.ended")
        for client in (learner, teacher):
            await client.socket.close()
            await client.reading


def loudest(events: list[Event], field: str) -> int:
    sound = b"".join(base64.b64decode(event[field]) for event in events)
    return int(np.abs(np.frombuffer(sound, "<i2").astype(int)).max()) if sound else 0


async def test_a_teacher_whispers_into_a_live_session_and_the_companion_follows(
    server: RunningServer,
) -> None:
    async with talk(server) as (learner, teacher, _):
        await teacher.socket.send_json({"type": "listen", "on": True})
        await teacher.socket.send_json({"type": "whisper", "text": "ask about the numerator"})
        await learner.speak("input_audio_buffer.append", "cards_001")
        assert (await teacher.until("supervise.said", lambda one: one["role"] == "learner"))[
            "text"
        ] == "ten of clubs"
        assert (await teacher.until("whisper.followed"))["text"] == "ask about the numerator"
        said = await teacher.until("supervise.said", lambda one: one["role"] == "tutor" and one["final"])
        assert "numerator" in said["text"] and said["text"].endswith("?")
        heard = [event for event in teacher.got if event["type"] == "audio"]
        assert loudest([one for one in heard if one["of"] == "learner"], "audio") > 1000
        assert loudest([one for one in heard if one["of"] == "tutor"], "audio") > 3000


async def test_a_teacher_takes_over_by_voice_and_hands_back(server: RunningServer) -> None:
    async with talk(server) as (learner, teacher, session_id):
        await teacher.socket.send_json({"type": "take_over"})
        await learner.until("viva.supervised", lambda event: event["mode"] == "speaking")
        begun = len(learner.got)
        await teacher.speak("audio", "goforward")
        caption = await learner.until("viva.caption", lambda event: event["role"] == "teacher")
        assert caption["text"] == "go forward ten meters"
        heard = [event for event in learner.got[begun:] if event["type"] == "response.output_audio.delta"]
        assert loudest(heard, "delta") > 1000
        await learner.speak("input_audio_buffer.append", "cards_001")
        await teacher.until("supervise.said", lambda one: one["text"] == "ten of clubs")
        await teacher.socket.send_json({"type": "hand_back"})
        bridge = await teacher.until("supervise.said", lambda one: one["role"] == "tutor" and one["final"])
        await learner.until("conversation.item.done", lambda event: event["item"]["role"] == "assistant")
        async with aiohttp.ClientSession(
            server.url, headers={"Authorization": f"Bearer {server.api_key}"}
        ) as http:
            stored = (await (await http.get(f"/api/v1/sessions/{session_id}")).json())["data"]["transcript"]
        said = [(one["role"], one["text"]) for one in stored if one["text"]]
        assert said[:2] == [("teacher", "go forward ten meters"), ("learner", "ten of clubs")]
        assert [role for role, _ in said[2:]] == ["tutor"] and bridge["text"]


async def test_a_talk_is_nothing_to_another_teacher(server: RunningServer) -> None:
    database = Database(f"sqlite:///{server.data_dir / 'viva.db'}")
    accounts = AccountStore(database)
    other = await accounts.add_person("Mr Other", Role.TEACHER)
    key, _ = await accounts.issue(other.id, TokenKind.API_KEY, name="test")
    await database.aclose()
    async with (
        talk(server) as (_, _, session_id),
        aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {key}"}) as http,
    ):
        assert (await (await http.get("/api/v1/sessions/live")).json())["data"] == []
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"/v1/supervise/{session_id}")
        assert refused.value.status == 404
