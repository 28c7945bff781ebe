"""One session's recording while it runs: sound is noted on the event loop, and put together by a worker."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from tutor.recordings.opus_file import OpusFile
from tutor.recordings.timeline import LATE, Timeline

_EVERY = 0.5
"""Seconds of talk after which the worker gets what was noted."""
_MOST_BYTES = 8 << 20
"""That may wait for a slow disk: more than a minute of both sides."""
_PATIENCE = 10.0
"""Seconds that the end of a session waits for the disk."""
_log = structlog.get_logger(__name__)


class SoundRecorder:
    """Implements `tutor.conversation.ports.Recorder`. Whatever goes wrong ends the recording, never the session."""

    def __init__(self, session_id: str, file: OpusFile, begins: float, workers: Executor) -> None:
        """`begins`: where in the talk the file begins, in seconds."""
        self.session_id = session_id
        self.running = True
        self.begins = begins
        self.on_stopped: Callable[[], None] = lambda: None
        """Called when it ends before its session."""
        self.size = 0
        """Bytes on the disk, after the last write."""
        self._file, self._workers = file, workers
        self._timeline = Timeline(begins + file.seconds)
        self._noted: list[Callable[[], None]] = []
        self._bytes = 0
        self._at = self._given = begins + file.seconds
        self._work: asyncio.Future[None] | None = None

    @property
    def until(self) -> float:
        """Where in the talk the file ends."""
        return self.begins + self.seconds

    @property
    def seconds(self) -> float:
        return self._file.seconds

    def learner(self, at: float, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        sound = np.frombuffer(bytes(pcm), "<i2")  # a copy: the door may use its buffer again
        self._note(at, len(pcm), partial(self._timeline.learner, at, sound, rate))

    def companion(self, at: float, pcm: NDArray[np.int16], rate: int) -> None:
        self._note(None, pcm.nbytes, partial(self._timeline.companion, at, pcm, rate))

    def hush(self, at: float) -> None:
        self._note(at, 0, partial(self._timeline.hush, at))

    def stop(self) -> None:
        """It is wanted no longer; `close` comes next."""
        if self.running:
            self.running = False
            self.on_stopped()

    async def close(self) -> None:
        """Take down the rest; the file is whole then. Never raises."""
        self.running = False
        try:
            async with asyncio.timeout(_PATIENCE):
                if self._work is not None:
                    await asyncio.wait([self._work])
                await self._in_worker(partial(self._finish, self._noted, self._at))
        except Exception as error:  # of encoder or disk; what is there is there
            _log.warning(
                "recording.not_closed", session_id=self.session_id, reason=str(error) or type(error).__name__
            )

    def _note(self, at: float | None, size: int, act: Callable[[], None]) -> None:
        """`at`: it is now that moment of the talk."""
        if not self.running:
            return
        self._noted.append(act)
        self._bytes += size
        self._at = max(self._at, at or 0.0)
        if self._bytes > _MOST_BYTES:
            self._give_up("the disk or the processor is too slow")
        elif self._at - self._given >= _EVERY and self._work is None:
            noted, self._noted, self._given = self._noted, [], self._at
            self._bytes = 0
            self._work = self._in_worker(partial(self._take_down, noted, self._at - LATE))
            self._work.add_done_callback(self._taken_down)

    def _in_worker(self, work: Callable[[], None]) -> "asyncio.Future[Any]":
        return asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _taken_down(self, work: "asyncio.Future[None]") -> None:
        self._work = None
        error = None if work.cancelled() else work.exception()
        if error is not None and self.running:
            self._give_up(str(error) or type(error).__name__)

    def _give_up(self, reason: str) -> None:
        self._noted.clear()
        _log.error("recording.stopped", session_id=self.session_id, reason=reason)
        self.stop()

    # --- in the worker ----------------------------------------------------------------------------------------

    def _take_down(self, noted: list[Callable[[], None]], until: float) -> None:
        for act in noted:
            act()
        self._file.write(self._timeline.take(until))
        self.size = self._file.size

    def _finish(self, noted: list[Callable[[], None]], until: float) -> None:
        try:
            self._take_down(noted, until)
        finally:
            self._file.close()
            self.size = self._file.size
