"""What is in a film or sound."""

from typing import Any

import av

from lms_core.errors import InvalidInput
from lms_core.media_plans import LONGEST_SECONDS, Looked
from tutor.media_tools.opening import BROKEN, first, opened


def look(path: str, media_type: str) -> Looked:
    """Reads the whole file, for what it says of its length may be wrong. Raises InvalidInput."""
    with opened(path, media_type) as file:
        video, sound = first(file.streams.video), first(file.streams.audio)
        wanted = [one for one in (video, sound) if one is not None]
        try:
            seconds = _length(file, wanted) if wanted else 0.0
            return Looked(
                seconds, **_of_video(video), sound=sound.codec_context.name if sound else "", streams=len(file.streams)
            )  # fmt: skip
        except av.FFmpegError as error:
            raise InvalidInput(BROKEN) from error


def _of_video(video: Any) -> dict[str, Any]:
    if video is None:
        return {}
    context = video.codec_context
    return {
        "video": context.name,
        "pixels": context.pix_fmt or "",
        "width": context.width,
        "height": context.height,
    }


def _length(file: Any, streams: list[Any]) -> float:
    """Up to the end of the last packet; not much further than what is processed at all."""
    latest = 0.0
    for packet in file.demux(streams):
        if packet.pts is not None:
            start = packet.stream.start_time or 0
            latest = max(latest, float((packet.pts + (packet.duration or 0) - start) * packet.time_base))
        if latest > LONGEST_SECONDS + 1:
            break
    return latest
