"""Opens a file with the one reader that its media type names: another could be told by the file to read others."""

from typing import Any

import av
from av.container import InputContainer

from lms_core.errors import InvalidInput

_READERS = {
    "video/mp4": "mov", "video/quicktime": "mov", "audio/mp4": "mov", "video/webm": "matroska", "video/x-msvideo": "avi",
    "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/flac": "flac", "audio/wav": "wav",
}  # fmt: skip
_OPTIONS = {"protocol_whitelist": "file", "probesize": "20000000"}
BROKEN = "The file is broken or not what its beginning says. Open it on your computer, export it again, and upload that."


def opened(path: str, media_type: str) -> InputContainer:
    """Raises InvalidInput."""
    try:
        return av.open(path, format=_READERS[media_type], options=_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise InvalidInput(BROKEN) from error


def first(streams: Any) -> Any:
    """The first track of a kind that is no picture of a cover, or None."""
    return next(
        (one for one in streams if not one.disposition & one.disposition.__class__.attached_pic), None
    )
