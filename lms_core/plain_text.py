"""Markdown with formulae as plain words on one line, for excerpts."""

import re
import unicodedata
from re import Match

from latex2mathml.symbols_parser import convert_symbol

_FORMULA = re.compile(  # as the pages read them: a price is none
    r"\$\$(?P<block>.+?)\$\$|(?<![\d\\$])\$(?!\s)(?P<inline>[^$\n]+?)(?<![\s\\])\$(?!\d)", re.DOTALL
)
_MARKS = re.compile(
    r"^[ \t]*+(?:#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]++"  # how headings, quotes and lists begin
    r"|^[ \t]*+(?:```.*|[-*_=|:][-*_=|: \t]{2,}+)$"  # fences, lines, and what is under a table's head
    r"|\*\*|__|`|\]\([^)\s]*\)|!?\[",
    re.MULTILINE,
)
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=\S)([^*_\n]+)(?<=[^\s\\])\1(?![\w*])")
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)  # of a table
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BLANKS = re.compile(r"\s+")

_FRACTION = re.compile(r"\\[dtc]?frac\s*{([^{}]*)}\s*{([^{}]*)}")
_ROOT = re.compile(r"\\sqrt\s*(?:\[([^\]{}]{0,20})\])?\s*{([^{}]*)}")
_RAISED = re.compile(r"([\^_])(?:{([^{}]*)}|(\w|\\[a-zA-Z]+))")
_GROUP = (
    re.compile(  # also one that only looks different, as \text{cm}; not what belongs to a fraction or a root
        r"(?:\\(?![dtc]?frac|sqrt)[a-zA-Z]++\s*|(?<![}\]\w^])){([^{}]*)}"
    )
)
_UNSEEN = re.compile(r"\\(?:begin|end)\s*{[^{}]*}|\\(?:left|right|displaystyle|limits)(?![a-zA-Z])")
_APART = re.compile(r"\\[\\,;:! ]|(?<!\\)&")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_BRACE = re.compile(r"[{}]")
_ONE = re.compile(r"[\w.,]*|\S|\\[a-zA-Z]+")  # a word, a number, a sign: needs no brackets
_HIGH = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOW = str.maketrans("0123456789+-=()n", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ")
_DEEPEST = 12  # brackets within each other; what is deeper is only read


def plain_text(text: str) -> str:
    """In NFC, on one line; every word of it stays."""
    text = _FORMULA.sub(_formula, unicodedata.normalize("NFC", text))
    text = _ROW.sub(lambda row: row[1].replace("|", " "), _MARKS.sub("", text))
    return _BLANKS.sub(" ", _ESCAPED.sub(r"\1", _EMPHASIS.sub(r"\2", text))).strip()


def _formula(match: Match[str]) -> str:
    return f" {formula_text(match[0].strip('$'))} " if match["block"] else formula_text(match["inline"])


def formula_text(latex: str) -> str:
    """A LaTeX formula in signs: `\\frac{1}{2}x^2` is 1/2x²."""
    text = _UNSEEN.sub("", latex).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")
    for _ in range(_DEEPEST):  # from the inside
        before = text
        text = _FRACTION.sub(lambda found: f"{_bracketed(found[1])}/{_bracketed(found[2])}", text)
        text = _ROOT.sub(lambda found: f"{_raised('^', found[1] or '')}√{_bracketed(found[2])}", text)
        text = _RAISED.sub(lambda found: _raised(found[1], found[2] or found[3] or ""), text)
        text = _GROUP.sub(r"\1", text)
        if text == before:
            break
    text = _COMMAND.sub(_sign, _BRACE.sub("", _APART.sub(" ", text)))
    return _BLANKS.sub(" ", text.replace("\\", "")).strip()


def _sign(command: Match[str]) -> str:
    """A sign, or the word itself (`sin`)."""
    found = convert_symbol("\\" + command[1])
    return "".join(chr(int(code, 16)) for code in found.split("-")) if found else command[1] + " "


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if _ONE.fullmatch(text) else f"({text})"


def _raised(mark: str, text: str) -> str:
    """Above or below the line where there are such signs, else behind the mark."""
    if not text or text == r"\circ":
        return "°" if text else ""
    moved = text.translate(_HIGH if mark == "^" else _LOW)
    return moved if not set(moved) & set(text) else mark + _bracketed(text)
