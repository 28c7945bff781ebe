"""Every string of the panel, by key: a folder a language, in it one JSON file for each part of the panel.

English is complete; what another language lacks is English.
"""

import json
from collections.abc import Mapping
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

    def some(self, *prefixes: str) -> dict[str, str]:
        """Those whose key begins with one of these, for a script."""
        return {key: text for key, text in self._texts.items() if key.startswith(prefixes)}


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
