"""A session on virtual time with null engines: say things, let time pass, look at what the client got."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from audio.silero import SileroBatch
from lms_core.companions import Companion, Subject
from lms_core.courses import Lesson
from tests.conversation import protocol_order
from tests.null_engines import NullEars, NullMind, NullMouth
from tests.speech import read_wav
from tutor.conversation.audience import SupervisorEvent
from tutor.conversation.events import Ended, ReplyAudio, SessionEvent, TurnMetrics
from tutor.conversation.ports import Change, Engines, Restored
from tutor.conversation.session import Session
from tutor.conversation.session_config import SessionConfig

COMPANION = Companion("comp_1", "test", "Tess", Subject.MATHS, "testing", duration_minutes=10)
_SILERO: list[SileroBatch] = []
E_ = TypeVar("E_", bound=SessionEvent)
T_ = TypeVar("T_", bound=SupervisorEvent)
SPEECH = read_wav("goforward")


class MemoryJournal:
    """Keeps what was committed, after `seconds`."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.seconds = 0.002

    async def commit(self, session_id: str, changes: Sequence[Change]) -> None:
        await asyncio.sleep(self.seconds)
        self.changes += changes


class Counter:
    def __init__(self) -> None:
        self.turns: list[TurnMetrics] = []
        self.speculations = {True: 0, False: 0}
        self.barge_ins = {True: 0, False: 0}
        self.failures: list[str] = []

    def turn(self, metrics: TurnMetrics) -> None:
        self.turns.append(metrics)

    def speculation(self, *, used: bool) -> None:
        self.speculations[used] += 1

    def barge_in(self, *, real: bool) -> None:
        self.barge_ins[real] += 1

    def engine_failed(self, part: str) -> None:
        self.failures.append(part)


class FakeDoor:
    input_rate = 16_000
    output_rate = 24_000
    reports_playback = False

    def __init__(self, *, shows: bool = True) -> None:
        self.shows = shows
        self.got: list[tuple[float, SessionEvent]] = []

    def emit(self, event: SessionEvent) -> None:
        self.got.append((asyncio.get_running_loop().time(), event))


class FakeSupervisor:
    """A teacher who takes what comes."""

    def __init__(self, name: str = "Mr Okafor", *, listening: bool = True) -> None:
        self.name, self.listening = name, listening
        self.got: list[SupervisorEvent] = []
        self.heard = 0
        """Bytes of the learner's sound."""

    def emit(self, event: SupervisorEvent) -> None:
        self.got.append(event)

    def learner_sound(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        self.heard += len(pcm)

    def events(self, kind: type[T_]) -> list[T_]:
        return [event for event in self.got if isinstance(event, kind)]


class Scene:
    """`async with Scene(...) as scene`; all times in seconds of the virtual clock."""

    def __init__(
        self, *, ears: Any = None, mind: Any = None, mouth: Any = None, restored: Restored | None = None,
        companion: Companion = COMPANION, lesson: Lesson | None = None, end_of_turn: Any = None, record: Any = None,
        recorder: Any = None, shows: bool = True, hearing_seconds: float = 8.0, **config: Any,
    ) -> None:  # fmt: skip
        if not _SILERO:
            _SILERO.append(SileroBatch(inline=True))
        self.journal, self.counter, self.door = MemoryJournal(), Counter(), FakeDoor(shows=shows)
        self.mind = mind or NullMind()
        self.steps: list[Any] = []
        self.teacher = FakeSupervisor()
        config.setdefault("companion_leads", False)
        judge: Any = SimpleNamespace(probability=end_of_turn) if end_of_turn else None
        parts = ears or NullEars(), self.mind, mouth or NullMouth()
        engines = Engines(*parts, _SILERO[0], hearing_seconds, judge)
        self.session = Session(
            id="sess_1", companion=companion, lesson=lesson, engines=engines, journal=self.journal, observer=self.counter,
            config=SessionConfig(**config), now=lambda: asyncio.get_running_loop().time(), grace_seconds=60,
            restored=restored, recorder=recorder, record=record or (lambda event, effects: self.steps.append((event, list(effects)))),
        )  # fmt: skip

    async def __aenter__(self) -> "Scene":
        self.task = asyncio.create_task(self.session.run())
        await asyncio.sleep(0)
        self.session.attach(self.door)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.session.end("closed")
        await self.task
        protocol_order.check(event for _, event in self.door.got)

    async def reconnect(self, seconds: float) -> None:
        """The link is lost; after `seconds` the client is there again, with another one."""
        self.session.detach(self.door)
        protocol_order.check(event for _, event in self.door.got)
        await asyncio.sleep(seconds)
        self.door = FakeDoor(shows=self.door.shows)
        self.session.attach(self.door)

    async def hear(self, sound: np.ndarray[Any, Any]) -> None:
        """Play `sound` (16 kHz) to the session at real speed."""
        for start in range(0, len(sound), 320):
            self.session.hear(sound[start : start + 320].astype("<i2").tobytes())
            await asyncio.sleep(0.02)

    async def quiet(self, seconds: float) -> None:
        await self.hear(np.zeros(int(16_000 * seconds), np.int16))

    async def talk_until_ended(self) -> None:
        """The learner says something every eight seconds."""
        for _ in range(40):
            await self.quiet(8)
            if self.events(Ended):
                return
            await self.hear(SPEECH)

    def events(self, kind: type[E_]) -> list[E_]:
        return [event for _, event in self.door.got if isinstance(event, kind)]

    def kinds(self) -> list[str]:
        """Names of the events in order, runs of audio and text as one, without state changes."""
        names: list[str] = []
        for _, event in self.door.got:
            name = type(event).__name__
            if name not in ("StateChanged", "TurnMetrics", "Shown") and (
                not names or names[-1] != name or not isinstance(event, ReplyAudio)
            ):
                names.append(name)
        return names
