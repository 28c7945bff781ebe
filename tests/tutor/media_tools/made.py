"""Small films, sounds and pictures, made anew for each test."""

import asyncio
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from tests.tutor.api.asking import Asking

GPS = {1: "N", 2: (53.0, 33.0, 4.0), 3: "E", 4: (9.0, 59.0, 37.0)}


def film(
    path: Path, *, video: str = "libx264", sound: str | None = "aac", seconds: float = 2.0, size: tuple[int, int] = (320, 180),
    rate: int = 10, pixels: str = "yuv420p", container: str | None = None, **options: str,
) -> Path:  # fmt: skip
    """Gets brighter with time; hums."""
    with av.open(str(path), "w", format=container, options=options) as file:
        file.metadata["location"] = "+53.5511+9.9937/"
        file.metadata["title"] = "Emma on her way to school"
        stream: Any = file.add_stream(video, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        tone: Any = file.add_stream(sound, rate=48_000, layout="mono") if sound else None
        if tone is not None:
            _hum(file, tone, seconds)
        for number in range(int(seconds * rate)):
            shade = int(255 * number / (seconds * rate))
            frame = av.VideoFrame.from_ndarray(
                np.full((size[1], size[0], 3), shade, np.uint8), format="rgb24"
            )
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def sound(path: Path, codec: str, *, seconds: float = 1.0, container: str | None = None) -> Path:
    with av.open(str(path), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=48_000, layout="mono")
        _hum(file, stream, seconds)
    return path


def _hum(file: Any, stream: Any, seconds: float) -> None:
    samples = (np.sin(np.arange(int(48_000 * seconds)) * 2 * np.pi * 220 / 48_000) * 8000).astype(np.int16)
    resampler = av.AudioResampler(
        format=stream.format.name, layout="mono", rate=48_000, frame_size=stream.frame_size or 1024
    )
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
    for one in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(one))
    file.mux(stream.encode(None))


def photo(path: Path, size: tuple[int, int] = (4000, 3000), *, turned: int = 6, form: str = "JPEG") -> Path:
    """As a telephone takes it: on its side (EXIF 6), and with where it was."""
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "Fonyo"
    exif.get_ifd(0x8825).update(GPS)
    Image.new("RGB", size, (200, 100, 50)).save(path, form, exif=exif, comment=b"Emma")
    return path


def looked_at(path: Path) -> tuple[str, str, float, int]:
    """Codecs of picture and sound, seconds, pictures."""
    with av.open(str(path)) as file:
        video = file.streams.video[0] if file.streams.video else None
        sound = file.streams.audio[0] if file.streams.audio else None
        names = (video.codec_context.name if video else "", sound.codec_context.name if sound else "")
        pictures = sum(1 for _ in file.decode(video)) if video else 0
        return *names, float((file.duration or 0) / 1e6), pictures


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 120, 60)).save(data, "PNG")
    return data.getvalue()


async def until_worked_on(ask: Asking, who: str, media_id: str) -> Any:
    """The file as its owner sees it once its job is over."""
    async with asyncio.timeout(90):
        while True:
            found = (await ask(who, "GET", f"/media/{media_id}")).data
            if found["state"] in ("completed", "failed"):
                return found
            await asyncio.sleep(0.2)  # from outside there is only asking
