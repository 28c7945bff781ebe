"""What authors wrote, as HTML: Markdown with formulae in `$...$` and `$$...$$`."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tutor.formulae import formula
from tutor.panel.media_elements import with_players

_MOST = 20_000
"""Characters of formulae in a text; what follows is shown as it is written, for a page must not take seconds."""


def markdown(text: str) -> Markup:
    """HTML in it is shown as text, and links lead only to web pages and mail addresses."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704  # markdown-it escapes; html is off


def inline(text: str) -> Markup:
    """Plain words with formulae, such as a question; every other sign stays as it is."""
    return Markup(_WORDS.renderInline(text))  # noqa: S704  # markdown-it escapes


def _with_formulae(reader: MarkdownIt) -> MarkdownIt:
    # A price is none: no space inside the dollars, and no digit outside.
    dollarmath_plugin(reader, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    for kind in ("math_inline", "math_inline_double", "math_block"):
        reader.add_render_rule(kind, _formula)
    return reader


def _formula(_self: Any, tokens: Sequence[Token], place: int, _options: Any, env: Any) -> str:
    latex, block = tokens[place].content.strip(), tokens[place].type != "math_inline"
    env["formulae"] = env.get("formulae", 0) + len(latex)
    drawn = (
        formula(latex, block=block) if env["formulae"] <= _MOST else Markup("<code>{}</code>").format(latex)
    )
    # `span`: a formula within a paragraph may be drawn as a block, and a paragraph has no blocks.
    # In the order of Tab, for a wide one is scrolled, which has to be possible by keyboard.
    opening = '<span class="formula block" tabindex="0">' if block else '<span class="formula">'
    return f"{opening}{drawn}</span>"


_MARKDOWN = with_players(
    _with_formulae(MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table"))
)
_WORDS = _with_formulae(MarkdownIt("zero"))
