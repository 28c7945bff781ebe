"""Slugs: names as they stand in addresses."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 100  # leaves room for a number in the 120 characters that are stored
_BETWEEN = re.compile(r"[^a-z0-9]+")


def slug_of(name: str, otherwise: str) -> str:
    """Small letters and digits with hyphens between; `otherwise` for a name that has none in Latin script."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _BETWEEN.sub("-", plain).strip("-")[:LONGEST].rstrip("-") or otherwise


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with the smallest number from 2 on that makes it unique."""
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
