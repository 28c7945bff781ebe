"""When does the learner speak? A cheap gate, Silero behind it, and a segmenter that decides.

A block of 20 ms is handled inline where it arrives. While the gate is closed nothing is resampled and no model
runs; only the last raw blocks are kept, so that the first syllable is never lost.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum

import numpy as np

from audio.gate import Gate
from audio.pcm import Resampler, Samples
from audio.silero import WINDOW, SileroBatch, Speaker

EAR_RATE = 16_000
_BLOCK_MS = 20
_KEPT_BLOCKS = 30
"""Raw blocks kept while the gate is closed: 600 ms, more than any prefix padding in use needs."""
_HANGOVER_BLOCKS = 20
"""The gate stays open 400 ms after it last saw something."""
_WARM_UP_WINDOWS = 3
"""Windows of the past that Silero hears before the block that opened the gate."""
_TAIL_MS = 200
"""Sound delivered after the end of speech, for the recogniser's last phoneme."""


class Change(Enum):
    STARTED = "started"
    STOPPED = "stopped"


class Segmenter:
    """Window probabilities in, starts and stops out; pure. One window is 32 ms.

    Hysteresis: speech starts with two windows in a row at `threshold` or more (or one that is nearly certain)
    and stops after `OFFSET_WINDOWS` under `threshold - 0.15`.
    """

    OFFSET_WINDOWS = 4
    CERTAIN = 0.93

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.speaking = False
        self._run = 0
        self._quiet = 0

    def process(self, probability: float) -> tuple[Change, int] | None:
        """A change and how many windows ago its moment was: the start of the first speech window, or the end
        of the last one."""
        if not self.speaking:
            self._run = self._run + 1 if probability >= self.threshold else 0
            if self._run >= 2 or (self._run and probability >= self.CERTAIN):
                since, self._run, self._quiet = self._run, 0, 0
                self.speaking = True
                return Change.STARTED, since
            return None
        self._quiet = self._quiet + 1 if probability < max(self.threshold - 0.15, 0.05) else 0
        if self._quiet >= self.OFFSET_WINDOWS:
            self.speaking = False
            return Change.STOPPED, self._quiet
        return None

    def reset(self) -> None:
        self.speaking = False
        self._run = self._quiet = 0


