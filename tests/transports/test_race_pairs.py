"""Every two things that can happen at once, in both orders, at every moment of a turn.

Which of them wins is not the point here: the order of events, the ids and the answers must be right, and the session
must go on.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from audio.stt.base import Transcript
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.wire_scene import WireScene

REPLY = "One two three four five six seven eight nine ten. " * 2
_FRAME = 1600
ASKED = "item_asked"
MANUAL = {"audio": {"input": {"turn_detection": None}}}


class SlowEars(NullEars):
    """Takes a second for every transcript, so that much can happen meanwhile."""

    def open(self, **options: Any) -> Any:
        stream = super().open(**options)
        at_once = stream.transcribe

        async def transcribe() -> Transcript:
            await asyncio.sleep(1)
            return await at_once()

        stream.transcribe = transcribe  # type: ignore[method-assign]
        return stream


class Race(WireScene):
    """A client with an open microphone, one item in the conversation, and a memory of what it asked for."""

    def __init__(self) -> None:
        super().__init__(mind=NullMind(REPLY), ears=SlowEars())
        self.asked: dict[str, str] = {}
        self._sound = np.zeros(0, np.int16)

    async def __aenter__(self) -> "Race":
        await super().__aenter__()
        self._microphone = asyncio.create_task(self._listen())
        self.do("conversation.item.create", item={
            "id": ASKED, "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Count."}],
        })  # fmt: skip
        await self.until("conversation.item.done")
        return self

    async def __aexit__(self, *error: object) -> None:
        self._microphone.cancel()
        await super().__aexit__(*error)

    def do(self, kind: str, **fields: Any) -> None:
        self.asked[self.send(kind, **fields)] = kind

    def ask(self, **response: Any) -> None:
        self.do("response.create", response={**response, "metadata": {"number": str(self._sent)}})

    def say(self) -> None:
        self._sound = read_wav("cards_001")

    async def _listen(self) -> None:
        while True:
            frame, self._sound = self._sound[:_FRAME], self._sound[_FRAME:]
            self.send_sound(np.pad(frame, (0, _FRAME - len(frame))))
            await asyncio.sleep(_FRAME / 16_000)

    def last_spoken(self) -> str:
        items = [event["item"]["id"] for event in self.events("response.output_item.added")]
        return items[-1] if items else "item_nobody"


# --- what can happen --------------------------------------------------------------------------------------


def lose_and_find_link(scene: Race) -> None:
    scene.lose_link()
    scene.asked.clear()  # nobody waits for those answers any more
    scene.reconnect()


ACTIONS: dict[str, Callable[[Race], None]] = {
    "cancel": lambda scene: scene.do("response.cancel"),
    "create": lambda scene: scene.ask(),
    "aside": lambda scene: scene.ask(conversation="none"),
    "truncate": lambda scene: scene.do(
        "conversation.item.truncate", item_id=scene.last_spoken(), content_index=0, audio_end_ms=400
    ),
    "delete_spoken": lambda scene: scene.do("conversation.item.delete", item_id=scene.last_spoken()),
    "delete_last": lambda scene: scene.do(
        "conversation.item.delete", item_id=scene.session.history.last_id or "item_nobody"
    ),
    "update": lambda scene: scene.do("session.update", session={"instructions": "Be brief."}),
    "turns_off": lambda scene: scene.do("session.update", session=MANUAL),
    "commit": lambda scene: scene.do("input_audio_buffer.commit"),
    "clear": lambda scene: scene.do("input_audio_buffer.clear"),
    "speak": lambda scene: scene.say(),
    "reconnect": lose_and_find_link,
}


async def reply(scene: Race) -> None:
    scene.ask()
    await scene.until("response.output_audio.delta")


async def in_quiet(scene: Race) -> None: ...


async def at_the_beginning_of_a_reply(scene: Race) -> None:
    scene.ask()


async def in_a_reply(scene: Race) -> None:
    await reply(scene)
    await asyncio.sleep(1.5)


async def at_the_end_of_a_reply(scene: Race) -> None:
    scene.ask()
    await scene.until("response.done")


async def in_the_learners_speech(scene: Race) -> None:
    scene.say()
    await scene.until("input_audio_buffer.speech_started")


async def in_a_barge_in(scene: Race) -> None:
    await reply(scene)
    await asyncio.sleep(2)
    await in_the_learners_speech(scene)


async def when_the_learner_has_spoken(scene: Race) -> None:
    await in_the_learners_speech(scene)
    await asyncio.sleep(1.6)


async def while_a_committed_turn_is_recognised(scene: Race) -> None:
    scene.do("session.update", session=MANUAL)
    scene.say()
    await asyncio.sleep(1)
    scene.do("input_audio_buffer.commit")


TAKE_TIME = ("cancel", "create", "speak")
MOMENTS = (
    in_quiet, at_the_beginning_of_a_reply, in_a_reply, at_the_end_of_a_reply, in_the_learners_speech, in_a_barge_in,
    when_the_learner_has_spoken, while_a_committed_turn_is_recognised,
)  # fmt: skip

ERRORS = {
    "response.cancel": {"response_cancel_not_active"},
    "response.create": {"conversation_already_has_active_response", "too_many_responses"},
    "conversation.item.truncate": {"item_truncate_invalid_item_id", "invalid_value"},
    "conversation.item.delete": {"item_delete_invalid_item_id"},
    "input_audio_buffer.commit": {"input_audio_buffer_commit_empty"},
    "input_audio_buffer.clear": set(),
    "session.update": set(),
    "conversation.item.create": {"item_not_found", "too_many_items"},
    "conversation.item.retrieve": {"item_retrieve_invalid_item_id"},
}
ANSWERS = {
    "conversation.item.truncate": "conversation.item.truncated", "conversation.item.delete": "conversation.item.deleted",
    "input_audio_buffer.commit": "input_audio_buffer.committed", "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "session.update": "session.updated", "conversation.item.retrieve": "conversation.item.retrieved",
}  # fmt: skip
"""What a client waits for when it asked for something, unless it gets an error."""


def check_answers(scene: Race) -> None:
    """Each request got its answer or one error, with a code that clients know and their own id."""
    refused = {error["event_id"]: error["code"] for error in scene.errors}
    for event_id, code in refused.items():
        assert code in ERRORS[scene.asked[event_id]], f"{scene.asked[event_id]}: {code}"
    assert len(refused) == len(scene.errors), "two errors for one request"
    asked = [what for event_id, what in scene.asked.items() if event_id not in refused]
    metadata = [event["response"]["metadata"] for event in scene.events("response.created")]
    created = {given["number"] for given in metadata if given}  # one that goes on after a cough comes twice
    assert len(created) == asked.count("response.create")
    for kind, answer in ANSWERS.items():
        came = len(scene.events(answer))
        assert came == asked.count(kind) or (came > asked.count(kind) and answer.endswith("committed")), kind


async def check_goes_on(scene: Race) -> None:
    """Whatever happened, the next reply comes, and whole."""
    scene.send("session.update", session=MANUAL)
    scene.send("input_audio_buffer.clear")
    scene.send("response.cancel")
    await asyncio.sleep(1)
    scene.ask()
    last = str(scene._sent - 1)
    async with asyncio.timeout(60):
        while (await scene.until("response.done"))["response"]["metadata"] != {"number": last}:
            pass
    assert scene.events("response.done")[-1]["response"]["status"] == "completed"


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
@pytest.mark.parametrize("first", ACTIONS)
def test_two_things_at_once(first: str, moment: Any) -> None:
    async def race(second: str, gap: float) -> None:
        async with Race() as scene:
            await moment(scene)
            ACTIONS[first](scene)
            await asyncio.sleep(gap)
            ACTIONS[second](scene)
            await asyncio.sleep(4)
            check_answers(scene)
            await check_goes_on(scene)

    for second in ACTIONS:
        for gap in (0.0, 0.25) if first in TAKE_TIME else (0.0,):
            try:
                run(race(second, gap))
            except Exception as error:
                raise AssertionError(f"{first}, {gap} s later {second}: {error!r}") from error
