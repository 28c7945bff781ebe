"""Whether a picture file is nothing but the picture: no place, no name, no comment, nothing hung on behind.

Only what is known to be harmless counts: any other part of a file, such as EXIF, XMP or a text, makes it not bare.
"""

import re
from collections.abc import Iterator

_JPEG_TABLES = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDD}) - {0xC8}  # how the picture is coded
_JPEG_APPS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # its size, its colours
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"
_JPEG_ASIDE = re.compile(rb"\xff[\xe0-\xef\xfe]")
_PNG = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP acTL fcTL fdAT".split())
_WEBP = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_FRAME_HEAD = 16  # bytes of ANMF before its own chunks


def is_bare(media_type: str, data: bytes) -> bool:
    """False too for what is no picture, and for a damaged one."""
    match media_type:
        case "image/jpeg":
            return _jpeg(data)
        case "image/png":
            chunks = list(_png_chunks(data))
            return chunks[-1:] == [b"IEND"] and _PNG.issuperset(chunks)
        case "image/webp":
            return int.from_bytes(data[4:8], "little") == len(data) - 8 and _WEBP.issuperset(
                _webp_chunks(data, 12, len(data))
            )
    return False


def _jpeg(data: bytes) -> bool:
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker, start = data[at + 1], at + 4
        if marker == _JPEG_SCAN:
            first_end = data.find(_JPEG_END, at)
            return first_end == len(data) - 2 and not _JPEG_ASIDE.search(data, at)
        known = _JPEG_APPS.get(marker)
        if marker not in _JPEG_TABLES and (known is None or not data.startswith(known, start)):
            return False
        at += 2 + int.from_bytes(data[at + 2 : start])
    return False


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Their kinds; b"" at the end if the last is not whole."""
    at = 8
    while at < len(data):
        kind, at = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        yield kind if at <= len(data) else b""


def _webp_chunks(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        kind, start = data[at : at + 4], at + 8
        at = start + int.from_bytes(data[at + 4 : start], "little")
        yield kind if at <= end else b""
        if kind == b"ANMF":
            yield from _webp_chunks(data, start + _FRAME_HEAD, at)
        at += at % 2
