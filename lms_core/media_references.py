"""How texts of courses name files: `![a leaf](media:med_0123456789abcdef0123)`, in archives `![a leaf](media/<sha256>.png)`."""

import re
from collections.abc import Iterable, Mapping

ARCHIVED = r"media/[0-9a-f]{64}\.[a-z0-9]{1,5}"
_UPLOADED = re.compile(r"media:(med_[0-9a-f]{20})(?![0-9A-Za-z])")
_ARCHIVED = re.compile(rf"{ARCHIVED}(?![0-9A-Za-z])")
_EXTENSIONS = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
    "application/pdf": "pdf", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/flac": "flac",
    "audio/wav": "wav", "video/mp4": "mp4", "video/webm": "webm", "text/vtt": "vtt",
    "video/quicktime": "mov", "video/x-msvideo": "avi",
}  # fmt: skip


def uploaded(texts: Iterable[str]) -> tuple[str, ...]:
    """Ids of the uploaded files that these texts name, each once, in order."""
    return tuple(dict.fromkeys(found for text in texts for found in _UPLOADED.findall(text)))


def archived(texts: Iterable[str]) -> frozenset[str]:
    """Names of the files of an archive that these texts name."""
    return frozenset(found for text in texts for found in _ARCHIVED.findall(text))


def archived_name(sha256: str, media_type: str) -> str:
    return f"media/{sha256}.{_EXTENSIONS.get(media_type, 'bin')}"


def with_names(text: str, names: Mapping[str, str]) -> str:
    """`names`, of an archive or addresses, by id instead of `media:<id>`; what they do not have stays."""
    return _UPLOADED.sub(lambda found: names.get(found[1], found[0]), text)


def to_uploaded(text: str, ids: Mapping[str, str]) -> str:
    """`ids` by name in the archive; what they do not have stays."""
    return _ARCHIVED.sub(lambda found: f"media:{ids[found[0]]}" if found[0] in ids else found[0], text)
