"""What companions are told: Markdown templates, one file a purpose.

Values are put in as they are (nothing is HTML), and never rendered again. Text that was not written by us
goes through the filter `fenced`, so that it stands between marks that it cannot close: it is material, not
instruction.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent
_MARKS = re.compile(r"<\s*(/?)\s*(lesson|app|teacher)\b[^>\n]*>?", re.IGNORECASE)
_NEWLINES = re.compile(r"\n{3,}")


def render(template: str, /, **values: Any) -> str:
    """The template, named without ending, filled in. Raises jinja2.UndefinedError if a value is missing."""
    text = _environment().get_template(f"{template}.md").render(values)
    return _NEWLINES.sub("\n\n", text).strip()


def exists(name: str) -> bool:
    return (_FOLDER / f"{name}.md").is_file()


def fenced(text: str, mark: Literal["lesson", "app", "teacher"]) -> str:
    """`text` between `<mark>` and `</mark>`; marks of ours inside of it lose their brackets."""
    inside = _MARKS.sub(r"(\1\2)", text).strip()
    return f"<{mark}>\n{inside}\n</{mark}>"


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["fenced"] = fenced
    return environment