class Listener:
    """One session's ear for voice. `feed` it; it calls back on the event loop.

    `on_started(start_ms)` and `on_stopped(end_ms)` are in ms of all input so far, backdated to the real moment.
    `on_audio` gets 16 kHz sound: from `prefix_padding_ms` before a start until a little after the stop, never
    the same sample twice; with `deliver_all` it gets everything and nothing is detected.
    """

    def __init__(
        self,
        rate: int,
        silero: SileroBatch,
        *,
        threshold: float = 0.5,
        prefix_padding_ms: int = 300,
        on_started: Callable[[int], None],
        on_audio: Callable[[Samples], None],
        on_stopped: Callable[[int], None],
    ) -> None:
        """`rate`: 8000, 16000, 24000 or 48000 Hz."""
        self.rate = rate
        self.prefix_padding_ms = prefix_padding_ms
        self.deliver_all = False
        self._silero = silero
        self._speaker = Speaker(self._on_probability)
        self._segmenter = Segmenter(threshold)
        self._on_started, self._on_audio, self._on_stopped = on_started, on_audio, on_stopped
        self._gate = Gate(rate)
        self._block = rate * _BLOCK_MS // 1000
        self._rest: Samples | None = None
        self._raw: deque[Samples] = deque(maxlen=_KEPT_BLOCKS)
        self._fed = 0
        """Input samples in whole blocks."""
        self._open_blocks = 0
        self._resampler: Resampler | None = None
        self._window_rest = np.zeros(0, np.int16)
        self._recent: deque[Samples] = deque()
        self._end16 = 0
        """16 kHz position, in session samples, after the last resampled one."""
        self._judged16 = 0
        """16 kHz position after the last window that Silero has judged."""
        self._delivered16 = 0
        self._deliver_until16 = 0

    @property
    def threshold(self) -> float:
        return self._segmenter.threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._segmenter.threshold = value

    @property
    def speaking(self) -> bool:
        return self._segmenter.speaking

    @property
    def now_ms(self) -> int:
        """Length of all input so far."""
        return self._fed * 1000 // self.rate

    def close(self) -> None:
        self._silero.reset(self._speaker)

    def feed(self, samples: Samples) -> None:
        """Any number of samples at `rate`."""
        if self._rest is not None:
            samples = np.concatenate((self._rest, samples))
            self._rest = None
        block, size = self._block, len(samples)
        if size == block:
            self._take(samples)
            return
        whole = size - size % block
        for start in range(0, whole, block):
            self._take(samples[start : start + block])
        if whole < size:
            self._rest = samples[whole:]

    # --- inside -----------------------------------------------------------------------------------------------

    def _take(self, block: Samples) -> None:
        self._fed += len(block)
        if self.deliver_all:
            self._open(())
            self._on_audio(self._resample(block))
            return
        if self._segmenter.speaking or self._gate.opens(block):
            self._open_blocks = _HANGOVER_BLOCKS
        elif self._open_blocks:
            self._open_blocks -= 1
        if self._open_blocks:
            if self._resampler is None:
                self._open(self._raw)
                self._raw.clear()
            self._listen(self._resample(block))
        else:
            if self._resampler is not None:
                self._shut()
            self._raw.append(block)

    def _open(self, past: "deque[Samples] | tuple[Samples, ...]") -> None:
        """Begin to resample; the kept blocks become the pre-roll."""
        if self._resampler is not None:
            return
        self._resampler = Resampler(self.rate, EAR_RATE, low_delay=True)
        kept = sum(len(raw) for raw in past)
        block = 0 if self.deliver_all else self._block
        self._end16 = max(0, (self._fed - block - kept) * EAR_RATE // self.rate)
        if not past:
            self._judged16 = self._end16
            return
        before = self._resample(np.concatenate(tuple(past)))
        warm = min(len(before), _WARM_UP_WINDOWS * WINDOW)
        self._recent.append(before)
        self._judged16 = self._end16 - warm
        self._window_rest = before[len(before) - warm :]

    def _shut(self) -> None:
        self._resampler = None
        self._silero.reset(self._speaker)
        self._segmenter.reset()
        self._recent.clear()
        self._window_rest = np.zeros(0, np.int16)

    def _resample(self, block: Samples) -> Samples:
        assert self._resampler is not None
        sound = self._resampler.feed(block)
        self._end16 += len(sound)
        return sound

    def _listen(self, sound: Samples) -> None:
        self._recent.append(sound)
        if self._segmenter.speaking or self._end16 - len(sound) < self._deliver_until16:
            self._deliver()
        else:
            self._trim()
        waiting = np.concatenate((self._window_rest, sound)) if len(self._window_rest) else sound
        whole = len(waiting) - len(waiting) % WINDOW
        self._window_rest = waiting[whole:]
        if whole:
            windows = [waiting[start : start + WINDOW] for start in range(0, whole, WINDOW)]
            self._silero.submit(self._speaker, windows)

    def _trim(self) -> None:
        """Keep as much as a start could still ask for: the padding, and what Silero has not judged yet."""
        oldest = self._judged16 - (self.prefix_padding_ms + 100) * EAR_RATE // 1000
        start = self._end16 - sum(len(sound) for sound in self._recent)
        while self._recent and start + len(self._recent[0]) < oldest:
            start += len(self._recent.popleft())

    def _deliver(self) -> None:
        """Hand over everything that was kept and not handed over yet."""
        start = self._end16 - sum(len(sound) for sound in self._recent)
        for sound in self._recent:
            fresh = sound[max(0, self._delivered16 - start) :]
            start += len(sound)
            if len(fresh):
                self._on_audio(fresh)
        self._delivered16 = self._end16
        self._recent.clear()

    def _on_probability(self, probability: float) -> None:
        self._judged16 += WINDOW
        change = self._segmenter.process(probability)
        if change is None:
            return
        kind, windows = change
        moment = max(0, self._judged16 - windows * WINDOW)
        if kind is Change.STARTED:
            self._on_started(moment * 1000 // EAR_RATE)
            self._delivered16 = max(self._delivered16, moment - self.prefix_padding_ms * EAR_RATE // 1000)
            self._deliver()
        else:
            self._deliver_until16 = moment + _TAIL_MS * EAR_RATE // 1000
            self._on_stopped(moment * 1000 // EAR_RATE)
