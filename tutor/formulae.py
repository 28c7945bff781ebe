"""Formulae: LaTeX to MathML, which browsers draw and screen readers read without a script.

What the library gives is rebuilt from known elements and attributes, because it passes on links, styles and
unescaped text (`\\href`, `\\style`, `\\text{<script>}`).
"""

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml.converter import Converter
from markupsafe import Markup

LONGEST = 2000
"""Characters; a longer formula is shown as it is written."""
_DEEPEST = 64
"""Elements in each other: browsers stop nesting, and so does our stack, far beyond it."""
_ELEMENTS = frozenset(
    "math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd "
    "mtext mtr munder munderover".split()
)
_WORD = re.compile(r"#?[A-Za-z0-9 -]{1,40}")
_LENGTH = re.compile(r"-?\d{0,2}(\.\d{1,4})?(em|ex|pt|px|mu)?")
"""Below a hundred of anything, so that no formula reaches out of its place."""
_ATTRIBUTES = {
    **dict.fromkeys(
        "accent columnalign display displaystyle fence form largeop linebreak mathbackground mathcolor mathvariant "
        "movablelimits notation scriptlevel separator stretchy".split(), _WORD,
    ),
    **dict.fromkeys(
        "columnspacing depth height linethickness lspace mathsize maxsize minsize rowspacing rspace width".split(),
        _LENGTH,
    ),
}  # fmt: skip
_PROSE = re.compile(r"[^\W\d_]{3}")


def formula(latex: str, *, block: bool) -> Markup:
    """MathML; or, where the source cannot be read as a formula, the source in `<code>`."""
    return _mathml(latex, block) or Markup("<code>{}</code>").format(latex)


def shown(text: str) -> str | None:
    """The MathML of what a companion shows: LaTeX, with or without `$`, or plain signs such as `1/2 + 1/4`.

    None if it cannot be read or is words ("speed = distance / time"), which are better shown as they are.
    """
    latex = re.sub(r"^(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))$", r"\2", text.strip(), flags=re.DOTALL)
    if "\\" not in latex and _PROSE.search(latex):
        return None
    return _mathml(latex, True)


@lru_cache(maxsize=512)
def _mathml(latex: str, block: bool) -> Markup | None:
    latex = " ".join(latex.split()).replace("{aligned}", "{split}")  # the same, and known to the library
    # Macros could grow without end ("\newcommand\b{\a\a}"), and no lesson needs them.
    if len(latex) > LONGEST or not latex.isprintable() or r"\newcommand" in latex:
        return None
    try:
        found = Converter(display="block" if block else "inline").convert_to_element(latex)
        math = _known(found, None, _DEEPEST)
    except (
        Exception
    ):  # the library raises what its own mistakes raise too: IndexError, StopIteration, RecursionError
        return None
    math.set("xmlns", "http://www.w3.org/1998/Math/MathML")
    return Markup(tostring(math, encoding="unicode"))  # noqa: S704  # only known elements, and all text escaped


def _known(found: Element, parent: Element | None, deep: int) -> Element:
    """A copy with nothing but known elements and attributes. Raises ValueError if there is more."""
    if found.tag not in _ELEMENTS or not deep:
        raise ValueError
    kept = {
        name: value for name, value in found.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
    }  # fmt: skip
    copy = Element(found.tag, kept) if parent is None else SubElement(parent, found.tag, kept)
    copy.text = unescape(found.text or "")
    for child in found:
        _known(child, copy, deep - 1)
    return copy
