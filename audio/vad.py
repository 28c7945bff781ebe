"""When does the learner speak? A cheap gate, Silero behind it, and a segmenter that decides.

A block of 20 ms is handled inline where it arrives. While the gate is closed nothing is resampled and no model
runs; only the last raw blocks are kept, so that the first syllable is never lost.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from audio.gate import Gate
from audio.pcm import Resampler, Samples
from audio.segmenter import Change, Levels, Segmenter, levels_of, true_end, true_start
from audio.silero import WINDOW, SileroBatch, Speaker

EAR_RATE = 16_000
_MS = EAR_RATE // 1000
_BLOCK_MS = 20
_ONSET_MS = 300
"""How long before the gate saw anything speech may have begun; kept besides the prefix padding."""
_HANGOVER_BLOCKS = 20
"""The gate stays open 400 ms after it last saw something."""
_WARM_UP_WINDOWS = 3
"""Windows of the past that Silero hears before the block that opened the gate."""
_TAIL_MS = 200
"""Sound delivered after the end of speech, for the recogniser's last phoneme."""
_LOOK_BACK_MS = 600
"""Judged sound that is kept to find the exact start and end of speech in."""
_MOST_KEPT_MS = 10_000
"""Sound kept for a Silero that does not answer."""
_STRETCH = 10 * _MS


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
        self._silero = silero
        self._speaker = Speaker(self._on_probability)
        self._segmenter = Segmenter(threshold)
        self._on_started, self._on_audio, self._on_stopped = on_started, on_audio, on_stopped
        self._gate = Gate(rate)
        self._block = rate * _BLOCK_MS // 1000
        self._rest: Samples | None = None
        self._raw: deque[Samples] = deque()
        self._deliver_all = False
        self._fed = 0
        """Input samples in whole blocks."""
        self._open_blocks = 0
        self._resampler: Resampler | None = None
        self._window_rest = np.zeros(0, np.int16)
        self._recent: deque[Samples] = deque()
        """16 kHz sound from `_recent_start16` to `_end16`: what may still be asked for."""
        self._recent_start16 = 0
        self._end16 = 0
        """16 kHz position, in session samples, after the last resampled one."""
        self._judged16 = 0
        """16 kHz position after the last window that Silero has judged."""
        self._stopped16 = 0
        self._delivered16 = 0
        self._deliver_until16 = 0
        self.prefix_padding_ms = prefix_padding_ms

    @property
    def threshold(self) -> float:
        return self._segmenter.threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._segmenter.threshold = value

    @property
    def prefix_padding_ms(self) -> int:
        return self._prefix_padding_ms

    @prefix_padding_ms.setter
    def prefix_padding_ms(self, value: int) -> None:
        self._prefix_padding_ms = value
        self._raw = deque(self._raw, maxlen=(value + _ONSET_MS) // _BLOCK_MS)

    @property
    def deliver_all(self) -> bool:
        """Manual turns: hand over all sound and detect nothing. A segment that is open ends without a word."""
        return self._deliver_all

    @deliver_all.setter
    def deliver_all(self, value: bool) -> None:
        if value != self._deliver_all:
            self._shut()
            self._raw.clear()
            self._deliver_all = value

    @property
    def speaking(self) -> bool:
        return self._segmenter.speaking

    @property
    def now_ms(self) -> int:
        """Length of all input so far."""
        rest = 0 if self._rest is None else len(self._rest)
        return (self._fed + rest) * 1000 // self.rate

    def close(self) -> None:
        """Nothing is reported any more."""
        self._shut()

    def feed(self, samples: Samples) -> None:
        """Any number of samples at `rate`. They are copied where they are kept."""
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
            self._rest = samples[whole:].copy()

    # --- inside -----------------------------------------------------------------------------------------------

    def _take(self, block: Samples) -> None:
        self._fed += len(block)
        if self._deliver_all:
            if self._resampler is None:
                self._resampler = Resampler(self.rate, EAR_RATE, low_delay=True)
            self._on_audio(self._resampler.feed(block.copy()))
            return
        block = block.copy()  # it may be a view of a network buffer that is used again
        if self._segmenter.speaking or self._gate.opens(block):
            self._open_blocks = _HANGOVER_BLOCKS
        elif self._open_blocks:
            self._open_blocks -= 1
        if self._open_blocks:
            if self._resampler is None:
                self._open(len(block))
            self._listen(self._resample(block))
        elif self._resampler is not None:
            if self._awaited:
                self._listen(self._resample(block))
            else:
                self._shut()
        self._raw.append(block)

    @property
    def _awaited(self) -> bool:
        """Silero has windows of ours that it has not judged yet; the gate must not shut on them."""
        return self._end16 - self._judged16 - len(self._window_rest) >= WINDOW

    def _open(self, coming: int) -> None:
        """Begin to resample; the kept blocks become the pre-roll. `coming`: samples fed but not kept yet."""
        self._resampler = Resampler(self.rate, EAR_RATE, low_delay=True)
        kept = sum(len(raw) for raw in self._raw)
        self._end16 = self._recent_start16 = (self._fed - coming - kept) * EAR_RATE // self.rate
        before = self._resample(np.concatenate(self._raw)) if kept else self._window_rest
        warm = min(len(before), _WARM_UP_WINDOWS * WINDOW)
        self._recent.append(before)
        self._judged16 = self._end16 - warm
        self._window_rest = before[len(before) - warm :]

    def _shut(self) -> None:
        self._resampler = None
        self._open_blocks = 0
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
        self._trim()
        rest = self._window_rest
        waiting = np.concatenate((rest, sound)) if len(rest) else sound
        whole = len(waiting) - len(waiting) % WINDOW
        self._window_rest = waiting[whole:]
        if whole:
            windows = [waiting[start : start + WINDOW] for start in range(0, whole, WINDOW)]
            self._silero.submit(self._speaker, windows)

    def _trim(self) -> None:
        """Keep what a start could still ask for: the padding, and what Silero has not judged yet."""
        asked = self._judged16 - max(_LOOK_BACK_MS, self._prefix_padding_ms + _ONSET_MS) * _MS
        oldest = max(asked, self._end16 - _MOST_KEPT_MS * _MS)
        recent = self._recent
        while recent and self._recent_start16 + len(recent[0]) <= oldest:
            self._recent_start16 += len(recent.popleft())

    def _deliver(self) -> None:
        """Hand over everything that was kept and not handed over yet."""
        missing = self._end16 - self._delivered16
        self._delivered16 = self._end16
        last = self._recent[-1]
        if missing <= len(last):
            self._on_audio(last[len(last) - missing :])
            return
        sound = np.concatenate(self._recent)
        self._on_audio(sound[max(0, len(sound) - missing) :])

    def _on_probability(self, probability: float | None) -> None:
        self._judged16 += WINDOW
        if probability is None:
            return
        moment = self._segmenter.process(probability)
        if moment is None:
            return
        judged = self._judged16 - moment.windows * WINDOW
        most = (moment.doubtful + 1) * WINDOW // _STRETCH
        if moment.change is Change.STARTED:
            start = max(self._exactly(judged, most, true_start), self._stopped16)
            self._delivered16 = max(self._delivered16, start - self._prefix_padding_ms * _MS)
            generation = self._speaker.generation
            self._on_started(start // _MS)
            if generation == self._speaker.generation:
                self._deliver()
        else:
            self._stopped16 = self._exactly(judged, most, true_end)
            self._deliver_until16 = max(judged, self._stopped16) + _TAIL_MS * _MS
            self._on_stopped(self._stopped16 // _MS)

    def _exactly(self, moment: int, most: int, find: Callable[[Levels, int, int], int]) -> int:
        """What `find` makes of a 16 kHz position, from the levels around it; it goes `most` stretches away."""
        before = min(moment - self._recent_start16, _LOOK_BACK_MS * _MS) // _STRETCH
        after = (self._judged16 - moment) // _STRETCH
        if before <= 0:
            return max(0, moment)
        first = moment - before * _STRETCH
        skip = first - self._recent_start16
        sound = np.concatenate(self._recent)[skip : skip + (before + after) * _STRETCH]
        return first + find(levels_of(sound, _STRETCH), before, most) * _STRETCH
