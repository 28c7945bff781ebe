"""What people wrote is shown, never run; addresses to go on to are ours."""

import re
from pathlib import Path

import pytest

from tutor import panel
from tutor.panel.markdown import inline, markdown
from tutor.panel.panel import _inside

_TEMPLATES = Path(panel.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](data:text/html,<b>)", "&lt;b&gt;"),
        ('<img src=x onerror="a()">', "&lt;img"),
        ("**bold** | a", "<strong>bold</strong>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
    ],
)
def test_markdown_shows_html_as_text(written: str, shown: str) -> None:
    page = str(markdown(written))
    assert shown in page
    assert "<script" not in page and "<img src=x" not in page and 'href="javascript' not in page


@pytest.mark.parametrize(
    "address",
    [
        "",
        "home",
        "//evil.org",
        "https://evil.org",
        "/\\evil.org",
        "\\\\evil.org",
        "/%0d\n",
        "javascript:alert(1)",
        "///evil",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(address: str) -> None:
    assert _inside(address) == "/home"


@pytest.mark.parametrize("address", ["/home", "/companions?subject=maths&page=2", "/courses/a-b"])
def test_one_goes_on_to_the_page_that_one_wanted(address: str) -> None:
    assert _inside(address) == address


@pytest.mark.parametrize(
    ("written", "formulae"),
    [
        ("a $x^2$ b $y$", 2), ("$$\nx^2\n$$", 1), ("so $$x^2$$ then", 1), ("| $a$ |\n|---|\n| $b$ |", 2),
        ("costs $5 and $6", 0), ("$5/$6", 0), ("`$x$`", 0), (r"\$x\$", 0), ("$ x $", 0),
    ],
)  # fmt: skip
def test_formulae_stand_between_dollars_and_prices_are_none(written: str, formulae: int) -> None:
    assert str(markdown(written)).count("<math") == formulae


def test_a_page_draws_only_so_many_formulae() -> None:
    page = str(markdown("$abcdefghij$ " * 3000))
    assert 1900 < page.count("<math") <= 2000 and "<code>abcdefghij</code>" in page


def test_a_question_is_words_and_formulae_and_nothing_else() -> None:
    shown = str(inline("What is 2*3*4? <b> [x](/y) $x^2$"))
    assert shown.startswith("What is 2*3*4? &lt;b&gt; [x](/y) ") and "<msup>" in shown


@pytest.mark.parametrize(
    "template",
    [path for path in sorted(_TEMPLATES.rglob("*.html")) if 'type="password"' in path.read_text("utf-8")],
    ids=lambda path: path.name,
)
def test_who_is_faster_than_the_script_does_not_send_their_password_in_the_address(template: Path) -> None:
    """A form without a method puts its fields into the page's address."""
    forms = re.findall(r"<form[^>]*>", template.read_text("utf-8"))
    assert forms and all('method="dialog"' in form for form in forms)


def test_no_template_has_the_marks_of_a_merge() -> None:
    for path in _TEMPLATES.rglob("*.html"):
        assert "<<<<<<<" not in path.read_text("utf-8") and ">>>>>>>" not in path.read_text("utf-8"), path


def test_films_and_sounds_of_ours_become_players_and_nobody_elses_do() -> None:
    ours = "/api/v1/media/med_1/content?expires=1&signature=a"
    told = "kind=video&poster=%2Fapi%2Fv1%2Fmedia%2Fmed_2%2Fcontent%3Fexpires%3D1&captions=%2Fapi%2Fv1%2Fmedia%2Fmed_3"
    page = str(markdown(f'![a "walk"]({ours}#{told})'))
    assert (
        '<video controls preload="metadata" src="/api/v1/media/med_1/content?expires=1&amp;signature=a"'
        in page
    )
    assert (
        'aria-label="a &#34;walk&#34;"' in page and 'poster="/api/v1/media/med_2/content?expires=1"' in page
    )
    assert "<track" in page and 'src="/api/v1/media/med_3"' in page
    assert "<audio controls" in str(markdown(f"![x]({ours}#kind=audio)"))
    assert "<video" not in str(markdown("![x](https://evil.org/a.mp4#kind=video)"))
    assert "evil" not in str(markdown(f"![x]({ours}#kind=video&poster=https://evil.org/p.png)"))


def test_a_formula_that_may_be_wider_than_the_page_is_scrolled_by_keyboard() -> None:
    assert '<span class="formula block" tabindex="0">' in str(markdown("$$x$$"))
    assert "tabindex" not in str(markdown("Let $x$ be."))
