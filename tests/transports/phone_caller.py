"""A phone on virtual time, and what it begins with."""

import asyncio
import base64
from typing import Any

import numpy as np
import orjson
import soxr

from audio.pcm import encode_ulaw
from tests.transports.wire_scene import make_session
from tutor.transports.phone_door import PhoneDoor

LONG = "One two three four five six seven eight nine ten. " * 8
SID = "MZ0001"


class Caller:
    """A phone on virtual time: plays what it is sent in order, sends back marks when played or cleared."""

    def __init__(self, **session: Any) -> None:
        self.session = make_session(**{"companion_leads": True} | session)
        self.got: list[tuple[float, dict[str, Any]]] = []
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.cleared = asyncio.Event()
        self.played_bytes = 0
        self.closed: tuple[int, str] | None = None
        self.reports: list[tuple[str, int]] = []

    async def __aenter__(self) -> "Caller":
        loop = asyncio.get_running_loop()
        self.door = PhoneDoor(
            self.session, SID, send=self._take, close=self._close, now=loop.time, call_later=loop.call_later
        )
        played = self.session.played

        def watch(item_id: str, ms: float) -> None:
            self.reports.append((item_id, int(ms)))
            played(item_id, ms)

        self.session.played = watch  # type: ignore[method-assign]
        self.task = asyncio.create_task(self.session.run())
        self.player = asyncio.create_task(self._play())
        await asyncio.sleep(0)
        self.session.attach(self.door)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.session.end("closed")
        await self.task
        self.player.cancel()

    def say(self, message: dict[str, Any]) -> bool:
        return self.door.receive(orjson.dumps(message))

    async def speak(self, sound: np.ndarray[Any, Any]) -> None:
        """16 kHz in, 160 bytes of mu-law every 20 ms."""
        narrow = encode_ulaw(soxr.resample(sound, 16_000, 8_000))
        for number, at in enumerate(range(0, len(narrow) - len(narrow) % 160, 160)):
            payload = base64.b64encode(narrow[at : at + 160]).decode()
            media = {
                "track": "inbound",
                "chunk": str(number),
                "timestamp": str(number * 20),
                "payload": payload,
            }
            self.say({"event": "media", "sequenceNumber": str(number), "streamSid": SID, "media": media})
            await asyncio.sleep(0.02)

    async def quiet(self, seconds: float) -> None:
        await self.speak(np.zeros(int(16_000 * seconds), np.int16))

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [message for _, message in self.got if message["event"] == kind]

    def _take(self, data: bytes) -> None:
        message = orjson.loads(data)
        assert message["streamSid"] == SID
        self.got.append((asyncio.get_running_loop().time(), message))
        if message["event"] == "clear":
            self.cleared.set()
            while not self.queue.empty():
                waiting = self.queue.get_nowait()
                if waiting["event"] == "mark":
                    self.say({"event": "mark", "streamSid": SID, "mark": waiting["mark"]})
        else:
            self.queue.put_nowait(message)

    async def _play(self) -> None:
        while True:
            message = await self.queue.get()
            if message["event"] == "mark":
                self.say({"event": "mark", "streamSid": SID, "mark": message["mark"]})
                continue
            sound = base64.b64decode(message["media"]["payload"])
            self.cleared.clear()
            try:
                async with asyncio.timeout(len(sound) / 8000):
                    await self.cleared.wait()
            except TimeoutError:
                self.played_bytes += len(sound)

    def _close(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = code, reason


def start(**parameters: str) -> dict[str, Any]:
    body = {
        "accountSid": "AC1", "callSid": "CA1", "streamSid": SID, "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }  # fmt: skip
    return {"event": "start", "sequenceNumber": "1", "streamSid": SID, "start": body}
