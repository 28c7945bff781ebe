"""The lesson tutor's phrases: variants that take turns, by language and style."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import prompts

_FOLDER = Path(prompts.__file__).parent / "lesson_tutor"
_FALLBACK = "en"
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_NAME = re.compile(r"\{(\w+)\}")
Table = Mapping[str, tuple[str, ...]]


@cache
def table(language: str) -> Table:
    """The phrases of a BCP 47 language; English where there are none. `key` and `key.style` are its keys."""
    path = _FOLDER / f"{language.split('-')[0].lower()}.md"
    if not re.fullmatch(r"[a-z]{2,3}\.md", path.name) or not path.is_file():
        path = _FOLDER / f"{_FALLBACK}.md"
    return read(path.read_text("utf-8"))


def read(text: str) -> dict[str, tuple[str, ...]]:
    """`## key` and the list below each. Raises ValueError for a line that is neither."""
    phrases: dict[str, tuple[str, ...]] = {}
    key = ""
    for line in _COMMENT.sub("", text).splitlines():
        if line.startswith("## "):
            key = line[3:].strip()
            phrases[key] = ()
        elif line.startswith("- ") and key:
            phrases[key] += (line[2:].strip(),)
        elif line.strip():
            raise ValueError(f"This is neither a key nor a phrase: {line}")
    return phrases


def phrase(among: Table, key: str, style: str, turn: int, values: Mapping[str, str]) -> str:
    """The variant whose turn it is, filled in. Raises KeyError for an unknown key or a missing value.

    For a value `x`, `{x_start}` is the same with a capital, to begin a sentence with.
    """
    variants = among.get(f"{key}.{style}") or among[key]
    return _NAME.sub(lambda match: _value(match[1], values), variants[turn % len(variants)])


def _value(name: str, values: Mapping[str, str]) -> str:
    if name.endswith("_start"):
        value = values[name.removesuffix("_start")]
        return value[:1].upper() + value[1:]
    return values[name]
