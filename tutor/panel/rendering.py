"""Templates to pages: escaped, in the person's language, under a strict Content-Security-Policy."""

from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lms_core.plain_text import plain_text
from tutor.panel.languages import LANGUAGES, Strings
from tutor.panel.markdown import inline, markdown
from tutor.panel.static_files import HEADERS, WORTH_PACKING

_PRIVATE = {**HEADERS, "Cache-Control": "no-store"}


class Renderer:
    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.filters |= {
            "markdown": markdown, "formulae": inline, "day": _day, "minutes": _minutes, "plain": plain_text, "clock": _clock,
            "number": _number,
        }  # fmt: skip
        self._environment.globals["languages"] = list(LANGUAGES)

    def page(self, template: str, strings: Strings, status: int = 200, **values: Any) -> web.Response:
        """A private page: no cache may keep it but the worker's (`worker.js`), which has to know whose it is."""
        text = self._environment.get_template(template).render(t=strings, **values)
        response = web.Response(text=text, status=status, content_type="text/html", headers=_PRIVATE)
        if (person := values.get("person")) is not None:
            response.headers["Viva-Person"] = person.id
        if len(text) > WORTH_PACKING:
            response.enable_compression()
        return response


def _day(at: datetime | None) -> str:
    """The day as a machine-readable date, which panel.js shows as people here write it."""
    return at.date().isoformat() if at else ""


def _clock(seconds: float) -> str:
    """As players show it: minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _number(value: float, mark: str) -> str:
    """With at most one decimal, after the language's mark for it."""
    return f"{value:.1f}".removesuffix(".0").replace(".", mark)


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))
