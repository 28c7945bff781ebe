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
_LAG = 0.25
"""Seconds by which a busy server may have been late; less is no decision of its own."""
_NUMBERED = (("Transcribe", "snapshot"), ("Prompt", "reply"))
"""Effects that begin something, and where its number stands. `CommitTurn`s may come at another time."""


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

    Time comes from the events; where turn-taking now decides in between, a `Tick` is put in. The companion speaks
    as it was recorded, only later where it is asked later; what it says to a turn that is new is never heard.
    """
    turns, companion, at = Turns(), _Companion(), 0.0
    for event, recorded in read(path):
        if isinstance(event, t.PolicySet):
            turns, companion = (Turns(), _Companion()) if event.begins else (turns, companion)
            event = replace(event, policy=replace(event.policy, **changes))
        for put_in in _missing(turns, companion, at, event.at):
            now = _decide(turns, put_in)
            companion.learn([], now)
            yield put_in, [], now
        at = event.at
        if isinstance(event, t.ReplyAsked):
            companion.numbers[event.reply] = turns.next_reply()
        translated = companion.translated(event)
        now = _decide(turns, translated) if translated is not None else []
        companion.learn(recorded, now)
        yield translated or event, recorded, now


def _missing(turns: Turns, companion: "_Companion", after: float, until: float) -> Iterator[t.Event]:
    """What happens between two recorded moments now, and did not then."""
    while turns.floor is not t.Floor.IDLE:
        yield from companion.released(after)
        deadline = turns.deadline
        if deadline is None or max(after, deadline) > until - _LAG:
            return
        after = max(after, deadline)
        yield t.Tick(after)


def _decide(turns: Turns, event: t.Event) -> list[dict[str, Any]]:
    return [orjson.loads(orjson.dumps(to_json(effect))) for effect in turns.handle(event)]


class _Companion:
    """Its recorded side. Replies and transcripts have other numbers as soon as something is decided otherwise."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        """From the recorded ones to those of now."""
        self._late: int | None = None
        """The recorded reply to a turn that is not over yet now."""
        self._early: int | None = None
        """The reply of now to a turn that was not over yet then."""
        self._held: list[t.ReplyPlaying | t.ReplyOver] = []

    def learn(self, recorded: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
        """Both decided at the same moment."""
        for kind, name in _NUMBERED:
            self.numbers |= dict(zip(_values(recorded, kind, name), _values(now, kind, name), strict=False))
        then, given = _values(recorded, "CommitTurn", "reply"), _values(now, "CommitTurn", "reply")
        then_reply = then[0] if then else self._late if given else None
        given_reply = given[0] if given else self._early if then else None
        if then_reply is not None and given_reply is not None:
            self.numbers[then_reply] = given_reply
            self._late = self._early = None
        elif then or given:
            self._late, self._early = then_reply, given_reply
            self._held.clear()

    def translated(self, event: t.Event) -> t.Event | None:
        """The event as it would come now; None if what it tells of is not there."""
        match event:
            case t.TranscriptReady():
                number = self.numbers.get(event.snapshot)
                return None if number is None else replace(event, snapshot=number)
            case t.ReplyAsked() | t.ReplyPlaying() | t.ReplyOver():
                number = self.numbers.get(event.reply)
                if number is not None:
                    return replace(event, reply=number)
                if not isinstance(event, t.ReplyAsked):
                    self._held.append(event)
                return None
        return event

    def released(self, at: float) -> list[t.Event]:
        """What waited for a turn that is over now, at `at`."""
        events = [event for event in self._held if event.reply in self.numbers]
        self._held = [event for event in self._held if event not in events]
        return [replace(event, at=at, reply=self.numbers[event.reply]) for event in events]


def _values(effects: list[dict[str, Any]], kind: str, name: str) -> list[Any]:
    return [effect[name] for effect in effects if effect["kind"] == kind]
