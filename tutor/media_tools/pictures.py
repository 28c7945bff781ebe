"""Pictures for the web: not larger than a page needs, upright, and without what the camera wrote into them, such as where it was."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from lms_core.errors import InvalidInput
from lms_core.media_plans import MOST_PICTURE_PIXELS, PICTURE_SIDE
from tutor.media_tools.opening import BROKEN

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_SAVED: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": False}, "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "WEBP": {"quality": 85, "method": 4},
}  # fmt: skip
Image.MAX_IMAGE_PIXELS = None  # we look ourselves, before anything is unpacked
_MOST_FRAMES = 200


def picture(path: str, media_type: str, out: str) -> dict[str, Any]:
    """Write the picture for the web to `out`; returns its width and height. Raises InvalidInput."""
    form = _FORMATS[media_type]
    try:
        with Image.open(path, formats=(form,)) as source:
            _check(source)
            if form == "JPEG":
                source.draft(None, (PICTURE_SIDE, PICTURE_SIDE))  # a large one is unpacked smaller at once
            frames = getattr(source, "n_frames", 1)
            size = _saved_moving(source, out) if frames > 1 and form == "WEBP" else _saved(source, form, out)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        Path(out).unlink(missing_ok=True)
        raise InvalidInput(BROKEN) from error
    return {"width": size[0], "height": size[1]}


def _check(source: Image.Image) -> None:
    frames = min(getattr(source, "n_frames", 1), _MOST_FRAMES + 1)
    if source.width * source.height > MOST_PICTURE_PIXELS or frames > _MOST_FRAMES:
        raise InvalidInput(
            f"The picture has more than {MOST_PICTURE_PIXELS // 1_000_000} million pixels or {_MOST_FRAMES} frames; "
            "make it smaller and upload it again."
        )


def _saved(source: Image.Image, form: str, out: str) -> tuple[int, int]:
    profile = source.info.get("icc_profile")
    source.load()
    upright = ImageOps.exif_transpose(source)
    upright.thumbnail((PICTURE_SIDE, PICTURE_SIDE), reducing_gap=2.0)
    upright.info = {
        key: value for key, value in upright.info.items() if key == "transparency"
    }  # PNG texts, comments, XMP
    if form == "JPEG" and upright.mode not in ("L", "RGB", "CMYK"):
        upright = upright.convert("RGB")
    extra = {"icc_profile": profile} if profile else {}
    upright.save(out, form, exif=b"", **_SAVED[form], **extra)
    return upright.size


def _saved_moving(source: Image.Image, out: str) -> tuple[int, int]:
    frames, times = [], []
    for number in range(getattr(source, "n_frames", 1)):
        source.seek(number)
        frame = source.convert("RGBA")
        frame.thumbnail((PICTURE_SIDE // 2, PICTURE_SIDE // 2))
        frame.info = {}
        frames.append(frame)
        times.append(int(source.info.get("duration", 100)))
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=0,
        quality=80,
        exif=b"",
        xmp=b"",
    )
    return frames[0].size
