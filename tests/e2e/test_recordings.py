"""A whole server records a talk with real speech: the file is what the client sent and what it played."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.e2e.conftest import RunningServer
from tests.e2e.test_server import COMPANION, pcm24
from tests.tutor.recordings.listening import played

RATE = 24_000
WINDOW = RATE // 100


@pytest.fixture(scope="module")
def recording_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("recording") / "data"
    flags = ["--ears=tests.null_engines:ears", "--mind=tests.null_engines:mind", "--mouth=espeak"]
    running = RunningServer(data, *flags)
    running.change("recordings", True)
    yield running
    running.stop()


class Phone:
    """A client with a microphone that never stops, and a loudspeaker: keeps what it sent and what was heard of it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._to_say = b""
        self._began = time.monotonic()
        self.sent, self.heard = bytearray(), np.zeros(0, np.int16)
        self.session_id = ""
        self.created, self.speaking = asyncio.Event(), asyncio.Event()

    @property
    def now(self) -> int:
        """In samples since the beginning."""
        return round((time.monotonic() - self._began) * RATE)

    def say(self, name: str) -> None:
        self._to_say = pcm24(name, tail_seconds=0)

    async def send(self) -> None:
        while True:
            size = self.now * 2 - len(self.sent)
            words, self._to_say = self._to_say[:size], self._to_say[size:]
            pcm = words + bytes(size - len(words))
            self.sent += pcm
            audio = base64.b64encode(pcm).decode()
            await self._socket.send_json({"type": "input_audio_buffer.append", "audio": audio})
            await asyncio.sleep(0.04)  # real time, as a microphone

    async def listen(self) -> None:
        async for message in self._socket:
            event: dict[str, Any] = json.loads(message.data)
            match event["type"]:
                case "session.created":
                    self.session_id = event["session"]["id"]
                    self.created.set()
                case "response.output_audio.delta":
                    self._play(np.frombuffer(base64.b64decode(event["delta"]), "<i2"))
                    self.speaking.set()
                case "input_audio_buffer.speech_started":
                    self.heard = self.heard[: self.now]
                    self.speaking.clear()

    def _play(self, sound: NDArray[np.int16]) -> None:
        silence = np.zeros(max(0, self.now - len(self.heard)), np.int16)
        self.heard = np.concatenate([self.heard, silence, sound])


@asynccontextmanager
async def talking(server: RunningServer, **query: str) -> AsyncIterator[Phone]:
    parameters = {"model": COMPANION, **query}
    async with asking(server) as http:
        async with http.ws_connect(f"{server.url}/v1/realtime", params=parameters) as socket:
            phone = Phone(socket)
            work = [asyncio.create_task(one) for one in (phone.listen(), phone.send())]
            yield phone
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


def asking(server: RunningServer) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"})


async def consent(server: RunningServer, *, given: bool) -> None:
    async with asking(server) as http:
        url = f"{server.url}/api/v1/me/recording-consent"
        async with http.put(url, json={"given": given}) as answer:
            assert answer.status == 200


async def end(server: RunningServer, session_id: str) -> dict[str, Any]:
    """End it for good; the session as it is stored then."""
    async with asking(server) as http:
        url = f"{server.url}/v1/realtime?model={COMPANION}&session_id={session_id}&viva=1"
        async with http.ws_connect(url) as socket:
            await socket.send_json({"type": "viva.session.end"})
            with contextlib.suppress(asyncio.TimeoutError):
                async with asyncio.timeout(60):
                    async for _ in socket:
                        pass
        async with asyncio.timeout(60):
            while True:
                async with http.get(f"{server.url}/api/v1/sessions/{session_id}") as answer:
                    found: dict[str, Any] = (await answer.json())["data"]
                if found["status"] == "ended" and not (found["recording"] or {}).get("running"):
                    return found
                await asyncio.sleep(0.1)


