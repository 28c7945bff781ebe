"""What is made of an uploaded film, sound or picture, so that every browser shows it. Pure; `tutor/media_tools` makes it."""

from dataclasses import dataclass

from lms_core.errors import InvalidInput

LONGEST_SECONDS = 4 * 3600
MOST_FILM_PIXELS = 8192 * 4320
MOST_STREAMS = 32
MOST_PICTURE_PIXELS = 64_000_000
PICTURE_SIDE = 2048
"""Pixels of the longer side above which a picture is made smaller."""
FILM_SIDE = 1280
POSTER_SIDE = 960
PART_SECONDS = 30
"""A film is made anew in parts, so that a server that dies loses no more than one."""

_WEBM_VIDEO, _WEBM_SOUND = ("vp8", "vp9", "av1"), ("opus", "vorbis")
_MP4_VIDEO, _MP4_SOUND = ("h264", "av1"), ("aac", "mp3")
_SOUND_ALONE = ("aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le", "pcm_u8")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is in a file. `video` and `sound` are names of codecs, "" if there is none; `pixels` how they are kept."""

    seconds: float
    video: str = ""
    pixels: str = ""
    width: int = 0
    height: int = 0
    sound: str = ""
    streams: int = 1


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """`video` and `sound`: keep what is there, or make it anew; `container` is mp4 or webm."""

    container: str
    keep_video: bool
    keep_sound: bool


def check(looked: Looked) -> None:
    """Raises InvalidInput with what to do if we do not process that."""
    if looked.seconds > LONGEST_SECONDS:
        raise InvalidInput(
            f"It is longer than {LONGEST_SECONDS // 3600} hours; cut it into parts and upload those."
        )
    if looked.width * looked.height > MOST_FILM_PIXELS:
        raise InvalidInput(
            "Its picture is larger than 8192 x 4320; export the film smaller, such as 1920 x 1080."
        )
    if looked.streams > MOST_STREAMS:
        raise InvalidInput(
            f"It has more than {MOST_STREAMS} tracks; export it with one of picture and one of sound."
        )
    if looked.seconds <= 0 or not (looked.video or looked.sound):
        raise InvalidInput(
            "There is neither sound nor picture in it that we can read; export it as MP4 or MP3."
        )


def film_plan(looked: Looked) -> FilmPlan:
    """As little as possible is made anew: it takes long, and loses."""
    container = "webm" if looked.video in ("vp8", "vp9") else "mp4"
    videos, sounds = (_WEBM_VIDEO, _WEBM_SOUND) if container == "webm" else (_MP4_VIDEO, _MP4_SOUND)
    plain = looked.video != "h264" or looked.pixels in ("yuv420p", "yuvj420p")  # 10 bits play hardly anywhere
    return FilmPlan(container, looked.video in videos and plain, looked.sound in sounds)


def keeps_sound(looked: Looked, media_type: str) -> bool:
    """Whether a sound file plays everywhere as it is."""
    return looked.sound in _SOUND_ALONE and not (looked.sound == "flac" and media_type == "audio/mp4")


def fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """The size with the same shape and no side longer than `side`; even, as codecs want it."""
    scale = min(1.0, side / max(width, height, 1))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
