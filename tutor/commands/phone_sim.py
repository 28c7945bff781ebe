"""viva phone-sim COMPANION recording.wav: a phone in a terminal, speaking Twilio's media stream protocol."""

import argparse
import asyncio
import base64
import secrets
from collections import deque
from typing import Any

import numpy as np

from audio.pcm import decode_ulaw, encode_ulaw
from lms_core.errors import InvalidInput
from tutor.commands.caller import Learner, Tape, add_server, api_key, read_recording, ticks

_RATE = 8000
_FRAME = 160
_GAP = 40
"""Frames (0.8 s) of quiet from the companion before the next recording, or hanging up."""
_PATIENCE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_server(parser)


def run(options: argparse.Namespace) -> int:
    if not options.recordings:
        raise InvalidInput("Name at least one WAV file: the learner's turns.")
    recordings = [read_recording(path, _RATE) for path in options.recordings]
    return asyncio.run(_Phone(options, api_key(options), Learner(recordings, _RATE)).run())


class _Phone:
    """Buffers what it is sent and plays it in order, as the carrier does; marks come back when they are reached."""

    def __init__(self, options: argparse.Namespace, key: str, learner: Learner) -> None:
        self._options, self._key, self._learner = options, key, learner
        self._stream = f"MZ{secrets.token_hex(16)}"
        self._buffer: deque[bytes | str] = deque()
        self._rest = b""
        self._tape = Tape()
        self._heard = 0
        self._cleared = 0
        self._closed = False

    async def run(self) -> int:
        import aiohttp

        url = f"{self._options.url.rstrip('/')}/phone/media"
        try:
            async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as socket:
                await self._open(socket)
                async with asyncio.TaskGroup() as group:
                    reading = group.create_task(self._read(socket))
                    await self._talk(socket)
                    await socket.close()
                    await reading
        except aiohttp.ClientError as error:
            raise InvalidInput(
                f"Cannot reach {self._options.url}: {error}. Is the server running?"
            ) from error
        print(
            f"The companion was heard for {self._heard / _RATE:.1f} s; its sound was cleared {self._cleared} times."
        )
        self._tape.save(self._options.save, _RATE)
        return 0 if self._heard else 1

    async def _open(self, socket: Any) -> None:
        await socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": "AC" + "0" * 32, "callSid": f"CA{secrets.token_hex(16)}", "streamSid": self._stream,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": _RATE, "channels": 1},
            "customParameters": {"companion": self._options.companion, "token": self._key},
        }  # fmt: skip
        await socket.send_json(
            {"event": "start", "sequenceNumber": "1", "streamSid": self._stream, "start": start}
        )

    async def _talk(self, socket: Any) -> None:
        quiet = number = 0
        async for _ in ticks():
            if self._closed:
                return
            sound = self._learner.frame()
            played = await self._play(socket)
            number += 1
            media = {
                "track": "inbound", "chunk": str(number), "timestamp": str(number * 20),
                "payload": base64.b64encode(encode_ulaw(sound)).decode(),
            }  # fmt: skip
            await socket.send_json(
                {
                    "event": "media",
                    "sequenceNumber": str(number + 1),
                    "streamSid": self._stream,
                    "media": media,
                }
            )
            heard = decode_ulaw(played) if played else np.zeros(0, np.int16)
            self._heard += len(heard)
            self._tape.add(sound, np.pad(heard, (0, _FRAME - len(heard))))
            quiet = 0 if played or self._learner.speaking else quiet + 1
            spoken = self._heard > 0 and quiet > _GAP * (1 if self._learner.turns_left else 5)
            if (spoken or quiet > _PATIENCE) and not self._learner.speak():
                await socket.send_json({"event": "stop", "streamSid": self._stream, "stop": {}})
                return
            if spoken:
                quiet = 0

    async def _play(self, socket: Any) -> bytes:
        """The next 20 ms of what is buffered; marks that are reached go back."""
        while self._buffer and len(self._rest) < _FRAME:
            head = self._buffer.popleft()
            if isinstance(head, bytes):
                self._rest += head
            else:
                await self._mark(socket, head)
        now, self._rest = self._rest[:_FRAME], self._rest[_FRAME:]
        return now

    async def _mark(self, socket: Any, name: str) -> None:
        await socket.send_json({"event": "mark", "streamSid": self._stream, "mark": {"name": name}})

    async def _read(self, socket: Any) -> None:
        async for message in socket:
            event = message.json()
            if event["event"] == "media":
                self._buffer.append(base64.b64decode(event["media"]["payload"]))
            elif event["event"] == "mark":
                self._buffer.append(event["mark"]["name"])
            elif event["event"] == "clear":
                self._cleared += 1
                self._rest = b""
                marks = [head for head in self._buffer if isinstance(head, str)]
                self._buffer.clear()
                for name in marks:
                    await self._mark(socket, name)
        self._closed = True
