"""docs/realtime.md shows Viva's own events as the server really sends and takes them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.conversation.scene import FakeSupervisor
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.wire_scene import Event, WireScene
from tutor.brain.base import MindEvent, MindRequest, Phase, Show
from tutor.conversation.events import State
from tutor.transports import viva_events as viva

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "realtime.md").read_text()
(_BLOCK,) = re.findall(r"```jsonl\n(.*?)```", _PAGE, re.DOTALL)
EXAMPLES: list[Event] = [json.loads(line) for line in _BLOCK.splitlines()]
CLIENT_EVENTS = {event.model_fields["type"].annotation: event for event in get_args(viva.VivaClientEvent)}
FROM_CLIENT = {get_args(kind)[0] for kind in CLIENT_EVENTS}
FROM_SERVER = {event.TYPE for event in get_args(viva.VivaServerEvent)}


class ShowingMind(NullMind):
    """Shows something with every reply."""

    async def reply(self, request: MindRequest) -> AsyncIterator[MindEvent]:
        yield Show("formula", "A half", "1/2")
        async for event in super().reply(request):
            yield event


@cache
def talk() -> tuple[Event, ...]:
    """All events of Viva's own in a talk in which everything happens."""

    async def happens() -> list[Event]:
        mind = ShowingMind("One two three four five six seven eight nine ten. " * 3)
        async with WireScene(viva=True, mind=mind, ears=NullEars("ten of clubs", "mm-hm")) as scene:
            await scene.speak(read_wav("cards_001"))
            await scene.quiet(4)
            await scene.speak(read_wav("cards_001")[2000:9000])
            await scene.quiet(5)
            scene.lose_link()
            before = scene.got
            scene.session.join(FakeSupervisor("Mr Okafor"))
            scene.reconnect()
            await asyncio.sleep(1)
        return before + scene.got

    return tuple(event for event in run(happens()) if event["type"].startswith("viva."))


def alike(example: Any, sent: Any) -> bool:
    """The same fields of the same types, all the way down; null stands for any."""
    if example is None or sent is None:
        return True
    if isinstance(example, dict):
        return isinstance(sent, dict) and example.keys() == sent.keys() and all(
            alike(example[name], sent[name]) for name in example
        )  # fmt: skip
    if isinstance(example, list):
        return isinstance(sent, list) and all(
            any(alike(one, other) for other in sent) for one in example if sent
        )
    if isinstance(example, int | float) and not isinstance(example, bool):
        return isinstance(sent, int | float)
    return type(example) is type(sent)


def test_every_event_has_an_example() -> None:
    assert {example["type"] for example in EXAMPLES} == FROM_SERVER | FROM_CLIENT
    assert {event["type"] for event in talk()} == FROM_SERVER, "the talk has all of them"


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one["type"] in FROM_SERVER], ids=lambda one: one["type"]
)
def test_an_example_is_like_what_is_sent(example: Event) -> None:
    sent = [event for event in talk() if event["type"] == example["type"]]
    for event in sent:
        assert alike(example, {name: event[name] for name in event if name != "event_id"}), event


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one["type"] in FROM_CLIENT], ids=lambda one: one["type"]
)
def test_an_example_of_the_client_is_taken(example: Event) -> None:
    async def sent() -> WireScene:
        async with WireScene(viva=True) as scene:
            scene.send(**{"kind" if name == "type" else name: value for name, value in example.items()})
            await asyncio.sleep(0.1)
        return scene

    assert not run(sent()).errors


def test_every_word_that_an_event_may_carry_is_named() -> None:
    rows = {line.split("`")[1]: line for line in _PAGE.splitlines() if line.startswith("| `viva.")}
    for kind, words in {
        "viva.session.state": [*State, *Phase], "viva.shown": get_args(Show.__annotations__["kind"]),
        "viva.session.ended": ["finished", "quiet", "closed", "learner_left", "draining", "failed"],
    }.items():  # fmt: skip
        assert all(f"{word}" in rows[kind] for word in words), kind
