"""Every string of the panel, by key: a folder a language, in it one JSON file for each part of the panel.

English is complete; what another language lacks is English.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lms_core.errors import VivaError

DEFAULT = "en"
_FOLDER = Path(__file__).parent


class Strings:
    """One language's strings."""

    def __init__(self, code: str, texts: Mapping[str, str]) -> None:
        self.code = code
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text; with `n`, its form for that number: `key.one` for 1 and `key.other` else. Raises KeyError."""
        if "n" in values:
            key += ".one" if values["n"] == 1 else ".other"
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self._texts

    def has_text(self, text: str) -> bool:
        return text in self._texts.values()

    def refusal(self, error: VivaError) -> str:
        """Why something was refused; the error's own sentence is English, unless a page of ours wrote it."""
        reason = f"script.reason.{error.details.get('reason')}"
        if reason in self._texts:
            return self._texts[reason].format(**error.details)
        if self.code == DEFAULT or self.has_text(error.message):
            return error.message
        return self._texts.get(f"script.code.{error.code}", error.message)

    def told(self, text: str) -> str | None:
        """A sentence that the server keeps in English, of a job or an engine; None if the catalogue does not know it.

        The English text of a key `told.` says how the sentence is made, with its gaps.
        """
        for key, made in _told():
            found = made.fullmatch(text)
            if found is not None:
                return self(key, **found.groupdict())
        return None

    def tellings(self, prefix: str) -> list[tuple[str, str]]:
        """The same for a script: how such sentences are made, as regular expressions, and what they are here."""
        return [
            (made.pattern.replace("?P<", "?<"), self._texts[key])
            for key, made in _told()
            if key.startswith(prefix)
        ]

    def some(self, *prefixes: str) -> dict[str, str]:
        """Those whose key begins with one of these, for a script."""
        return {key: text for key, text in self._texts.items() if key.startswith(prefixes)}


@cache
def _told() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with the most words of their own first: they are the most exact."""
    english = sorted(_read(DEFAULT).items(), key=lambda one: -len(re.sub(r"\{\w+\}", "", one[1])))
    return tuple((key, _made(text)) for key, text in english if key.startswith("told."))


def _made(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


def _read(code: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((_FOLDER / code).glob("*.json")):
        texts |= json.loads(path.read_text("utf-8"))
    return texts


def _load() -> dict[str, Strings]:
    english = _read(DEFAULT)
    codes = [DEFAULT, *sorted({path.parent.name for path in _FOLDER.glob("*/*.json")} - {DEFAULT})]
    return {code: Strings(code, {**english, **_read(code)}) for code in codes}


LANGUAGES = _load()


def chosen(cookie: str | None, accepted: str) -> Strings:
    """What the person chose, else the first language that the browser accepts and we have, else English.

    `accepted` is an Accept-Language header (RFC 9110, 12.5.4); weights are read, wrong ones count as 0.
    """
    if cookie in LANGUAGES:
        return LANGUAGES[cookie]
    weighed = sorted(
        (_weighed(part) for part in accepted[:500].split(",")), key=lambda one: one[0], reverse=True
    )
    for weight, code in weighed:
        if weight > 0 and code in LANGUAGES:
            return LANGUAGES[code]
    return LANGUAGES[DEFAULT]


def _weighed(part: str) -> tuple[float, str]:
    name, _, weight = part.partition(";q=")
    try:
        value = float(weight or 1)
    except ValueError:
        value = 0.0
    return value, name.strip().lower().split("-")[0]
