"""Files that lessons show and play: which kinds we take, and links to them that expire."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from lms_core.jobs import JobState

HEAD = 16  # bytes that `recognise` needs
LINK_LASTS = timedelta(hours=6)  # longer than a school day's lesson stays open
NAME_LENGTH = 200
_ROUND = 3600  # seconds; the same link for an hour lets browsers keep what they fetched


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file; `size` in bytes. What is in it is None until somebody has looked, or where it has no such thing."""

    id: str
    owner_id: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    codecs: str | None = None


class PartRole(StrEnum):
    """What was made of an uploaded file."""

    RENDITION = "rendition"  # what browsers show instead of it
    POSTER = "poster"  # a picture of a film
    CAPTIONS = "captions"  # what is said in it


JOB = "media"
CAPTIONS_JOB = "captions"
_AS_THEY_ARE = ("image/gif", "application/pdf", "text/vtt")


def is_worked_on(media_type: str) -> bool:
    """Whether a job looks into such a file before learners see it."""
    return media_type not in _AS_THEY_ARE


def shown_to_learners(state: JobState | None, rendition: Media | None, original: Media) -> Media | None:
    """What they see of a file; None while it is worked on, and if that failed.

    They see no original before it was looked into: cameras write into pictures and films where they were taken.
    """
    if rendition is not None:
        return rendition
    return original if state in (None, JobState.COMPLETED) else None


def recognise(head: bytes) -> str | None:
    """The media type that a file's first 16 bytes tell, or None if we do not take it.

    Only what no browser runs: neither HTML nor SVG. Signatures: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
    """
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # MPEG audio, layer III
        return "audio/mpeg"
    return None


_BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"WEBVTT", "text/vtt"),
)
TAKEN = "PNG, JPEG, GIF, WebP, PDF, MP3, M4A, OGG, FLAC, WAV, MP4, WebM, MOV, AVI or WebVTT"


def expiry(now: datetime) -> int:
    """When a link made now stops working, in seconds since 1970."""
    return int((now + LINK_LASTS).timestamp()) // _ROUND * _ROUND + _ROUND


def signature(key: bytes, media_id: str, expires: int) -> str:
    """What makes a link good for whoever holds it, until `expires` (seconds since 1970)."""
    return hmac.new(key, f"{media_id}\n{expires}".encode(), sha256).hexdigest()


def opens(key: bytes, media_id: str, expires: int, offered: str, now: datetime) -> bool:
    """Whether a link's signature is ours and the link has not expired."""
    right = signature(key, media_id, expires)
    return hmac.compare_digest(right.encode(), offered.encode()) and now.timestamp() < expires


def clean_name(name: str) -> str:
    """A file's name without folders and control characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[-NAME_LENGTH:] or "file"
