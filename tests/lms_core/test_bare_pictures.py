"""Pictures as cameras, programs and people make them."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lms_core.bare_pictures import is_bare

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture = Image.radial_gradient("L").convert("RGB")
    frames = {"append_images": [picture.rotate(90)]} if options.get("save_all") else {}
    picture.save(out, form, **options, **frames)
    return out.getvalue()


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010F] = "Fonyo"
    found.get_ifd(0x8825).update({1: "N", 2: (53.0, 33.0, 4.0)})
    return found


def png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Location", "at home")
    return info


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {}), ("JPEG", {"progressive": True, "quality": 95}), ("JPEG", {"icc_profile": b"colours" * 9}),
        ("PNG", {}), ("PNG", {"save_all": True}), ("WEBP", {}), ("WEBP", {"lossless": True}), ("WEBP", {"save_all": True}),
    ],
)  # fmt: skip
def test_a_picture_alone_is_bare(form: str, options: dict[str, Any]) -> None:
    assert is_bare(TYPES[form], saved(form, **options))


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"exif": exif()}), ("JPEG", {"comment": b"Emma"}), ("JPEG", {"xmp": b"<x/>"}),
        ("PNG", {"exif": exif()}), ("PNG", {"pnginfo": png_text()}), ("WEBP", {"exif": exif()}), ("WEBP", {"xmp": b"<x/>"}),
        ("WEBP", {"save_all": True, "exif": exif()}),
    ],
)  # fmt: skip
def test_what_says_more_is_not(form: str, options: dict[str, Any]) -> None:
    assert not is_bare(TYPES[form], saved(form, **options))


@pytest.mark.parametrize("form", TYPES)
def test_nor_is_one_with_something_behind_it(form: str) -> None:
    data = saved(form)
    assert not is_bare(TYPES[form], data + b"a film of the same moment")
    assert not is_bare(TYPES[form], data + data)
    assert not is_bare(TYPES[form], data[:-20])


@pytest.mark.parametrize("form", TYPES)
@given(data=st.binary(max_size=200))
def test_any_bytes_end_in_an_answer(form: str, data: bytes) -> None:
    assert not is_bare(TYPES[form], saved(form)[:12] + data)
