"""LaTeX: commands, fractions, roots, and signs with bounds."""

import re
from re import Match

from audio.speakable.numbers import ratio_in_words
from audio.speakable.reader import Reader, Rule, after, silent

_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "lt": "<",
    "gt": ">", "neq": "≠", "ne": "≠", "approx": "≈", "equiv": "≡", "propto": "∝", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "implies": "⇒", "iff": "⇔", "Leftrightarrow": "⇔", "infty": "∞", "in": "∈",
    "notin": "∉", "cup": "∪", "cap": "∩", "subset": "⊂", "subseteq": "⊆", "emptyset": "∅", "forall": "∀", "exists": "∃",
    "neg": "¬", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "angle": "∠", "perp": "⊥", "parallel": "∥",
    "therefore": "∴", "partial": "∂", "nabla": "∇", "circ": "°", "degree": "°", "prime": "′", "sim": "~",
}  # fmt: skip
_BIG = {
    "sum": "sum",
    "∑": "sum",
    "prod": "product",
    "∏": "product",
    "int": "integral",
    "∫": "integral",
    "lim": "limit",
}
_TEXT_COMMANDS = (
    "text",
    "mathrm",
    "mathbf",
    "mathit",
    "textbf",
    "textit",
    "operatorname",
    "mathbb",
    "vec",
    "overline",
    "hat",
    "bar",
)
_UNSAID_COMMANDS = frozenset(
    "left right big Big bigg Bigg quad qquad displaystyle limits begin end mathsf label".split()
)


def _command(reader: Reader, m: Match[str]) -> int | None:
    name = m["command"]
    if name in ("frac", "dfrac", "tfrac"):
        return _frac(reader, m)
    if name == "sqrt":
        return _sqrt(reader, m)
    if name in _BIG:
        return _big(reader, m)
    if name in _TEXT_COMMANDS:
        inside = reader.braced(m.end())
        if inside is not None:
            reader.read(*inside, maths=None if name not in ("text", "textbf", "textit") else False)
            return after(inside, reader.text)
    elif name in _UNSAID_COMMANDS:
        return None
    elif name in _SIGNS:
        reader.say(reader.word(_SIGNS[name], _SIGNS[name]), *m.span())
    else:
        name = name.removeprefix("var") or name
        reader.say(reader.word(name, name), *m.span())
    return None


def _frac(reader: Reader, m: Match[str]) -> int | None:
    top = reader.braced(m.end())
    bottom = reader.braced(after(top, reader.text)) if top else None
    if top is None or bottom is None:
        return None
    end = after(bottom, reader.text)
    above, below = reader.text[slice(*top)].strip(), reader.text[slice(*bottom)].strip()
    if re.fullmatch(r"[0-9]{1,3}", above) and re.fullmatch(r"[0-9]{1,3}", below):
        reader.say(ratio_in_words(int(above), int(below), reader.vocabulary), m.start(), end)
        return end
    reader.read(*top, maths=True)
    reader.say(reader.word("over", "/"), top[1], bottom[0])
    reader.read(*bottom, maths=True)
    return end


def _sqrt(reader: Reader, m: Match[str]) -> int | None:
    degree = re.compile(r"\s*\[([^\]{}]{1,9})\]").match(reader.text, m.end())
    inside = reader.braced(degree.end() if degree else m.end())
    if inside is None:
        return None
    words = reader.word("√", "√")
    if degree is not None and degree[1] == "3":
        words = reader.word("∛", "∛")
    elif degree is not None and degree[1] != "2":
        words = f"{degree[1]}-th {reader.word('root', '√')}"
    reader.say(words, m.start(), inside[0])
    reader.read(*inside, maths=True)
    return after(inside, reader.text)


def _big(reader: Reader, m: Match[str]) -> int:
    r"""`\sum_{i=1}^{n}`: the sum from i equals 1 to n of; `\lim_{x \to 0}`: the limit, x to 0, of."""
    name = _BIG[m.group().lstrip("\\")]
    reader.say(reader.word(name, m.group()), *m.span())
    place = m.end()
    for mark, word in (("_", "from"), ("^", "to")):
        bound = re.compile(rf"\s*\{mark}").match(reader.text, place)
        inside = reader.braced(bound.end()) if bound else None
        if bound is None or inside is None:
            continue
        reader.say(reader.word(word) if name != "limit" else "", place, inside[0])
        reader.read(*inside, maths=True)
        place = after(inside, reader.text)
    reader.say(reader.word("of"), place, place)
    return place


def rules() -> tuple[Rule, ...]:
    return (
        Rule("command", rf"\\(?P<command>{'|'.join(_BIG)}|[a-zA-Z]+)(?![a-zA-Z])", _command),
        Rule("big_sign", r"[∑∏∫](?=\s?[_^])", _big),
        Rule("escape", r"\\[^a-zA-Z]", silent),
    )
