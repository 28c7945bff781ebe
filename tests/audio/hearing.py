"""Recorded speech in noise, and how well a `Listener` hears it: the measuring side of the VAD tests.

The truth comes from the clean recordings: a stretch of 10 ms is speech if its level, without the bass, is well over that of
the recording's pauses. (With the bass, breath on the microphone after "meters" and "two" would be speech.) All noise is made from fixed seeds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import soxr

from audio.pcm import Samples, decode_ulaw, encode_ulaw
from audio.silero import SileroBatch
from audio.vad import Listener
from tests.speech import read_wav

RATE = 16_000
LEAD_MS, TAIL_MS = 1500, 1500
_STRETCH = 160
_LOWEST_HZ = 300
_OVER_PAUSES_DB = 12.0
_LONGEST_INNER_PAUSE = 40
"""Stretches (400 ms): shorter pauses between words count as speech."""
_NEAR = 30
"""Stretches around speech (300 ms) that count neither as speech nor as silence."""
CLIPS = (
    "austen_0870", "austen_0880", "austen_0890", "austen_0920", "austen_0930",
    "cards_001", "cards_003", "cards_005", "goforward", "numbers",
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """Sound at 16 kHz, and which stretches of 10 ms are voiced according to the clean recording."""

    sound: Samples
    voiced: np.ndarray

    @property
    def first_ms(self) -> int:
        return int(np.flatnonzero(self.voiced)[0]) * 10

    @property
    def last_ms(self) -> int:
        return (int(np.flatnonzero(self.voiced)[-1]) + 1) * 10


def levels_db(sound: np.ndarray) -> np.ndarray:
    """Level of each 10 ms in dBFS."""
    stretches = sound[: len(sound) // _STRETCH * _STRETCH].reshape(-1, _STRETCH).astype(float) / 32768
    return np.asarray(10 * np.log10(np.mean(stretches**2, axis=1) + 1e-12))


def voiced(clean: Samples) -> np.ndarray:
    """Which 10 ms of a clean recording are speech: loud for at least 30 ms of any 50, by its own pauses."""
    spectrum = np.fft.rfft(clean)
    spectrum[: len(clean) * _LOWEST_HZ // RATE] = 0
    levels = levels_db(np.fft.irfft(spectrum, len(clean)))
    loud = levels > np.percentile(levels, 10) + _OVER_PAUSES_DB
    return np.asarray(loud & (np.convolve(loud, np.ones(5), "same") >= 3))


def scene(name: str, noise: str = "none", snr_db: float = np.inf, gain: float = 1.0) -> Scene:
    """The recording `name` after 1.5 s and before 1.5 s of nothing but the noise."""
    clean = (read_wav(name).astype(float) * gain).astype(np.int16)
    pads = LEAD_MS * 16, TAIL_MS * 16
    truth = np.pad(voiced(clean), (LEAD_MS // 10, TAIL_MS // 10 + 1))
    speech = np.pad(clean, pads).astype(float)
    if noise != "none":
        power = np.mean(clean.astype(float)[np.repeat(voiced(clean), _STRETCH).nonzero()[0]] ** 2)
        speech += make_noise(noise, len(speech), but=name) * np.sqrt(power / 10 ** (snr_db / 10))
    else:
        speech += make_noise("white", len(speech), but=name) * 15.0
    return Scene(np.clip(speech, -32768, 32767).astype(np.int16), truth)


def make_noise(kind: str, length: int, *, but: str = "", seed: int = 5) -> np.ndarray:
    """Noise of power one: white, pink, hum (mains with harmonics), or babble of all recordings but one."""
    random = np.random.default_rng(seed)
    if kind == "white":
        noise = random.standard_normal(length)
    elif kind == "pink":
        spectrum = np.fft.rfft(random.standard_normal(length))
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 50)), length)
    elif kind == "hum":
        time = np.arange(length) / RATE
        noise = np.zeros(length)
        for k in (1, 2, 3, 5, 7, 9):
            noise += np.sin(2 * np.pi * 50 * k * time + k) / k
        noise = noise + 0.05 * random.standard_normal(length)
    elif kind == "babble":
        noise = np.zeros(length)
        for clip in [clip for clip in CLIPS if clip != but] * 3:
            voice = read_wav(clip).astype(float)
            voice = np.tile(voice / np.std(voice), length // len(voice) + 2)
            noise += np.roll(voice, int(random.integers(len(voice))))[:length]
    else:
        raise ValueError(kind)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def phone(sound: Samples) -> Samples:
    """What a telephone makes of it: 8 kHz through mu-law."""
    return decode_ulaw(encode_ulaw(soxr.resample(sound, RATE, 8000, "HQ")))


@dataclass
class Heard:
    """What a listener said about a scene."""

    segments: list[tuple[int, int]] = field(default_factory=list)
    """(start_ms, end_ms) as reported."""
    told: list[tuple[int, int]] = field(default_factory=list)
    """Input position in ms when a start, and when a stop, was reported."""
    audio: list[Samples] = field(default_factory=list)

    def covered(self, length: int) -> np.ndarray:
        """Which 10 ms are inside a segment; the pauses that recognition would not notice are bridged."""
        mask = np.zeros(length, bool)
        previous = None
        for start, end in self.segments:
            if previous is not None and start - previous <= _LONGEST_INNER_PAUSE * 10:
                start = previous
            mask[start // 10 : -(-end // 10)] = True
            previous = end
        return mask


def listen(
    sound: Samples,
    rate: int = RATE,
    *,
    silero: SileroBatch,
    chunk_ms: float = 20,
    threshold: float = 0.5,
    prefix_padding_ms: int = 300,
) -> Heard:
    """Feed a listener inline, in chunks of `chunk_ms`."""
    heard = Heard()
    starts: list[tuple[int, int]] = []

    def started(ms: int) -> None:
        starts.append((ms, listener.now_ms))

    def stopped(ms: int) -> None:
        start, told = starts.pop()
        heard.segments.append((start, ms))
        heard.told.append((told, listener.now_ms))

    listener = Listener(
        rate,
        silero,
        threshold=threshold,
        prefix_padding_ms=prefix_padding_ms,
        on_started=started,
        on_audio=heard.audio.append,
        on_stopped=stopped,
    )
    for chunk in chunks(sound, round(rate * chunk_ms / 1000)):
        listener.feed(chunk)
    if starts:
        stopped(listener.now_ms)
    listener.close()
    return heard


def chunks(sound: Samples, size: int) -> Iterator[Samples]:
    for start in range(0, len(sound), size):
        yield sound[start : start + size]


def shares(found: Scene, covered: np.ndarray) -> tuple[float, float]:
    """Missed speech, and false speech."""
    length = min(len(found.voiced), len(covered))
    voiced, covered = found.voiced[:length], covered[:length]
    near = np.convolve(voiced, np.ones(2 * _NEAR + 1), "same") > 0
    return float(1 - covered[voiced].mean()), float(covered[~near].mean())
