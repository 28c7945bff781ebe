"""Sound for the web, and for ears."""

from collections.abc import Iterator
from typing import Any

import av
from av.audio.resampler import AudioResampler

from lms_core.errors import InvalidInput
from tutor.media_tools.opening import BROKEN, first, opened

_RATE = 48_000
_CODECS = {"mp4": "aac", "webm": "libopus"}


def sound(path: str, media_type: str, container: str, out: str) -> dict[str, Any]:
    """All of a file's sound as AAC in MP4 or Opus in WebM, in two channels at most."""
    options = {"movflags": "+faststart"} if container == "mp4" else {}
    with opened(path, media_type) as file, av.open(out, "w", format=container, options=options) as target:
        source = first(file.streams.audio)
        layout = "mono" if source.codec_context.channels == 1 else "stereo"
        stream: Any = target.add_stream(_CODECS[container], rate=_RATE, layout=layout)
        stream.bit_rate = 64_000 * (1 if layout == "mono" else 2)
        heard = 0
        for frame in _resampled(file, source, stream.format.name, layout, _RATE):
            heard += frame.samples
            target.mux(stream.encode(frame))
        if not heard:
            raise InvalidInput(BROKEN)
        target.mux(stream.encode(None))
    return {}


def keep(path: str, media_type: str, container: str, out: str) -> dict[str, Any]:
    """The sound as it is, in a file that begins to play at once and has nothing else in it."""
    with (
        opened(path, media_type) as file,
        av.open(out, "w", format=container, options={"movflags": "+faststart"}) as target,
    ):
        source = first(file.streams.audio)
        stream = target.add_stream_from_template(source)
        stream.metadata.clear()
        for packet in file.demux(source):
            if packet.dts is not None:
                packet.stream = stream
                target.mux_one(packet)
    return {}


def pcm(path: str, media_type: str, out: str) -> dict[str, Any]:
    """16 kHz mono samples, as ears want them; returns how many."""
    count = 0
    with opened(path, media_type) as file, open(out, "wb") as target:  # noqa: PTH123
        for frame in _resampled(file, first(file.streams.audio), "s16", "mono", 16_000):
            target.write(frame.to_ndarray().tobytes())
            count += frame.samples
    return {"samples": count}


def _resampled(file: Any, source: Any, form: str, layout: str, rate: int) -> Iterator[Any]:
    """Raises InvalidInput."""
    resampler = AudioResampler(format=form, layout=layout, rate=rate)
    try:
        for packet in file.demux(source):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue
            for frame in frames:
                yield from resampler.resample(frame)
        yield from resampler.resample(None)
    except av.FFmpegError as error:
        raise InvalidInput(BROKEN) from error
