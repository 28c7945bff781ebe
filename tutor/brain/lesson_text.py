"""Markdown to sentences that can be spoken. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tutor.conversation.sentences import SentenceSplitter

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_INLINE = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),  # pictures are for the eye
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[\^?[^\]]*\]"), " "),
    (re.compile(r"<?https?://\S+"), " "),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])"), r"\1"),
    (re.compile(r"\$+|\\[()\[\]]"), ""),
    (re.compile(r"[*`~#|\[\]{}\\<>]|(?<!\w)_+|_+(?!\w)"), " "),
)
_SPACE = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([.,;:!?])")
_END = ".!?…"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together; `terms` stood in bold."""

    sentences: tuple[str, ...]
    terms: tuple[str, ...] = ()


@dataclass(slots=True)
class Part:
    """What stands under one heading; `source` is its Markdown."""

    heading: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    source: str = ""


def plain(text: str) -> str:
    """One line without Markdown; formulae such as x^2 stay as they are."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return _BEFORE_MARK.sub(r"\1", _SPACE.sub(" ", text)).strip()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of plain text, each with a mark at its end."""
    splitter = SentenceSplitter()
    whole = [piece.strip() for piece in (*splitter.feed(text), splitter.flush())]
    return tuple(
        piece if piece[-1] in _END + "\"'”’)" else f"{piece.rstrip(',;:-–—')}." for piece in whole if piece
    )


def parts(content: str) -> list[Part]:
    """The lesson's parts in order. Code and tables are left out: they are to be looked at."""
    found = [Part("")]
    for kind, lines in _blocks(content):
        text = "\n".join(lines)
        if kind == "heading":
            found.append(Part(plain(text)))
            continue
        found[-1].source += "\n".join(f"- {line}" for line in lines) if kind == "list" else text
        found[-1].source += "\n\n"
        if kind == "list":
            items = [sentence for line in lines for sentence in sentences(plain(line))]
            paragraph = Paragraph(tuple(items), _terms(text))
        elif kind == "text":
            paragraph = Paragraph(sentences(plain(text)), _terms(text))
        else:
            continue
        if paragraph.sentences:
            found[-1].paragraphs.append(paragraph)
    return [part for part in found if part.paragraphs]


def _terms(text: str) -> tuple[str, ...]:
    """What stands in bold and may be a term: up to four words."""
    bold = (plain(match[2]).rstrip(_END + ":,") for match in _BOLD.finditer(text))
    return tuple(dict.fromkeys(term for term in bold if term and len(term.split()) <= 4))


def _blocks(content: str) -> Iterator[tuple[str, list[str]]]:
    """(kind, lines): heading, text, list (one item a line, without its mark) or skipped."""
    kind, lines = "", list[str]()
    in_code = False
    for line in [*content.replace("\r\n", "\n").split("\n"), ""]:
        heading = None if in_code else _HEADING.match(line)
        fence = line.lstrip().startswith(("```", "~~~"))
        if fence or in_code:
            in_code = in_code is not fence
            now = "skipped"
        elif heading or not line.strip() or _RULE.match(line):
            now = ""
        elif line.lstrip().startswith("|"):
            now = "skipped"
        elif _ITEM.match(line):
            now = "list"
        else:
            now = kind if kind in ("list", "text") else "text"
        if lines and (now != kind or heading):
            yield kind, lines
            lines = []
        kind = now
        if heading:
            yield "heading", [heading[2]]
        elif now == "list" and lines and not _ITEM.match(line):
            lines[-1] += " " + line.strip()
        elif now == "list":
            lines.append(_ITEM.sub("", line))
        elif now:
            lines.append(line.lstrip("> ") if now == "text" else line)
    if lines:
        yield kind, lines
