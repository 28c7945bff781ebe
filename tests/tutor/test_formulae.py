"""LaTeX becomes MathML of known elements, whatever it says; what cannot be read stays as it was written."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.formulae import LONGEST, formula, shown

_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_SIGNS = st.sampled_from(
    r"\frac \sqrt \left( \right) \text { } [ ] ^ _ & \\ \begin{matrix} \end{matrix} \href \style \class \color \hspace "
    r"\raise \unicode \verb|x| \mathbb{R} \over \of \limits \operatorname \substack \def \newcommand \x #1 $ % < > \" ' x 12 + = "
    r"\begin{align} \end{align} \rule{1em} \cfrac \binom \middle \Huge \hline javascript:alert(1) <script> &amp; &#x0; 1em".split()
)


@pytest.mark.parametrize(
    ("latex", "drawn"),
    [
        (r"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("a < b", "<mo>&lt;</mo>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", '<mtd columnalign="right"><mi>a</mi></mtd>'),
        (r"\text{<script>alert(1)</script>}", "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>"),
        (r"\href{javascript:alert(1)}{x}", "<mrow><mrow><mrow><mi>x</mi></mrow></mrow></mrow>"),
        (r"\style{position:fixed}{x}", "<mrow><mrow><mi>x</mi></mrow></mrow>"),
        (r"\color{red}{x}", '<mstyle mathcolor="red">'),
        (r"\hspace{9999em}x", "<mspace />"),
    ],
)
def test_a_formula_is_drawn_with_nothing_that_a_formula_does_not_need(latex: str, drawn: str) -> None:
    assert drawn in formula(latex, block=False)


@pytest.mark.parametrize(
    "latex",
    [
        "", r"\frac", r"\left(x", "x^2^2", "\0", "{" * 5000 + "}" * 5000, "{" * 300 + "x" + "}" * 300, "x" * (LONGEST + 1),
        r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b",
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_shown_as_it_is_written(latex: str) -> None:
    assert formula(latex, block=True).startswith("<code>")
    assert shown(latex) is None


@given(st.lists(_SIGNS, max_size=30).map(" ".join) | st.text(max_size=60))
def test_no_source_brings_anything_but_known_elements(latex: str) -> None:
    drawn = formula(latex, block=False)
    if drawn.startswith("<code>"):
        assert "<" not in drawn[6:-7]
        return
    for element in fromstring(drawn).iter():
        assert element.tag.startswith(_SPACE + "m"), element.tag
        assert not {"href", "style", "class", "id"} & element.attrib.keys()
        assert not any(name.startswith("on") for name in element.attrib)


@pytest.mark.parametrize("text", [r"$$\frac12$$", r"\(\frac12\)", r"\[\frac12\]", r" \frac12 "])
def test_what_a_companion_shows_may_stand_in_dollars_or_brackets(text: str) -> None:
    assert shown(text) == shown(r"\frac 1 2")


def test_words_are_better_shown_as_they_are() -> None:
    assert shown("speed = distance / time") is None
    assert shown(r"\text{speed} = \frac{s}{t}") is not None
    assert shown("a^2 + b^2 = c^2") is not None
