"""A session's turn-taking as a file: every event with the decisions that followed, one JSON object a line.

`viva replay` feeds the events to `Turns` again, also under another policy: that is how complaints become tests.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import orjson

from lms_core.companions import Patience
from tutor.brain.base import Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.endpointing import PauseProfile
from tutor.conversation.turns import Turns

_EVENTS = {kind.__name__: kind for kind in get_args(t.Event)}
_FLUSH_AT = 64


class EventFile:
    """Call it with every step; lines are buffered and written 64 at a time. Holds the learner's words: keep it safe."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lines: list[bytes] = []

    def __call__(self, event: t.Event, effects: Sequence[t.Effect]) -> None:
        self._lines.append(
            orjson.dumps({"event": to_json(event), "effects": [to_json(effect) for effect in effects]})
        )
        if len(self._lines) >= _FLUSH_AT:
            self.close()

    def close(self) -> None:
        """Write what is buffered."""
        lines, self._lines = self._lines, []
        if lines:
            with self._path.open("ab") as file:
                file.write(b"\n".join(lines) + b"\n")


def to_json(step: t.Event | t.Effect) -> dict[str, Any]:
    return {"kind": type(step).__name__, **asdict(step)}


def event_of(data: dict[str, Any]) -> t.Event:
    """Raises KeyError or TypeError if the line is of another version."""
    if data["kind"] == t.PolicySet.__name__:
        return t.PolicySet(
            data["at"], _policy_of(data["policy"]), PauseProfile(**data["pauses"]), data["begins"]
        )
    return _EVENTS[data["kind"]](**{name: value for name, value in data.items() if name != "kind"})  # type: ignore[no-any-return]


def read(path: Path) -> Iterator[tuple[t.Event, list[dict[str, Any]]]]:
    """The recorded steps: each event, and its effects as JSON."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                step = orjson.loads(line)
                yield event_of(step["event"]), step["effects"]


def _policy_of(data: dict[str, Any]) -> t.Policy:
    ladder = tuple((seconds, Purpose(purpose)) for seconds, purpose in data["idle_ladder"])
    return t.Policy(**data | {"patience": Patience(data["patience"]), "idle_ladder": ladder})


def replay(
    path: Path, **changes: Any
) -> Iterator[tuple[t.Event, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Every event with the effects recorded then and those that turn-taking has now, under `changes` of the policy.

    Time comes from the events. Under another policy the companion's side of the recording no longer fits in all
    places; what is shown is what turn-taking would decide at each moment.
    """
    turns = Turns()
    for event, recorded in read(path):
        if isinstance(event, t.PolicySet):
            turns = Turns() if event.begins else turns
            event = replace(event, policy=replace(event.policy, **changes))
        now = [orjson.loads(orjson.dumps(to_json(effect))) for effect in turns.handle(event)]
        yield event, recorded, now
