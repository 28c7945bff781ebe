"""What the terminal's callers share: a line to the server, a clock of 20 ms, both sides' sound, and the tape."""

import argparse
import asyncio
import contextlib
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.pcm import Samples
from tutor.commands import add_data_settings
from tutor.commands.line import Server
from tutor.commands.recordings import Tape

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

FRAME_SECONDS = 0.02
_CLOSE_SECONDS = 10.0
"""For the server to sum up after we said goodbye."""


def add_server(parser: argparse.ArgumentParser) -> None:
    add_data_settings(parser)
    parser.add_argument("companion", help="the companion's slug or id; see /api/v1/companions")
    parser.add_argument("recordings", nargs="*", type=Path, help="sound files: the learner's turns, in order")
    parser.add_argument("--url", help="the server's address; default: where the settings put it")
    parser.add_argument("--api-key", help="default: the key in the data directory")
    parser.add_argument(
        "--save",
        type=Path,
        default=Path("call.wav"),
        help="stereo WAV of the whole call: learner left, companion right (default: call.wav)",
    )


async def ticks() -> AsyncIterator[None]:
    """Every 20 ms, without drift."""
    due = time.perf_counter()
    while True:
        yield
        due += FRAME_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


class Caller(ABC):
    """One call. Ctrl-C hangs up like the end of the talk does: the tape is kept and the server is told."""

    def __init__(self, server: Server, options: argparse.Namespace, rate: int) -> None:
        self._server, self._save, self._rate = server, options.save, rate
        self.companion: str = options.companion
        """As it was asked for."""
        self.name = self.companion
        self.over = False
        """The server has ended the call."""

    async def run(self) -> int:
        """The exit code. Raises InvalidInput before anything is said if something is wrong."""
        self.name = await self._server.companion(self.companion)
        with Tape(self._save, self._rate) as self.tape:
            print(f"Calling {self.name}. Ctrl-C hangs up.\n", flush=True)
            async with self._server.line(self.path()) as socket:
                return await self._hold(socket)

    async def _hold(self, socket: "ClientConnection") -> int:
        import websockets

        reading = asyncio.create_task(self._read(socket))
        hung_up = False
        try:
            await self.talk(socket)
            hung_up = not self.over
        except websockets.ConnectionClosed:
            pass  # the reader hears of it too
        finally:
            if not self.over:
                with contextlib.suppress(websockets.ConnectionClosed):
                    await self.hang_up(socket)
                await asyncio.wait((reading,), timeout=_CLOSE_SECONDS)
                await socket.close()
        await reading
        if hung_up or socket.close_code == 1000:
            return 0
        print(f"\nThe call was cut off: {socket.close_reason or 'is the server still running?'}")
        return 1

    async def _read(self, socket: "ClientConnection") -> None:
        import websockets

        try:
            async for message in socket:
                await self.take(socket, json.loads(message))
        except websockets.ConnectionClosed:
            pass  # its code says why
        finally:
            self.over = True

    @abstractmethod
    def path(self) -> str:
        """Path and query of the WebSocket."""

    @abstractmethod
    async def talk(self, socket: "ClientConnection") -> None:
        """Send sound until the learner has nothing more to say, or the call is `over`."""

    @abstractmethod
    async def take(self, socket: "ClientConnection", event: dict[str, Any]) -> None:
        """One message of the server."""

    @abstractmethod
    async def hang_up(self, socket: "ClientConnection") -> None:
        """The last message."""


class Learner:
    """The learner's side: plays each recording when it is their turn, silence in between."""

    def __init__(self, recordings: list[Samples], rate: int) -> None:
        self._rest: Iterator[Samples] = iter(recordings)
        self._frame = int(rate * FRAME_SECONDS)
        self._sound = np.zeros(0, np.int16)
        self.done = not recordings
        self._left = len(recordings)

    @property
    def speaking(self) -> bool:
        return len(self._sound) > 0

    @property
    def turns_left(self) -> int:
        return self._left

    def speak(self) -> bool:
        """Begin the next recording; False if there is none."""
        sound = next(self._rest, None)
        if sound is None:
            return False
        self._left -= 1
        self._sound = sound
        return True

    def frame(self) -> Samples:
        now, self._sound = self._sound[: self._frame], self._sound[self._frame :]
        return np.pad(now, (0, self._frame - len(now)))


class Loudspeaker:
    """What the companion said and was not played yet; `clear` on barge-in."""

    def __init__(self, rate: int) -> None:
        self._frame = int(rate * FRAME_SECONDS)
        self._queue: list[Samples] = []
        self.played = 0
        """Samples of the current item that were played."""

    @property
    def empty(self) -> bool:
        return not self._queue

    def put(self, sound: Samples) -> None:
        self._queue.append(sound)

    def clear(self) -> None:
        self._queue.clear()

    def frame(self) -> Samples:
        out = np.zeros(self._frame, np.int16)
        filled = 0
        while self._queue and filled < self._frame:
            piece = self._queue[0][: self._frame - filled]
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
            rest = self._queue[0][len(piece) :]
            if len(rest):
                self._queue[0] = rest
            else:
                self._queue.pop(0)
        self.played += filled
        return out
