"""A growing Ogg Opus file. What was written plays, whenever the process is killed; a file that is there is gone on with."""

import os
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

from tutor.recordings.timeline import RATE

MEDIA_TYPE = "audio/ogg"
_BITS_PER_SECOND = 32_000
"""Two voices that hardly ever speak at once: as good as they sounded, 20 MB an hour at most."""
_OPTIONS = {"application": "audio", "compression_level": "5", "frame_duration": "60"}
"""Milliseconds: nobody waits for a frame, and fewer are copied when a session is resumed."""
_CONTAINER = {"flush_packets": "1", "page_duration": "200000"}
"""In microseconds: all but two of those of what was written is on the disk."""
_TICKS = 48_000
"""Opus counts samples of this rate, and begins some before 0."""
_BLOCK = 10 * RATE


class OpusFile:
    """Everything here blocks, and belongs to one thread at a time. Raises OSError (also FFmpeg's own, which is one)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        part = path.with_suffix(".part")
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # the owner's only: voices
        self._out: OutputContainer = av.open(str(part), "w", format="ogg", container_options=_CONTAINER)
        self._stream: AudioStream = self._out.add_stream(
            "libopus", rate=RATE, layout="stereo", options=_OPTIONS
        )
        self._stream.bit_rate = _BITS_PER_SECOND
        self._out.start_encoding()  # only now the file is really open
        self._written = self._copy(path) if path.exists() else 0
        part.replace(path)

    @property
    def seconds(self) -> float:
        return self._written / RATE

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def write(self, sound: NDArray[np.int16]) -> None:
        """`sound`: (samples, 2) at RATE."""
        for start in range(0, len(sound), _BLOCK):
            block = np.ascontiguousarray(sound[start : start + _BLOCK])
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, self._written
            self._out.mux(self._stream.encode(frame))
            self._written += len(block)

    def close(self) -> None:
        """Write what the encoder still holds."""
        if self._written:
            self._out.mux(self._stream.encode(None))
        self._out.close()

    def _copy(self, path: Path) -> int:
        """Take over the packets of an earlier run, as they are; returns how many samples at RATE that was. Of a
        damaged end nothing is taken, and of what is no recording neither."""
        ticks = early = 0
        try:
            with av.open(str(path)) as old:
                for packet in old.demux(audio=0):
                    if packet.pts is None or packet.duration is None:
                        continue
                    early = early if ticks else max(0, -packet.pts)
                    ticks = packet.pts + packet.duration + early
                    packet.stream = self._stream
                    self._out.mux(packet)
        except (av.error.InvalidDataError, av.error.EOFError):
            pass
        return ticks * RATE // _TICKS
