"""Which files we take, and links that expire."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.media import LINK_LASTS, NAME_LENGTH, clean_name, expiry, opens, recognise, signature

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"\0\0\0\x14ftypqt  \0\0\2\0", "video/quicktime"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "video/mp4"),
        (b"\0\0\0\x20ftypM4A \0\0\2\0", "audio/mp4"),
        (b"ID3\4\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", None),  # AAC
        (b"%PDF-1.7", "application/pdf"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"WEBVTT\n\n", "text/vtt"),
        (b"<svg onload=alert(1)>", None),
        (b"<!doctype html>", None),
        (b"MZ\x90\0", None),
        (b"", None),
    ],
)
def test_the_bytes_say_what_a_file_is(head: bytes, media_type: str | None) -> None:
    assert recognise(head) == media_type


@given(st.binary(max_size=64))
def test_any_bytes_are_judged(head: bytes) -> None:
    recognise(head)


def test_a_link_opens_one_file_until_it_expires() -> None:
    expires = expiry(NOW)
    signed = signature(KEY, "med_1", expires)
    last = datetime.fromtimestamp(expires, UTC)
    assert opens(KEY, "med_1", expires, signed, NOW)
    assert opens(KEY, "med_1", expires, signed, last - timedelta(seconds=1))
    assert not opens(KEY, "med_1", expires, signed, last)
    assert not opens(KEY, "med_1", expires + 3600, signed, NOW)
    assert not opens(KEY, "med_2", expires, signed, NOW)
    assert not opens(b"x" * 32, "med_1", expires, signed, NOW)
    assert not opens(KEY, "med_1", expires, "é", NOW)


def test_a_link_stays_the_same_for_an_hour_so_that_browsers_keep_the_file() -> None:
    assert expiry(NOW) == expiry(NOW + timedelta(minutes=29)) < expiry(NOW + timedelta(minutes=31))
    assert expiry(NOW) - NOW.timestamp() >= LINK_LASTS.total_seconds()


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [("leaf.png", "leaf.png"), ("../../etc/passwd", "passwd"), ("C:\\x\\a.wav", "a.wav"), ("a\r\nb\0.png", "ab.png"),
     ("", "file"), ("/", "file"), ("Größe 2.png", "Größe 2.png"), ("a" * 300 + ".png", "a" * (NAME_LENGTH - 4) + ".png")],
)  # fmt: skip
def test_a_name_is_a_name_and_no_path(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept
