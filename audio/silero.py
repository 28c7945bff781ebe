"""Silero VAD for many sessions at once: all windows that wait are one batch, in one worker thread.

The ONNX file comes with faster-whisper. As shipped it takes a *sequence* of windows of one speaker; turning two
transpositions around its LSTM makes the first dimension a *batch* of speakers (a test proves that the
probabilities are the same). Measured here, one thread, a window of 32 ms costs about 90 us alone, and 30 us
in a batch of 50 (`bench/vad.py`).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.errors import ModelError

WINDOW = 512
"""Samples of one window at 16 kHz: 32 ms."""
_CONTEXT = 64
_MOST_WAITING = 64
"""Windows (2 s) that one speaker may wait for; then the oldest are dropped and counted."""


def silero_path() -> Path:
    """Where faster-whisper keeps the model. Raises ModelError if it is not there."""
    import faster_whisper

    path = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    if not path.is_file():
        raise ModelError(f"The Silero VAD model is not at {path}; install faster-whisper 1.2.1 or newer.")
    return path


def load_batched(path: Path) -> "object":
    """An onnxruntime session that takes input[B,576], h[1,B,128], c[1,B,128] and gives probabilities[B]."""
    import onnx
    import onnxruntime

    model = onnx.load(str(path))
    for node in model.graph.node:
        if node.op_type == "Transpose":
            perm = [2, 0, 1] if node.name == "/Transpose" else [0, 2, 1]
            node.attribute[0].ints[:] = perm
    for value in (*model.graph.input, *model.graph.output):
        if value.name in ("h", "c", "hn", "cn"):
            value.type.tensor_type.shape.dim[1].dim_param = "batch"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


class Speaker:
    """One session's state in the model, and what to call with each window's probability."""

    def __init__(self, on_probability: Callable[[float], None]) -> None:
        self.on_probability = on_probability
        self.waiting: deque[NDArray[np.int16]] = deque()
        self.generation = 0
        """Results of windows from before `reset` are dropped by comparing this."""
        self.clear()

    def clear(self) -> None:
        self.h = np.zeros(128, np.float32)
        self.c = np.zeros(128, np.float32)
        self.context = np.zeros(_CONTEXT, np.int16)


class SileroBatch:
    """Owned by the event loop. `submit` windows; results come back on the loop, in order per speaker."""

    def __init__(self, path: Path | None = None, *, coalesce_ms: float = 12.0, inline: bool = False) -> None:
        """`coalesce_ms`: how long the first window waits for company. `inline`: no thread, for tests."""
        self._session = load_batched(path or silero_path())
        self._coalesce = coalesce_ms / 1000
        self._inline = inline
        self._pending: dict[Speaker, None] = {}
        self._busy = False
        self._armed = False
        self._thread = ThreadPoolExecutor(1, "silero")
        self.batches = 0
        self.windows = 0
        self.dropped = 0

    def submit(self, speaker: Speaker, windows: list[NDArray[np.int16]]) -> None:
        """Queue windows of 512 samples; returns at once."""
        speaker.waiting.extend(windows)
        while len(speaker.waiting) > _MOST_WAITING:
            speaker.waiting.popleft()
            self.dropped += 1
        self._pending[speaker] = None
        if self._inline:
            self._deliver(self._compute(self._take()))
        elif not self._busy and not self._armed:
            self._armed = True
            asyncio.get_running_loop().call_later(self._coalesce, self._launch)

    def reset(self, speaker: Speaker) -> None:
        """Forget the speaker's past and what waits of it."""
        speaker.waiting.clear()
        speaker.generation += 1
        speaker.clear()
        self._pending.pop(speaker, None)

    async def aclose(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)

    # --- inside -----------------------------------------------------------------------------------------------

    def _take(self) -> "list[_Job]":
        jobs = [_Job(speaker, list(speaker.waiting)) for speaker in self._pending if speaker.waiting]
        for job in jobs:
            job.speaker.waiting.clear()
        self._pending.clear()
        return jobs

    def _launch(self) -> None:
        self._armed = False
        jobs = self._take()
        if not jobs:
            return
        self._busy = True
        loop = asyncio.get_running_loop()
        self._thread.submit(self._compute, jobs).add_done_callback(
            lambda done: loop.is_closed() or loop.call_soon_threadsafe(self._finished, done.result())
        )

    def _finished(self, jobs: "list[_Job]") -> None:
        self._busy = False
        self._deliver(jobs)
        if self._pending and not self._armed:
            self._armed = True
            asyncio.get_running_loop().call_later(self._coalesce, self._launch)

    def _deliver(self, jobs: "list[_Job]") -> None:
        for job in jobs:
            speaker = job.speaker
            if job.generation == speaker.generation:
                speaker.h, speaker.c, speaker.context = job.h, job.c, job.context
                for probability in job.probabilities:
                    if job.generation == speaker.generation:
                        speaker.on_probability(probability)

    def _compute(self, jobs: "list[_Job]") -> "list[_Job]":
        """In the worker thread: a batch of every job's first windows, then of their second, and so on."""
        step = 0
        active = jobs
        while active:
            self.batches += 1
            self.windows += len(active)
            rows = np.empty((len(active), _CONTEXT + WINDOW), np.int16)
            for row, job in zip(rows, active, strict=True):
                row[:_CONTEXT] = job.context
                row[_CONTEXT:] = job.windows[step]
                job.context = job.windows[step][-_CONTEXT:]
            probabilities, h, c = self._session.run(  # type: ignore[attr-defined]
                None,
                {
                    "input": rows.astype(np.float32) / 32768.0,
                    "h": np.stack([job.h for job in active])[None],
                    "c": np.stack([job.c for job in active])[None],
                },
            )
            for place, job in enumerate(active):
                job.h, job.c = h[0, place], c[0, place]
                job.probabilities.append(float(probabilities[place]))
            step += 1
            active = [job for job in active if len(job.windows) > step]
        return jobs


class _Job:
    """A speaker's waiting windows, with copies of the state that the worker may change."""

    __slots__ = ("c", "context", "generation", "h", "probabilities", "speaker", "windows")

    def __init__(self, speaker: Speaker, windows: list[NDArray[np.int16]]) -> None:
        self.speaker = speaker
        self.windows = windows
        self.generation = speaker.generation
        self.h, self.c, self.context = speaker.h, speaker.c, speaker.context
        self.probabilities: list[float] = []
