"""What a recorder is told: the learner's sound as it comes, the companion's as it was heard, in the time of the talk."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.conversation.scene import SPEECH, FakeSupervisor, Scene
from tests.conversation.test_take_over import teach
from tests.conversation.virtual_time import run
from tests.null_engines import NullMind
from tutor.conversation.events import ReplyDone, Role, StateChanged

LONG = "One two three four five six seven eight nine ten. " * 8


@dataclass
class Heard:
    """Keeps (moment, seconds of sound), as whole stretches of the companion's voice until it was hushed."""

    running: bool = True
    learner_seconds: float = 0.0
    learner_until: float = 0.0
    spoken: list[list[float]] = field(default_factory=list)

    def learner(self, at: float, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        self.learner_seconds += len(pcm) / 2 / rate
        self.learner_until = at

    def companion(self, at: float, pcm: NDArray[np.int16], rate: int) -> None:
        if not self.spoken or at > self.spoken[-1][1] + 0.01:
            self.spoken.append([at, at])
        self.spoken[-1][1] += len(pcm) / rate

    def hush(self, at: float) -> None:
        for one in self.spoken:
            one[1] = min(one[1], max(one[0], at))


def test_what_was_flushed_when_the_learner_broke_in_was_not_heard() -> None:
    heard = Heard()

    async def talk() -> Scene:
        async with Scene(mind=NullMind(LONG), recorder=heard) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            await scene.hear(SPEECH)
            await scene.quiet(1)
        return scene

    scene = run(talk())
    cut = next(item for item in scene.session.history.items if item.heard_ms is not None)
    assert cut.began_ms is not None and cut.heard_ms is not None
    first = heard.spoken[0]
    assert abs(first[0] * 1000 - cut.began_ms) < 2
    assert abs((first[1] - first[0]) * 1000 - cut.heard_ms) < 2
    assert abs(heard.learner_seconds - heard.learner_until) < 0.05, "it came at real speed"


def test_every_turn_knows_where_in_the_talk_it_began_however_long_nobody_was_there() -> None:
    async def talk() -> Scene:
        async with Scene(recorder=Heard()) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(6)
            await scene.reconnect(30)
            await scene.hear(SPEECH)
            await scene.quiet(6)
            scene.session.type_text("And now?")
            await asyncio.sleep(0)
        return scene

    items = [item for item in run(talk()).session.history.items if item.role is not None]
    assert [item.role for item in items][:4] == [Role.LEARNER, Role.TUTOR, Role.LEARNER, Role.TUTOR]
    began = [item.began_ms for item in items if item.began_ms is not None]
    assert len(began) >= 5 and began == sorted(began)
    second = len(SPEECH) / 16 + 6000
    assert second < began[2] < second + 2000, "the time in which nobody was there is no part of the talk"


def test_the_client_is_told_whether_it_is_recorded_and_when_that_ends() -> None:
    heard = Heard()

    async def talk() -> Scene:
        async with Scene(recorder=heard) as scene:
            await scene.quiet(1)
            heard.running = False
            scene.session.recording_changed()
            await scene.quiet(1)
        return scene

    told = [event.recorded for event in run(talk()).events(StateChanged)]
    assert told[0] and not told[-1]
    assert not any(event.recorded for event in silent().events(StateChanged))


def test_a_teacher_who_takes_over_is_not_recorded_with_the_learner() -> None:
    heard = Heard()

    async def talk() -> Scene:
        async with Scene(recorder=heard, companion_leads=True) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(6)
            scene.session.take_over(teacher)
            await teach(scene, teacher)
        return scene

    assert run(talk()).session.history.items[-1].role is Role.TEACHER
    assert len(heard.spoken) == 1 and heard.spoken[0][1] < 6, "the greeting and no more"


def silent() -> Scene:
    async def talk() -> Scene:
        async with Scene() as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
        return scene

    scene: Scene = run(talk())
    assert scene.events(ReplyDone)
    return scene
