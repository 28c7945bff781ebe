"""Engines by name: `package.module:factory` for anybody's own, and what `auto` chose and why."""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audio.errors import EngineError


@dataclass(frozen=True, slots=True)
class Choice:
    """What `auto` takes here and now; `better` says what would be better and how to get it ("" if nothing)."""

    name: str
    why: str
    better: str = ""


def load_factory(spec: str) -> Callable[..., Any]:
    """The callable named by `package.module:factory`. Raises EngineError with what is wrong."""
    module_name, _, attribute = spec.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise EngineError(
            f"Cannot load the engine '{spec}': {error}. Write it as package.module:factory."
        ) from error
    if not callable(factory):
        raise EngineError(f"'{spec}' is not callable; an engine is named as package.module:factory.")
    return factory  # type: ignore[no-any-return]


def build(spec: str, **offered: Any) -> Any:
    """Call the factory with those of the offered keyword arguments that it accepts."""
    factory = load_factory(spec)
    wanted = inspect.signature(factory).parameters
    everything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted.values())
    return factory(**{name: value for name, value in offered.items() if everything or name in wanted})
