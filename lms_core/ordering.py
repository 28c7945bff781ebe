"""The order of modules and lessons, as whole lists of ids: positions follow from it and have no holes."""

from collections.abc import Mapping, Sequence

from lms_core.errors import InvalidInput

Outline = Mapping[str, Sequence[str]]
"""Lesson ids by module id, both in order."""


def check_same(present: Outline, wanted: Outline) -> None:
    """Raises InvalidInput unless `wanted` has just the modules and lessons of `present`, each once, in any order.

    Lessons may have moved to another module.
    """
    if set(present) != set(wanted):
        raise InvalidInput(
            "Name every module of the course once; read the course again if it has others now."
        )
    if sorted(_lessons(present)) != sorted(_lessons(wanted)):
        raise InvalidInput(
            "Name every lesson of the course once; read the course again if it has others now."
        )


def _lessons(outline: Outline) -> list[str]:
    return [one for lessons in outline.values() for one in lessons]
