"""Anything may happen at any moment: whatever the order, no turn is answered twice and the session never sticks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.errors import EngineError
from audio.stt.base import SttStream, Transcript
from audio.tts.base import Speech
from lms_core.errors import Conflict, TooBusy
from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind, NullMouth
from tests.speech import read_wav
from tutor.brain.base import MindEvent, MindRequest
from tutor.conversation import turn_events as t
from tutor.conversation.events import Item, Part, ReplyDone, ReplyOptions, Role
from tutor.errors import MindError
from tutor.recording import EventFile, replay

SOUNDS = {"speaks": SPEECH[3000:22000], "murmurs": read_wav("cards_001")[4000:10000]}
LONGEST_HANG = 80.0
"""Seconds after which two engines that hang were given up, and all was said."""


class Weather:
    """What the engines do next: each call takes one mood of the list, and works at once when it is over."""

    def __init__(self, moods: Sequence[str]) -> None:
        self.moods = list(moods)
        self.spoken = 0

    async def __call__(self, error: Exception) -> None:
        match self.moods.pop(0) if self.moods else "ok":
            case "slow":
                await asyncio.sleep(1.7)
            case "fail":
                raise error
            case "hang":
                await asyncio.Event().wait()


class Ears(NullEars):
    """Hears other words in every utterance; now and then only "mm-hm"."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather

    def open(
        self, *, language: str, hints: Sequence[str] = (), on_partial: Callable[[str], None] | None = None
    ) -> SttStream:
        self.weather.spoken += 1
        number = self.weather.spoken
        stream = NullEars("mm-hm" if number % 5 == 0 else f"my words number {number}.").open(
            language=language, hints=hints, on_partial=on_partial
        )
        transcribe, weather = stream.transcribe, self.weather

        async def late() -> Transcript:
            await weather(EngineError("broken ears"))
            return await transcribe()

        stream.transcribe = late  # type: ignore[method-assign]
        return stream


class Mind(NullMind):
    """Says back to whom it answers."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        await self.weather(MindError("broken mind"))
        last = next((each.text for each in reversed(request.messages) if each.role == "learner"), "nobody")
        self.answer = (
            f"To {last!r} I say. One two three four five six seven eight nine ten. " + "And on. " * 6
        )
        async for event in super().reply(request):
            yield event


class Mouth(NullMouth):
    def __init__(self, weather: Weather) -> None:
        self.weather = weather

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        await self.weather(EngineError("broken mouth"))
        async for piece in super().synthesize(text, voice=voice, speed=speed, language=language):
            yield piece


async def _do(scene: Scene, act: str, number: int) -> None:
    session = scene.session
    match act:
        case "speaks" | "murmurs":
            await scene.hear(SOUNDS[act])
        case "types":
            session.type_text(f"typed {number}")
        case "asks":
            session.request_reply(ReplyOptions(event_id=f"event {number}"))
        case "asks aside":
            session.request_reply(ReplyOptions(out_of_band=True))
        case "cancels":
            session.cancel_reply()
        case "clears":
            session.clear_input()
        case "adds":
            session.add_item(
                Item(f"item_{number}", "message", Role.SYSTEM, parts=(Part("input_text", "Be kind."),))
            )
        case "deletes":
            if session.history.last_id:
                session.delete_item(session.history.last_id)
        case "whispers":
            with contextlib.suppress(TooBusy):
                session.whisper(f"whisper {number}")
        case "says":
            with contextlib.suppress(TooBusy, Conflict):
                session.say(f"Say {number}.")
        case "takes over":
            with contextlib.suppress(Conflict):
                session.take_over(scene.teacher)
        case "teaches":
            for start in range(0, 30_000, 480):
                session.teacher_speaks(scene.teacher, SPEECH[start : start + 480].astype("<i2").tobytes())
        case "hands back":
            with contextlib.suppress(Conflict):
                session.hand_back(scene.teacher)
        case "teacher leaves":
            session.leave(scene.teacher)
            session.join(scene.teacher)
        case "drops":
            await scene.reconnect(0.3)


ACTS = st.one_of(
    st.sampled_from(["speaks", "speaks", "murmurs"]),
    st.sampled_from(
        ["types", "asks", "asks aside", "cancels", "clears", "adds", "deletes", "drops", "nothing"]
    ),
    st.sampled_from(
        ["whispers", "says", "takes over", "takes over", "teaches", "hands back", "teacher leaves"]
    ),
)
GAPS = st.sampled_from([0.0, 0.02, 0.3, 0.7, 1.1, 2.3])
MOODS = st.lists(st.sampled_from(["ok", "ok", "slow", "fail", "hang"]), max_size=12).filter(
    lambda moods: moods.count("hang") <= 2
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(ACTS, GAPS), min_size=1, max_size=14),
    MOODS,
    st.sampled_from([0.002, 0.8]),
    st.booleans(),
)
def test_any_order_of_things_leaves_a_session_that_listens_and_answers(
    acts: list[tuple[str, float]], moods: list[str], disk: float, shows: bool
) -> None:
    async def talk() -> Scene:
        weather = Weather(moods)
        async with Scene(ears=Ears(weather), mind=Mind(weather), mouth=Mouth(weather), shows=shows) as scene:
            scene.journal.seconds = disk
            scene.session.join(scene.teacher)
            for number, (act, gap) in enumerate(acts):
                await _do(scene, act, number)
                await scene.quiet(gap)
            with contextlib.suppress(Conflict):
                scene.session.hand_back(scene.teacher)
            await scene.quiet(LONGEST_HANG)
            assert scene.session._taking.turns.floor is t.Floor.IDLE and not scene.session.busy, "it is stuck"
            weather.moods, weather.spoken = [], 100
            before = len(scene.events(ReplyDone))
            await scene.hear(SPEECH)
            await scene.quiet(20)
            (done,) = scene.events(ReplyDone)[before:]
            assert done.status == "completed" and done.items[0].text.startswith("To 'my words number 101.'")
        return scene

    scene = run(talk())
    commits = [e for _, effects in scene.steps for e in effects if isinstance(e, t.CommitTurn)]
    answers = [commit.reply for commit in commits if commit.reply is not None]
    assert len(set(answers)) == len(answers)
    assert not answered_for_the_teacher(scene.steps)
    assert len({turn.item_id for turn in scene.counter.turns}) == len(scene.counter.turns)
    again = sum(act in ("asks", "asks aside", "drops", "deletes") for act, _ in acts)
    begun = ["".join(item.text for item in done.items).split(" I say")[0] for done in scene.events(ReplyDone)]
    for answered in {one for one in begun if one.startswith("To '")}:
        assert begun.count(answered) <= 1 + again
    assert_replays(scene)


def answered_for_the_teacher(steps: Sequence[tuple[t.Event, list[t.Effect]]]) -> list[t.Effect]:
    """What the companion was to say while a teacher had taken over."""
    said: list[t.Effect] = []
    taken = False
    for event, effects in steps:
        taken = (taken or isinstance(event, t.TeacherTook)) and not isinstance(event, t.TeacherGave)
        said += [
            one for one in effects
            if taken and (isinstance(one, t.Prompt | t.Speculate) or (isinstance(one, t.CommitTurn) and one.reply))
        ]  # fmt: skip
    return said


def assert_replays(scene: Scene) -> None:
    """Whatever happened, its recording decides the same again."""
    with TemporaryDirectory() as folder:
        record = EventFile(Path(folder) / "talk.jsonl")
        for event, effects in scene.steps:
            record(event, effects)
        record.close()
        assert all(recorded == now for _, recorded, now in replay(Path(folder) / "talk.jsonl"))
