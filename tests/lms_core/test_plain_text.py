"""Markdown and formulae as plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.plain_text import formula_text, plain_text

SIGNS = st.text(st.sampled_from("a1 $\\{}^_*|[]()#-`\n&"), max_size=200) | st.text()


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\frac{1}{2}x^2", "1/2x²"),
        (r"\frac{a+b}{\frac{1}{3}}", "(a+b)/(1/3)"),
        (r"\sqrt[3]{8} + \sqrt{x^2+1}", "³√8 + √(x²+1)"),
        (r"x_{10} \cdot 3 \le \pi", "x₁₀ · 3 ≤ π"),
        (r"90^\circ, e^{-x}, \text{cm}^2", "90°, e^(-x), cm²"),
        (r"\left(\sin x\right)\,5\%", "(sin x) 5%"),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", "a = b c = d"),
        (r"\{1, 2\}", "{ 1, 2}"),
        (r"{{{", ""),
    ],
)
def test_a_formula_is_written_in_signs(latex: str, plain: str) -> None:
    assert formula_text(latex) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "This is *so* and _so_, not 2 * 3 * 4 and snake_case_name.",
            "This is so and so, not 2 * 3 * 4 and snake_case_name.",
        ),
        ("It costs $5 and $6, and \\$7.", "It costs $5 and $6, and $7."),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("is\n$$\nx^2\n$$\nhere", "is x² here"),
    ],
)
def test_marks_are_gone_and_words_stay(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@given(SIGNS)
def test_any_text_is_one_line(text: str) -> None:
    assert "\n" not in plain_text(text)


@pytest.mark.parametrize("bad", [" ", "$", "| ", "*a ", "$x ", "$\\frac{", "\\sqrt[", "x^{", "$$a"])
def test_no_text_takes_long(bad: str) -> None:
    """A rule that looks at each sign for each sign would take minutes here, and the suite's limit."""
    plain_text(f"${bad * 100_000}x")
