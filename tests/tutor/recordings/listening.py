"""Recordings, heard by a player that is not ours: FFmpeg."""

import io
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tutor.recordings.timeline import RATE


def played(recording: Path | bytes) -> NDArray[np.float32]:
    """(2, samples) at RATE, from -1 to 1: the learner, the companion."""
    source = io.BytesIO(recording) if isinstance(recording, bytes) else str(recording)
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    with av.open(source) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
