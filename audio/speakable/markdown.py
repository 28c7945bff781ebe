"""Markdown, HTML and code: the marks are not said, what they carry is; blocks end in a pause."""

import html
import re
from re import Match

from audio.speakable.reader import Reader, Rule, saying, silent

_TAGS = (
    "a|abbr|b|blockquote|br|code|dd|del|details|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|s|small|span|"
    "strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f"
_BLOCK = r"[ \t]*(?:\#{1,6}[ \t]|[-*+•][ \t]|\d+[.)][ \t]|\||```|>)"


def _fence(reader: Reader, m: Match[str]) -> None:
    reader.pause(".")
    reader.say(reader.word("code"), *m.span())


def _formula(reader: Reader, m: Match[str]) -> None:
    group = next(name for name in ("display", "inline", "round", "square") if m[name] is not None)
    reader.read(*m.span(group), maths=True)


def _inline_code(reader: Reader, m: Match[str]) -> None:
    reader.read(*m.span("inline_source"))


def _link(reader: Reader, m: Match[str]) -> None:
    reader.read(*m.span("label"))


def _image(reader: Reader, m: Match[str]) -> None:
    reader.read(*m.span("alt"))
    reader.pause(".")


def _entity(_reader: Reader, m: Match[str]) -> str:
    character = html.unescape(m.group())
    return character if character.isalnum() else ""


def _named_entity(reader: Reader, m: Match[str]) -> str:
    return reader.word({"lt": "<", "gt": ">", "amp": "&"}[m["entity_name"]])


def _block(reader: Reader, _m: Match[str]) -> None:
    reader.pause(".")
    reader.in_block = True


def _line_break(reader: Reader, m: Match[str]) -> None:
    blank_line = m.group().count("\n") > 1
    if reader.in_block or blank_line or re.compile(_BLOCK).match(reader.text, m.end()):
        reader.pause(".")
    reader.in_block = False


def _row_start(reader: Reader, _m: Match[str]) -> None:
    reader.in_block = True


def _cell(reader: Reader, _m: Match[str]) -> None:
    reader.pause(",")


def _dash(reader: Reader, _m: Match[str]) -> None:
    reader.pause(",")


def _host(reader: Reader, m: Match[str]) -> str:
    dot = f" {reader.word('dot', '.')} "
    return m["host"].rstrip(".").removeprefix("www.").partition(":")[0].replace(".", dot)


def _address(reader: Reader, m: Match[str]) -> str:
    spoken = m.group().replace("@", f" {reader.word('@', '@')} ").replace(".", f" {reader.word('dot', '.')} ")
    return spoken.replace("_", " ").replace("-", " ")


LEFT_OVER = Rule("mark", r"[*_`~|#$\\{}^]+", silent)
"""Marks that no other rule made anything of; after all rules that do."""


def rules() -> tuple[Rule, ...]:
    return (
        Rule("fence", r"(?:```|~~~).*?(?:```|~~~|\Z)", _fence),
        Rule("formula", r"\$\$(?P<display>[^$]+)\$\$|\$(?=[^\s$])(?P<inline>[^$\n]*[^\s$\\])\$(?!\d)"
             r"|\\\((?P<round>[^\n]{1,400}?)\\\)|\\\[(?P<square>.{1,400}?)\\\]", _formula),
        Rule("inline_code", r"`(?P<inline_source>[^`\n]+)`", _inline_code),
        Rule("image", r"!\[(?P<alt>[^\]\n]{0,300})\]\([^)\n]*\)", _image),
        Rule("footnote", r"\[\^[^\]\n]{1,20}\]:?", silent),
        Rule("link", r"\[(?P<label>[^\[\]\n]{1,300})\](?:\([^)\n]*\)|\[[^\]\n]*\])", _link),
        Rule("tag", rf"<!--.*?-->|</?(?:{_TAGS})(?:\s+[\w-]+=[^<>\n]{{0,300}})?\s*/?>", silent),
        Rule("named_entity", r"&(?P<entity_name>lt|gt|amp);", saying(_named_entity)),
        Rule("entity", r"&(?:[a-zA-Z]{2,8}|\#\d{1,6});", saying(_entity)),
        Rule("url", r"(?:https?://|\bwww\.)(?P<host>[^\s/?#<>()\"']+)(?:[/?#][^\s<>()]*[^\s<>().,;:!?])?", saying(_host)),
        Rule("address", r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", saying(_address)),
        Rule("rule", r"^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}[ \t]*)$", silent),
        Rule("table_line", r"^[ \t]*+\|?[ \t]*+:?-+:?[ \t]*(?:\|[ \t:-]*)+$", silent),
        Rule("block", r"^[ \t]*(?:\#{1,6}[ \t]+|[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?|(?:>[ \t]?)+)", _block),
        Rule("newline", r"[ \t]*\n(?:[ \t]*\n)*", _line_break),
        Rule("row_start", r"^[ \t]*\|[ \t]*", _row_start),
        Rule("row_end", r"[ \t]*\|[ \t]*$", silent),
        Rule("cell", r"[ \t]*(?<!\|)\|(?!\|)[ \t]*", _cell),
        Rule("dash", r"\s+[-–—]{1,3}\s+(?![\d(])|[—―]+|(?<=[a-z])\s?–\s?(?=[a-z])", _dash),
        Rule("emoji", f"[{EMOJI}]+", silent),
    )  # fmt: skip
