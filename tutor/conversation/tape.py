"""From the session's clock to the time of the talk, which is the time of its recording."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tutor.conversation.ports import Recorder
from tutor.conversation.talk_time import TalkTime


class Tape:
    """Says where in the talk something was, and tells the recorder of it, if there is one."""

    def __init__(self, time: TalkTime, recorder: Recorder | None, now: Callable[[], float]) -> None:
        self._time, self._recorder, self._now = time, recorder, now

    @property
    def running(self) -> bool:
        return self._recorder is not None and self._recorder.running

    def ms_at(self, moment: float) -> int:
        """Of a clock time, while a client is attached."""
        return round(self._time.at(moment) * 1000)

    def learner(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        if self._recorder is not None:
            self._recorder.learner(self._time.talked, pcm, rate)

    def companion(self, moment: float, pcm: NDArray[np.int16], rate: int) -> None:
        if self._recorder is not None:
            self._recorder.companion(self._time.at(moment), pcm, rate)

    def hush(self) -> None:
        """The companion falls silent now."""
        if self._recorder is not None:
            self._recorder.hush(self._time.at(self._now()))
