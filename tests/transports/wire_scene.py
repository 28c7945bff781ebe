"""A Realtime client without a network, on virtual time: JSON in, JSON out, the real session between them."""

import asyncio
import base64
import traceback
from typing import Any

import numpy as np
import orjson
import soxr

from audio.pcm import to_pcm16
from audio.silero import SileroBatch
from lms_core.companions import Companion, Subject
from tests.conversation.scene import Counter, MemoryJournal
from tests.null_engines import NullEars, NullMind, NullMouth
from tests.transports import wire_order
from tests.transports.strict import check
from tutor.conversation.ports import Engines, Restored
from tutor.conversation.session import Session
from tutor.conversation.session_config import SessionConfig
from tutor.transports.client_events import ClientEvents
from tutor.transports.realtime import RealtimeDoor

COMPANION = Companion("comp_1", "test", "Tess", Subject.MATHS, "testing", duration_minutes=10)
_SILERO: list[SileroBatch] = []

Event = dict[str, Any]


def silero() -> SileroBatch:
    if not _SILERO:
        _SILERO.append(SileroBatch(inline=True))
    return _SILERO[0]


def make_session(
    *,
    ears: Any = None,
    mind: Any = None,
    mouth: Any = None,
    restored: Restored | None = None,
    recorder: Any = None,
    **config: Any,
) -> Session:
    config.setdefault("companion_leads", False)
    return Session(
        id="sess_1", companion=COMPANION, lesson=None, engines=Engines(ears or NullEars(), mind or NullMind(), mouth or NullMouth(), silero()),
        journal=MemoryJournal(), observer=Counter(),
        config=SessionConfig(**config), now=lambda: asyncio.get_running_loop().time(), grace_seconds=60,
        restored=restored, recorder=recorder,
    )  # fmt: skip


class WireScene:
    """`async with WireScene() as scene`; every event that the server sends is checked strictly as it comes, and
    their order when the scene is over."""

    def __init__(self, *, viva: bool = False, resumed: bool = False, **session: Any) -> None:
        self.session = make_session(**session)
        self.viva, self.resumed = viva, resumed
        self.got: list[Event] = []
        self.closed: tuple[int, str] | None = None
        self.waiting: list[tuple[str, asyncio.Future[Event]]] = []
        self._sent = 0
        self._known: list[str] = []

    async def __aenter__(self) -> "WireScene":
        self.faults: list[str] = []
        asyncio.get_running_loop().set_exception_handler(self._fault)
        self.task = asyncio.create_task(self.session.run())
        await asyncio.sleep(0)
        self._connect(resumed=self.resumed)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.session.end("closed")
        await self.task
        assert not self.faults, self.faults
        wire_order.check(self.got, self._known, finished=self.closed == (1000, "session ended: closed"))

    def _fault(self, _loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """An exception of ours that only the event loop saw, and none that another test left behind."""
        trace = "".join(traceback.format_exception(what["exception"])) if "exception" in what else ""
        if "/tutor/" in trace:
            self.faults.append(trace)

    def _connect(self, *, resumed: bool) -> None:
        loop = asyncio.get_running_loop()
        self._known = [item.id for item in self.session.history.items]
        self.door = RealtimeDoor(
            self.session, model="test", send=self._take, close=self._close, wall_clock=lambda: 1_800_000_000.0,
            viva_client=self.viva,
        )  # fmt: skip
        self.client = ClientEvents(self.door, now=loop.time, call_later=loop.call_later)
        self.door.greet(resumed=resumed)
        self.session.attach(self.door)

    def lose_link(self) -> None:
        """The client is gone without a word."""
        self.client.close()
        self.door.over = True
        self.session.detach(self.door)
        wire_order.check(self.got, self._known, finished=False)

    def reconnect(self) -> None:
        """A new connection to the same session; what came over the old one is no longer in `got`."""
        self.got = []
        self._connect(resumed=True)

    # --- the client's side ------------------------------------------------------------------------------------

    def send(self, kind: str, **fields: Any) -> str:
        """Send an event; returns its event_id."""
        self._sent += 1
        event_id = f"client_{self._sent}"
        self.client.receive(orjson.dumps({"type": kind, "event_id": event_id, **fields}))
        return event_id

    def send_sound(self, sound: np.ndarray[Any, Any]) -> None:
        """16 kHz samples in one append."""
        pcm = to_pcm16(soxr.resample(sound, 16_000, 24_000))
        self.send("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())

    async def speak(self, sound: np.ndarray[Any, Any]) -> None:
        """Send 16 kHz samples in frames of 20 ms at real speed."""
        wide = soxr.resample(sound, 16_000, 24_000).astype("<i2")
        for start in range(0, len(wide) - len(wide) % 480, 480):
            frame = base64.b64encode(wide[start : start + 480].tobytes()).decode()
            self.send("input_audio_buffer.append", audio=frame)
            await asyncio.sleep(0.02)

    async def quiet(self, seconds: float) -> None:
        await self.speak(np.zeros(int(16_000 * seconds), np.int16))

    async def until(self, kind: str) -> Event:
        """Wait for the next event of a type."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self.waiting.append((kind, future))
        async with asyncio.timeout(60):
            return await future

    # --- what came --------------------------------------------------------------------------------------------

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.got if event["type"] == kind]

    def kinds(self) -> list[str]:
        """Types in order; runs of deltas as one."""
        names: list[str] = []
        for event in self.got:
            if not names or names[-1] != event["type"] or not event["type"].endswith(".delta"):
                names.append(event["type"])
        return names

    @property
    def errors(self) -> list[Event]:
        return [event["error"] for event in self.events("error")]

    def _take(self, message: bytes) -> None:
        event = orjson.loads(message)
        if event["type"].startswith("viva."):
            assert self.viva, f"{event['type']} was sent to a strict client"
        else:
            check(event)
        self.got.append(event)
        for waiter in [one for one in self.waiting if one[0] == event["type"]]:
            self.waiting.remove(waiter)
            if not waiter[1].done():
                waiter[1].set_result(event)

    def _close(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = code, reason
