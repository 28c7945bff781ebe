"""What people wrote is shown, never run; addresses to go on to are ours."""

import pytest

from tutor.panel.pages import _inside
from tutor.panel.rendering import markdown


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
