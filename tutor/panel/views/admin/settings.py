"""The server's settings: those that can be changed now, and all others as they are."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from annotated_types import Ge, Gt, Le

from tutor.live_settings import Knob
from tutor.panel.visit import Visit
from tutor.settings import Settings


@dataclass(frozen=True, slots=True)
class Field:
    """How a setting is filled in: one of `choices`, or a number between `least` and `most`, or text."""

    knob: Knob
    choices: tuple[str, ...]
    number: bool
    whole: bool
    least: float | None
    most: float | None

    @property
    def value(self) -> str:
        return written(self.knob.value)


async def settings(visit: Visit) -> dict[str, Any]:
    live = visit.behind.live_settings
    knobs = live.all()
    by = {one.stored.changed_by for one in knobs if one.stored and one.stored.changed_by}
    return {
        "fields": [field(one) for one in knobs if one.live],
        "others": [one for one in knobs if not one.live],
        "names": await visit.stores.people.names(by),
    }


def field(knob: Knob) -> Field:
    known = Settings.model_fields[knob.name]
    kind: Any = known.annotation
    bounds: dict[type, Any] = {type(one): one for one in known.metadata}
    least = bounds[Ge].ge if Ge in bounds else bounds[Gt].gt if Gt in bounds else None
    most = bounds[Le].le if Le in bounds else None
    return Field(knob, _choices(kind), kind in (int, float), kind is int, least, most)


def _choices(kind: Any) -> tuple[str, ...]:
    if kind is bool:
        return "true", "false"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(one.value for one in kind)
    return tuple(map(str, get_args(kind)))


def written(value: Any) -> str:
    """As it stands in a form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