def loudness(sound: NDArray[Any]) -> NDArray[np.float64]:
    """In windows of 10 ms."""
    whole = sound[: len(sound) // WINDOW * WINDOW].astype(np.float64)
    return np.abs(whole).reshape(-1, WINDOW).mean(axis=1)


def alike(one: NDArray[Any], other: NDArray[Any]) -> tuple[float, float]:
    """How alike their loudness goes up and down, at best, and by how many seconds the other is late then.

    Two processes on a busy machine do not see a sound begin at the same time; up to 2 s are none of our business.
    """
    most = 200  # windows
    size = min(len(one), len(other)) // WINDOW
    a, b = (np.pad(loudness(sound)[:size], most) for sound in (one, other))
    found = [(float(np.corrcoef(np.roll(a, n), b)[0, 1]), n / 100) for n in range(-most, most + 1)]
    return max(found)


async def test_a_talk_is_recorded_as_it_was_said_and_heard(recording_server: RunningServer) -> None:
    await consent(recording_server, given=True)
    async with talking(recording_server) as phone:
        await asyncio.sleep(0.5)
        phone.say("goforward")
        async with asyncio.timeout(90):
            await phone.speaking.wait()
            await asyncio.sleep(1)  # of the four seconds that it would speak
            broke_in = phone.now
            phone.say("goforward")  # into what is being said
            while phone.speaking.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            silent = phone.now
            await phone.speaking.wait()
            await asyncio.sleep(5)
            ended = phone.now
    found = await end(recording_server, phone.session_id)
    async with asking(recording_server) as http:
        url = f"{recording_server.url}/api/v1/sessions/{phone.session_id}/recording"
        async with http.get(url) as answer:
            assert (answer.status, answer.content_type) == (200, "audio/ogg")
            learner, companion = played(await answer.read())
        async with http.get(url, headers={"Range": "bytes=0-3"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"OggS")
    likeness, _ = alike(np.frombuffer(bytes(phone.sent), "<i2"), learner)
    assert likeness > 0.7
    likeness, _ = alike(phone.heard[silent:ended], companion[silent:])
    assert likeness > 0.7
    likeness, late = alike(phone.heard[:silent], companion[:silent])
    assert likeness > 0.7
    after, before = silent + round((late + 0.35) * RATE), broke_in + round((late - 0.5) * RATE)
    assert np.abs(companion[before : before + RATE // 2]).max() > 0.05, "it spoke until it was interrupted"
    assert np.abs(companion[after : after + RATE // 2]).max() < 0.01, "what was flushed is not in it"
    assert found["recording"]["duration_ms"] == pytest.approx(len(learner) * 1000 / RATE, abs=100)
    began = [item["input_ms"] for item in found["transcript"] if item["input_ms"] is not None]
    assert len(began) >= 4 and began == sorted(began)
    spoke = np.flatnonzero(np.abs(learner) > 0.05)[0] * 1000 / RATE
    assert abs(began[0] - spoke) < 1000, "a turn begins where one hears it"


async def test_without_consent_there_is_no_file_at_all(recording_server: RunningServer) -> None:
    await consent(recording_server, given=False)
    before = files(recording_server)
    async with talking(recording_server) as phone:
        phone.say("goforward")
        async with asyncio.timeout(90):
            await phone.speaking.wait()
        assert files(recording_server) == before
    found = await end(recording_server, phone.session_id)
    assert found["recording"] is None and files(recording_server) == before


async def test_after_kill_9_what_was_recorded_is_there_and_goes_on(recording_server: RunningServer) -> None:
    await consent(recording_server, given=True)
    async with talking(recording_server) as phone:
        phone.say("goforward")
        async with asyncio.timeout(60):
            await phone.created.wait()
        path = recording_server.data_dir / "recordings" / f"{phone.session_id}.ogg"
        there = await grown(path, 3)
        recording_server.kill()
        killed = phone.now / RATE
    left = played(path).shape[1] / RATE
    assert there <= left <= killed + 0.1
    recording_server.start()
    async with talking(recording_server, session_id=phone.session_id) as again:
        await grown(path, left + 2)
        more = again.now / RATE
    found = await end(recording_server, phone.session_id)
    learner, _ = played(path)
    assert left + 2 <= len(learner) / RATE < killed + more + 5
    assert np.abs(learner[: round(left * RATE)]).max() > 0.05
    assert found["recording"]["size"] == path.stat().st_size


async def grown(path: Path, seconds: float) -> float:
    """How much is in the file when it is at least so much."""
    async with asyncio.timeout(60):
        while (there := await asyncio.to_thread(length, path)) < seconds:  # noqa: ASYNC110 - only the file tells
            await asyncio.sleep(0.2)
    return there


def length(path: Path) -> float:
    """In seconds; of a file that is not there yet, or has nothing in it, 0."""
    try:
        return played(path).shape[1] / RATE
    except (FileNotFoundError, av.error.FFmpegError):
        return 0.0


def files(server: RunningServer) -> set[Path]:
    return set(server.data_dir.glob("recordings/*"))
