"""Words and snippets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.search import MOST_TERMS, SNIPPET, Marked, marked, snippet, terms, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Größe, Élan & e\u0301lan", ["grosse", "elan", "elan"]),
        ("snake_case 3.5 x² don't", ["snake", "case", "3", "5", "x2", "don", "t"]),
        ("'\"*:()<b>", ["b"]),
    ],
)
def test_words_are_letters_and_digits_without_case_and_accents(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_marks_are_where_words_begin_with_what_was_looked_for() -> None:
    found = marked("Brüche und <b>Brüchelchen</b>, abbrechen", terms("BRUCHE"))
    assert [found.text[start:end] for start, end in found.marks] == ["Brüche", "Brüchelchen"]


def test_a_single_letter_is_a_word_and_a_sign_of_chinese_a_beginning() -> None:
    found = marked("An apple a day 光合作用", terms("a 光"))
    assert [found.text[start:end] for start, end in found.marks] == ["a", "光合作用"]


def test_a_snippet_is_the_part_around_the_first_find() -> None:
    found = snippet("before " * 100 + "the needle\n\nlies here " + "after " * 100, ["needl"])
    assert "the needle lies here" in found.text and len(found.text) <= SNIPPET
    assert [found.text[start:end] for start, end in found.marks] == ["needle"]
    assert snippet("nothing of it", ["x"]) == Marked("nothing of it", ())


def test_a_snippet_has_no_marks_of_markdown() -> None:
    text = "## Halves\n\n- A **half** is `1/2`.\n1. See [thirds](https://x.org/a) ![cake](media:m1)\n\n---\n2 - 1 = 1 * 1"
    assert snippet(text, ["half"]).text == "Halves A half is 1/2. See thirds cake 2 - 1 = 1 * 1"


def test_a_snippet_has_formulae_in_plain_signs_and_keeps_its_marks() -> None:
    found = snippet(r"A *half* is $\frac{1}{2}$, and $\sqrt{x^2} \cdot \text{half}$.", ["half"])
    assert found.text == "A half is 1/2, and √(x²) · half."
    assert [found.text[start:end] for start, end in found.marks] == ["half", "half"]


@given(st.text(), st.text())
def test_no_text_breaks_it(text: str, query: str) -> None:
    wanted = terms(query)
    assert len(wanted) <= MOST_TERMS
    for found in (marked(text, wanted), snippet(text, wanted)):
        for start, end in found.marks:
            assert any(words(found.text[start:end])[0].startswith(one) for one in wanted)
    assert len(snippet(text, wanted).text) <= SNIPPET
