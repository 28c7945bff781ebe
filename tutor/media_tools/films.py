"""Films for the web: a poster, parts that are made anew, and the whole, which begins to play before it is all there."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
from av.filter import Graph

from lms_core.errors import InvalidInput
from lms_core.media_plans import FILM_SIDE, POSTER_SIDE, fitted
from tutor.media_tools.opening import BROKEN, first, opened

_BASE = Fraction(1, 90_000)
_MOST_RATE = 30
_THREADS = 1
_TURNS = {90: ("cclock",), -90: ("clock",), 180: ("clock", "clock"), -180: ("clock", "clock")}


def poster(path: str, media_type: str, at: float, out: str) -> dict[str, Any]:
    """A picture of the film at `at` seconds, or of what is nearest before its end."""
    with opened(path, media_type) as file:
        last = None
        for frame, seconds in _frames(file, at):
            last = frame
            if seconds >= at:
                break
        if last is None:
            raise InvalidInput(BROKEN)
        picture = _upright(last).to_image()
    picture.thumbnail((POSTER_SIDE, POSTER_SIDE))
    picture.save(out, "JPEG", quality=82, optimize=True)
    return {"width": picture.width, "height": picture.height}


def part(path: str, media_type: str, start: float, end: float, out: str) -> dict[str, Any]:
    """The picture from `start` to before `end` (seconds), as H.264 that plays everywhere; returns how many pictures."""
    count = 0
    with opened(path, media_type) as file, av.open(out, "w", format="matroska") as target:
        stream: Any = None
        previous = -1.0
        for frame, seconds in _frames(file, start):
            if seconds >= end:
                break
            if seconds < start or seconds < previous + 0.9 / _MOST_RATE:
                continue
            previous = seconds
            shown = _upright(frame)
            if stream is None:
                stream = _h264(target, *fitted(shown.width, shown.height, FILM_SIDE))
            made = shown.reformat(stream.width, stream.height, format="yuv420p")
            made.pts, made.time_base = round(seconds / _BASE), _BASE
            target.mux(stream.encode(made))
            count += 1
        if stream is not None:
            target.mux(stream.encode(None))
    return {"pictures": count}


def join(
    path: str, media_type: str, container: str, parts: list[str] | None, sound: str | None, out: str
) -> dict[str, Any]:
    """The film in one file: picture from `parts` or as it was, sound from the file `sound`, as it was (""), or none."""
    options = {"movflags": "+faststart"} if container == "mp4" else {"cues_to_front": "1"}
    with opened(path, media_type) as file, av.open(out, "w", format=container, options=options) as target:
        picture = _of_parts(parts) if parts is not None else _as_it_was(file, first(file.streams.video))
        sources = [picture]
        if sound == "":
            again = opened(path, media_type)
            sources.append(_as_it_was(again, first(again.streams.audio)))
        elif sound is not None:
            made = av.open(sound)
            sources.append(_as_it_was(made, made.streams.audio[0]))
        for packet in _in_order(target, sources):
            target.mux_one(packet)
    return {}


def _h264(target: Any, width: int, height: int) -> Any:
    options = {"preset": "veryfast", "crf": "24", "bf": "0"}  # without B-frames the parts fit together
    stream = target.add_stream("libx264", rate=_MOST_RATE, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = _BASE
    stream.codec_context.thread_count = _THREADS
    return stream


def _frames(file: Any, start: float) -> Iterator[tuple[Any, float]]:
    """Decoded pictures from a little before `start` on, with their seconds since the beginning. Raises InvalidInput."""
    stream = first(file.streams.video)
    stream.codec_context.thread_count = _THREADS
    offset = stream.start_time or 0
    try:
        if start > 0:
            file.seek(offset + int(start / stream.time_base), stream=stream)
        for packet in file.demux(stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:  # a damaged picture; what follows may be well
                continue
            for frame in frames:
                if frame.pts is not None:
                    yield frame, float((frame.pts - offset) * frame.time_base)
    except av.FFmpegError as error:
        raise InvalidInput(BROKEN) from error


def _upright(frame: Any) -> Any:
    """As a telephone that was held upright meant it."""
    turns = _TURNS.get(frame.rotation)
    if not turns:
        return frame
    graph = Graph()
    nodes = [
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format.name, time_base=_BASE)
    ]
    nodes += [graph.add("transpose", f"dir={turn}") for turn in turns] + [graph.add("buffersink")]
    graph.link_nodes(*nodes).configure()
    frame.time_base = frame.time_base or _BASE
    graph.push(frame)
    return graph.pull()


_Source = tuple[Any, Iterator[Any]]


def _as_it_was(file: Any, stream: Any) -> _Source:
    return stream, (one for one in file.demux(stream) if one.dts is not None)


def _of_parts(parts: list[str]) -> _Source:
    files = [av.open(one) for one in parts]
    files = [one for one in files if one.streams.video]
    if not files:
        raise InvalidInput(BROKEN)
    stream = files[0].streams.video[0]
    return stream, (
        packet for one in files for packet in one.demux(one.streams.video[0]) if packet.dts is not None
    )


def _in_order(target: Any, sources: Iterable[_Source]) -> Iterator[Any]:
    """Packets of all sources by time, each with its stream in `target`."""
    lines = []
    for stream, packets in sources:
        made = target.add_stream_from_template(stream)
        made.metadata.clear()
        lines.append([made, packets, next(packets, None)])
    while waiting := [line for line in lines if line[2] is not None]:
        line = min(waiting, key=lambda one: float(one[2].dts * one[2].time_base))
        packet = line[2]
        packet.stream = line[0]
        yield packet
        line[2] = next(line[1], None)
