"""Live updates: what a person's pages are told as it happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Update:
    """`id` grows; `type` is `<thing>.<what happened>`, `data` plain JSON."""

    id: int
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


READY = "ready"
"""The first of a stream: what happens from now on follows."""
LOST = "lost"
"""Instead of `ready`: what happened before is no longer kept; read anew what you show."""
