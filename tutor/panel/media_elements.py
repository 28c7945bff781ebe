"""Films and sounds of a lesson: written like pictures in Markdown, `![a leaf](media:<id>)`, they become players.

What a page has to know of a file stands behind the # of its address, see `OpenFile.address` in `tutor/media_links.py`.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urldefrag

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_OURS = "/api/v1/media/"
_NOTHING = Markup("")


def with_players(reader: MarkdownIt) -> MarkdownIt:
    picture = reader.renderer.rules["image"]  # type: ignore[attr-defined]

    def image(_self: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        token = tokens[place]
        address, told = urldefrag(str(token.attrs.get("src", "")))
        about = {name: values[0] for name, values in parse_qs(told).items()}
        if not address.startswith(_OURS) or about.get("kind") not in ("video", "audio"):
            token.attrs["loading"] = "lazy"
            return str(picture(tokens, place, options, env))
        name = reader.renderer.renderInlineAsText(token.children, options, env)  # type: ignore[attr-defined]
        return player(
            about["kind"], address, name, poster=about.get("poster", ""), captions=about.get("captions", "")
        )

    reader.add_render_rule("image", image)
    return reader


def player(kind: str, address: str, name: str, *, poster: str, captions: str) -> Markup:
    """`poster` and `captions`: links of ours, or nothing."""
    picture = Markup(' poster="{}"').format(poster) if poster.startswith(_OURS) else _NOTHING
    said = (
        Markup('<track kind="captions" src="{}" default>').format(captions)
        if captions.startswith(_OURS)
        else _NOTHING
    )
    return Markup('<{0} controls preload="metadata" src="{1}" aria-label="{2}"{3}>{4}</{0}>').format(
        kind, address, name, picture if kind == "video" else _NOTHING, said
    )
