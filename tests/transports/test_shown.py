"""What is shown beside the talk is still there for a client that comes back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conversation.virtual_time import run
from tests.null_engines import NullMind
from tests.transports.wire_scene import Event, WireScene
from tutor.brain.base import MindEvent, MindRequest, Purpose, Show
from tutor.conversation.events import Shown
from tutor.conversation.ports import Restored, Snapshot

CARD = Show("quiz", "1 / 2", "Which is even?\n- one\n- two", ("one", "two"), "one")


class AskingMind(NullMind):
    """Shows a card with its answer, and nothing when somebody has come back."""

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        if request.purpose is Purpose.ANSWER:
            yield Show("lesson", "Numbers", "Some are even.")
            yield CARD
        async for event in super().reply(request):
            yield event


def shown(events: list[Event]) -> list[str]:
    return [event["body"] for event in events if event["type"] == "viva.shown"]


def test_a_client_that_resumes_is_shown_the_latest_again() -> None:
    async def talk() -> tuple[list[Event], list[Event]]:
        async with WireScene(viva=True, mind=AskingMind()) as scene:
            scene.session.type_text("Ask me")
            await asyncio.sleep(5)
            scene.lose_link()
            before = scene.got
            scene.reconnect()
            await asyncio.sleep(5)
        return before, scene.got

    before, after = run(talk())
    assert shown(before) == ["Some are even.", CARD.body]
    kinds = [event["type"] for event in after]
    assert shown(after) == [CARD.body]
    assert kinds.index("viva.session.resumed") < kinds.index("viva.shown")


def test_it_outlives_the_server() -> None:
    async def talk() -> WireScene:
        async with WireScene(viva=True, mind=AskingMind()) as scene:
            scene.session.type_text("Ask me")
            await asyncio.sleep(5)
        (*_, saved) = [one for one in scene.session._ledger._journal.changes if isinstance(one, Snapshot)]
        again = Restored((), Snapshot(shown=saved.shown))
        async with WireScene(viva=True, resumed=True, restored=again) as restarted:
            await asyncio.sleep(1)
        return restarted

    assert shown(run(talk()).got) == [CARD.body]


@pytest.mark.parametrize("left", [None, {}, {"kind": "quiz"}, {"choices": None}, {"choices": [], "new": 1}])
def test_what_another_version_left_is_not_shown(left: dict[str, object] | None) -> None:
    assert not Shown.saved(left)
