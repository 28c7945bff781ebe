"""viva replay FILE"""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from lms_core.errors import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a session's events: <data dir>/events/<session id>.jsonl")
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="decide under another policy, e.g. patience=high or interrupt_after=1.2",
    )


def run(options: argparse.Namespace) -> int:
    from tutor.conversation.turn_events import Tick
    from tutor.recording import replay

    if not options.file.is_file():
        raise InvalidInput(f"There is no file {options.file}; record with viva serve --record-events.")
    differences = 0
    start: float | None = None
    for event, recorded, now in replay(options.file, **_policy(options.policy)):
        start = event.at if start is None else start
        same = _unnumbered(recorded) == _unnumbered(now)
        differences += not same
        if isinstance(event, Tick) and not recorded and not now:
            continue
        print(
            f"{event.at - start:8.2f} s  {_show(dataclasses.asdict(event) | {'kind': type(event).__name__})}"
        )
        for mark, effects in ((" ", now),) if same else (("-", recorded), ("+", now)):
            for effect in effects:
                print(f"            {mark} {_show(effect)}")
    print(f"{differences} decisions differ." if differences else "Every decision is the same.")
    return 0


def _unnumbered(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """After one other decision all numbers are others; that alone is no difference."""
    return [
        {name: value for name, value in effect.items() if name not in ("reply", "snapshot")}
        for effect in effects
    ]


def _show(step: dict[str, Any]) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in step.items() if name not in ("kind", "at"))
    return f"{step['kind']}({values})"


def _policy(changes: list[str]) -> dict[str, Any]:
    """What is to be different. Raises InvalidInput for what no policy has."""
    from lms_core.companions import Patience
    from tutor.conversation.turn_events import Policy

    known: dict[str, Any] = dataclasses.asdict(Policy())
    values: dict[str, Any] = {}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            if name == "patience":
                values[name] = Patience(value)
            elif isinstance(known.get(name), bool):
                values[name] = {"true": True, "false": False}[value.lower()]
            elif isinstance(known.get(name), float) or name == "fixed_silence":
                values[name] = float(value)
            else:
                raise KeyError(name)
        except (KeyError, ValueError) as error:
            raise InvalidInput(
                f"'{change}' is no policy; write for example patience=high, speculate=false or interrupt_after=1.2."
            ) from error
    return values
