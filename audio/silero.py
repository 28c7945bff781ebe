"""Silero VAD for many sessions at once: all windows that wait are one batch, in one worker thread.

The ONNX file comes with faster-whisper. As shipped it takes a *sequence* of windows of one speaker; turning two
transpositions around its LSTM makes the first dimension a *batch* of speakers (a test proves that the
probabilities are the same). Measured here (`python -m bench.vad`, one thread of a 2-core cloud machine), a window
of 32 ms costs about 105 us alone, 61 us in a batch of 10, and 57 us in one of 50 or 200; of it the model itself
takes 85, 55, 53 and 53 us.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import ModelError
from audio.onnx_session import one_threaded
from audio.pcm import Samples

WINDOW = 512
"""Samples of one window at 16 kHz: 32 ms."""
_CONTEXT = 64
"""Samples of the window before that the model sees too."""
_STATE = 128
_MOST_WAITING = 64
"""Windows (2 s) that one speaker may wait for; then the oldest are skipped and counted."""
_PER_RUN = 8
"""Windows of one speaker in one go of the worker, so that who catches up does not hold up the others."""
_LONGEST_COALESCE_MS = 32.0
_SCALE = np.float32(1 / 32768)
_LSTM_WANTS = {"/Transpose": (2, 0, 1), "/decoder/Transpose": (0, 2, 1)}
"""Axes that bring [speaker, feature, 1] to [1, speaker, feature], and the LSTM's output, [speaker, feature] after
a squeeze, to [speaker, feature, 1]."""


def silero_path() -> Path:
    """Where faster-whisper keeps the model. Raises ModelError if it is not there."""
    import faster_whisper

    path = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    if not path.is_file():
        raise ModelError(f"The Silero VAD model is not at {path}; install faster-whisper 1.2.1 or newer.")
    return path


def load_batched(path: Path) -> Any:
    """An onnxruntime session that takes input[B,576], h[1,B,128], c[1,B,128] and gives probabilities[B].

    Raises ModelError if the graph is not the one of Silero v6.
    """
    import onnx

    model = onnx.load(str(path))
    turned = [node for node in model.graph.node if node.name in _LSTM_WANTS]
    if len(turned) != len(_LSTM_WANTS):
        raise ModelError(f"{path} is not the Silero VAD v6 that this version of Viva knows.")
    for node in turned:
        node.attribute[0].ints[:] = _LSTM_WANTS[node.name]
    for value in (*model.graph.input, *model.graph.output):
        if value.name in ("h", "c", "hn", "cn"):
            value.type.tensor_type.shape.dim[1].dim_param = "batch"
    return one_threaded(model.SerializeToString())


class Speaker:
    """One session's state in the model, and what to call with each window's probability, in order."""

    def __init__(self, on_probability: Callable[[float | None], None]) -> None:
        """`on_probability` gets None for a window that was skipped, because inference fell behind or failed."""
        self.on_probability = on_probability
        self.waiting: deque[Samples] = deque()
        self.skipped = 0
        """Windows skipped before the first of those that wait."""
        self.generation = 0
        """Results of windows from before `reset` are dropped by comparing this."""
        self.clear()

    def clear(self) -> None:
        self.h = np.zeros(_STATE, np.float32)
        self.c = np.zeros(_STATE, np.float32)
        self.context = np.zeros(_CONTEXT, np.int16)


class SileroBatch:
    """Owned by the event loop. `submit` windows; results come back on the loop, in order per speaker."""

    def __init__(self, path: Path | None = None, *, coalesce_ms: float = 12.0, inline: bool = False) -> None:
        """`coalesce_ms`, at most 32: how long the first window waits for company. `inline`: no thread and no
        loop, results before `submit` returns; for tests and benches. Raises ModelError."""
        self._session = load_batched(path or silero_path())
        self._coalesce = min(coalesce_ms, _LONGEST_COALESCE_MS) / 1000
        self._inline = inline
        self._pending: dict[Speaker, None] = {}
        self._busy = False
        self._armed = False
        self._closed = False
        self._thread = ThreadPoolExecutor(1, "silero")
        self._make_room(8)
        self.batches = 0
        self.windows = 0
        self.dropped = 0
        """Windows that were skipped because inference fell behind."""
        self.failures = 0
        """Runs of the model that raised."""

    async def start(self) -> None:
        """Run the model once, so that nobody waits for its first time. Optional."""
        job = _Job(Speaker(lambda _: None), 1)
        job.windows.append(np.zeros(WINDOW, np.int16))
        await asyncio.get_running_loop().run_in_executor(self._thread, self._compute, [job])

    def submit(self, speaker: Speaker, windows: list[Samples]) -> None:
        """Queue windows of 512 samples; returns at once. The arrays must not change any more."""
        if self._closed:
            return
        waiting = speaker.waiting
        waiting.extend(windows)
        if len(waiting) > _MOST_WAITING and not self._inline:
            self._skip_oldest(speaker)
        self._pending[speaker] = None
        if self._inline:
            while self._pending:
                self._deliver(self._compute(self._take()))
        elif not self._busy:
            self._arm()

    def reset(self, speaker: Speaker) -> None:
        """Forget the speaker's past and what waits of it; nothing from before is reported any more."""
        speaker.waiting.clear()
        speaker.skipped = 0
        speaker.generation += 1
        speaker.clear()
        self._pending.pop(speaker, None)

    async def aclose(self) -> None:
        """Wait for the running batch; report nothing more."""
        self._closed = True
        self._pending.clear()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)

    # --- on the event loop ------------------------------------------------------------------------------------

    def _skip_oldest(self, speaker: Speaker) -> None:
        behind = len(speaker.waiting) - _MOST_WAITING
        for _ in range(behind):
            speaker.waiting.popleft()
        speaker.skipped += behind
        self.dropped += behind

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            asyncio.get_running_loop().call_later(self._coalesce, self._launch)

    def _launch(self) -> None:
        self._armed = False
        if self._closed or not (jobs := self._take()):
            return
        self._busy = True
        loop = asyncio.get_running_loop()

        def tell(done: Future[list[_Job]]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._finished, jobs, done.exception())

        self._thread.submit(self._compute, jobs).add_done_callback(tell)

    def _take(self) -> "list[_Job]":
        """The next windows of everyone who waits; who has more stays pending."""
        jobs = [_Job(speaker, _PER_RUN) for speaker in self._pending if speaker.waiting]
        self._pending = {speaker: None for speaker in self._pending if speaker.waiting}
        return jobs

    def _finished(self, jobs: "list[_Job]", error: BaseException | None) -> None:
        self._busy = False
        if self._closed:
            return
        if error is not None:
            self.failures += 1
            _report("Silero failed; its windows were skipped", error)
            for job in jobs:
                job.probabilities = [None] * len(job.windows)
        self._deliver(jobs)
        if self._pending:
            self._arm()

    def _deliver(self, jobs: "list[_Job]") -> None:
        for job in jobs:
            try:
                job.deliver()
            except Exception as error:
                if self._inline:
                    raise
                _report("A session failed on what Silero told it", error)  # the other sessions go on

    # --- in the worker thread ---------------------------------------------------------------------------------

    def _compute(self, jobs: "list[_Job]") -> "list[_Job]":
        """A batch of every job's first windows, then of their second, and so on."""
        if len(jobs) > len(self._rows):
            self._make_room(2 * len(jobs))
        step, active = 0, jobs
        while active:
            self._run(active, step)
            step += 1
            active = [job for job in active if len(job.windows) > step]
        return jobs

    def _run(self, active: "list[_Job]", step: int) -> None:
        count = len(active)
        rows, h, c = self._rows[:count], self._h[:, :count], self._c[:, :count]
        for place, job in enumerate(active):
            window = job.windows[step]
            rows[place, :_CONTEXT] = job.context
            rows[place, _CONTEXT:] = window
            h[0, place] = job.h
            c[0, place] = job.c
            job.context = window[-_CONTEXT:]
        rows *= _SCALE
        probabilities, new_h, new_c = self._session.run(None, {"input": rows, "h": h, "c": c})
        for job, probability, job_h, job_c in zip(
            active, probabilities.tolist(), new_h[0], new_c[0], strict=True
        ):
            job.probabilities.append(probability)
            job.h, job.c = job_h, job_c
        self.batches += 1
        self.windows += count

    def _make_room(self, count: int) -> None:
        self._rows = np.empty((count, _CONTEXT + WINDOW), np.float32)
        self._h = np.empty((1, count, _STATE), np.float32)
        self._c = np.empty((1, count, _STATE), np.float32)


class _Job:
    """Some of a speaker's windows, and the state that the worker may change."""

    __slots__ = ("c", "context", "generation", "h", "probabilities", "skipped", "speaker", "windows")

    def __init__(self, speaker: Speaker, most: int) -> None:
        waiting = speaker.waiting
        self.speaker = speaker
        self.windows: list[Samples] = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        self.skipped, speaker.skipped = speaker.skipped, 0
        self.generation = speaker.generation
        self.h: NDArray[np.float32] = speaker.h
        self.c: NDArray[np.float32] = speaker.c
        self.context = speaker.context
        self.probabilities: list[float | None] = []

    def deliver(self) -> None:
        """Tell the speaker, unless it was reset meanwhile."""
        speaker = self.speaker
        if self.generation != speaker.generation:
            return
        # copies, because a view would keep the state of the whole batch in memory
        speaker.h, speaker.c, speaker.context = self.h.copy(), self.c.copy(), self.context.copy()
        for probability in (*[None] * self.skipped, *self.probabilities):
            if self.generation == speaker.generation:
                speaker.on_probability(probability)


def _report(message: str, error: BaseException) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})
