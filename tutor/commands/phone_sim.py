"""viva phone-sim COMPANION recording.wav: a phone in a terminal, speaking Twilio's media stream protocol."""

import argparse
import asyncio
import base64
import json
import secrets
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.pcm import decode_ulaw, encode_ulaw
from lms_core.errors import InvalidInput
from tutor.commands.caller import Caller, Learner, add_server, ticks
from tutor.commands.line import Server
from tutor.commands.recordings import read_recording

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_RATE = 8000
_FRAME = 160
_GAP = 40
"""Frames (0.8 s) of quiet from the companion before the next recording, or hanging up."""
_PATIENCE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_server(parser)


def run(options: argparse.Namespace) -> int:
    if not options.recordings:
        raise InvalidInput("Name at least one recording: the learner's turns.")
    recordings = [read_recording(path, _RATE) for path in options.recordings]
    return asyncio.run(_Phone(Server.named_by(options), options, Learner(recordings, _RATE)).run())


class _Phone(Caller):
    """Buffers what it is sent and plays it in order, as the carrier does; marks come back when they are reached."""

    def __init__(self, server: Server, options: argparse.Namespace, learner: Learner) -> None:
        super().__init__(server, options, _RATE)
        self._learner = learner
        self._stream = f"MZ{secrets.token_hex(16)}"
        self._buffer: deque[bytes | str] = deque()
        self._rest = b""
        self._heard = 0
        self._cleared = 0

    async def run(self) -> int:
        failed = await super().run()
        print(
            f"The companion was heard for {self._heard / _RATE:.1f} s; its sound was cleared {self._cleared} times."
        )
        return failed or int(not self._heard)

    def path(self) -> str:
        return "/phone/media"

    async def hang_up(self, socket: "ClientConnection") -> None:
        await self._send(socket, "stop", stop={})
        await socket.close()

    async def _send(self, socket: "ClientConnection", event: str, **more: Any) -> None:
        await socket.send(json.dumps({"event": event, "streamSid": self._stream, **more}))

    async def _begin(self, socket: "ClientConnection") -> None:
        await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "accountSid": "AC" + "0" * 32, "callSid": f"CA{secrets.token_hex(16)}", "streamSid": self._stream,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": _RATE, "channels": 1},
            "customParameters": {"companion": self.companion, "token": self._server.key},
        }  # fmt: skip
        await self._send(socket, "start", sequenceNumber="1", start=start)

    async def talk(self, socket: "ClientConnection") -> None:
        await self._begin(socket)
        quiet = number = 0
        async for _ in ticks():
            if self.over:
                return
            sound = self._learner.frame()
            played = await self._play(socket)
            number += 1
            media = {
                "track": "inbound", "chunk": str(number), "timestamp": str(number * 20),
                "payload": base64.b64encode(encode_ulaw(sound)).decode(),
            }  # fmt: skip
            await self._send(socket, "media", sequenceNumber=str(number + 1), media=media)
            heard = decode_ulaw(played) if played else np.zeros(0, np.int16)
            self._heard += len(heard)
            self.tape.add(sound, np.pad(heard, (0, _FRAME - len(heard))))
            quiet = 0 if played or self._learner.speaking else quiet + 1
            spoken = self._heard > 0 and quiet > _GAP * (1 if self._learner.turns_left else 5)
            if (spoken or quiet > _PATIENCE) and not self._learner.speak():
                return
            if spoken:
                quiet = 0

    async def _play(self, socket: "ClientConnection") -> bytes:
        """The next 20 ms of what is buffered; marks that are reached go back."""
        while self._buffer and len(self._rest) < _FRAME:
            head = self._buffer.popleft()
            if isinstance(head, bytes):
                self._rest += head
            else:
                await self._mark(socket, head)
        now, self._rest = self._rest[:_FRAME], self._rest[_FRAME:]
        return now

    async def _mark(self, socket: "ClientConnection", name: str) -> None:
        await self._send(socket, "mark", mark={"name": name})

    async def take(self, socket: "ClientConnection", event: dict[str, Any]) -> None:
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
