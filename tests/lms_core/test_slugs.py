"""Names as they stand in addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.slugs import LONGEST, free_slug, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ada & the Fractions!", "ada-the-fractions"),
        ("Größe — Été", "groe-ete"),
        ("Привет", "companion"),
        ("--", "companion"),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug_of(name, "companion") == slug


@given(st.text(), st.sets(st.text()))
def test_every_name_gets_a_slug_that_is_free_and_fits_an_address(name: str, others: set[str]) -> None:
    slug = slug_of(name, "companion")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= LONGEST
    assert free_slug(slug, others | {slug}) not in others | {slug}
