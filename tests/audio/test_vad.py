"""Voice activity on recorded speech, clean and in noise."""

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from audio.pcm import decode_ulaw, encode_ulaw
from audio.silero import WINDOW, SileroBatch, Speaker, silero_path
from audio.vad import Change, Listener, Segmenter
from tests.audio.hearing import CLIPS as ALL_CLIPS
from tests.audio.hearing import listen, scene, shares
from tests.speech import read_wav

CLIPS = ("goforward", "cards_001", "cards_005", "austen_0880", "austen_0930")
QUIET = np.zeros(16_000, np.int16)


@pytest.fixture(scope="module")
def silero() -> SileroBatch:
    return SileroBatch(inline=True)


class Heard:
    def __init__(self, silero: SileroBatch, sound: np.ndarray, rate: int = 16_000, chunk: int = 0) -> None:
        self.starts: list[int] = []
        self.noticed: list[int] = []
        self.stops: list[int] = []
        self.audio: list[np.ndarray] = []
        listener = Listener(
            rate, silero, on_started=self._started, on_audio=self.audio.append, on_stopped=self.stops.append
        )
        self._listener = listener
        chunk = chunk or rate // 50
        for start in range(0, len(sound), chunk):
            listener.feed(sound[start : start + chunk])

    def _started(self, ms: int) -> None:
        self.starts.append(ms)
        self.noticed.append(self._listener.now_ms)


def test_the_batched_model_gives_the_probabilities_of_the_original(silero: SileroBatch) -> None:
    import onnxruntime

    original = onnxruntime.InferenceSession(str(silero_path()), providers=["CPUExecutionProvider"])
    wanted: list[np.ndarray] = []
    got: list[list[float]] = []
    for name in CLIPS[:3]:
        sound = read_wav(name)[: WINDOW * 34]
        windows = sound.reshape(-1, WINDOW)
        context = np.concatenate((np.zeros((1, 64), np.int16), windows[:-1, -64:]))
        zeros = np.zeros((1, 1, 128), np.float32)
        rows = np.concatenate((context, windows), 1).astype(np.float32) / 32768
        wanted.append(original.run(None, {"input": rows, "h": zeros, "c": zeros})[0])
        got.append([])
    speakers = [Speaker(results.append) for results in got]
    for place in range(len(wanted[0])):  # all three in one batch, window by window
        for speaker, name in zip(speakers, CLIPS, strict=False):
            speaker.waiting.append(read_wav(name)[place * WINDOW : (place + 1) * WINDOW])
            silero._pending[speaker] = None
        silero._deliver(silero._compute(silero._take()))
    for expected, probabilities in zip(wanted, got, strict=True):
        assert np.abs(expected - np.array(probabilities)).max() < 1e-4


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("name", CLIPS)
def test_speech_is_noticed_soon_and_its_first_syllable_is_delivered(
    silero: SileroBatch, name: str, rate: int
) -> None:
    sound = np.concatenate((QUIET, read_wav(name), QUIET))
    given = sound if rate == 16_000 else soxr.resample(sound, 16_000, rate).astype(np.int16)
    heard = Heard(silero, given, rate)
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 2500) / 16
    assert heard.starts and heard.stops
    assert abs(heard.starts[0] - loud[0]) < 120
    assert heard.noticed[0] - loud[0] < 180
    assert abs(heard.stops[-1] - loud[-1]) < 250
    delivered = sum(map(len, heard.audio)) / 16
    assert delivered > (heard.stops[-1] - heard.starts[0]) * 0.7 + 300


@pytest.mark.parametrize(
    ("noise", "snr_db", "most_false"),
    [(kind, snr, 0.01) for kind in ("white", "pink", "hum") for snr in (20, 10, 5)] + [("babble", 20, 0.1)],
)
def test_speech_is_heard_in_noise_and_noise_is_not_speech(
    silero: SileroBatch, noise: str, snr_db: float, most_false: float
) -> None:
    rows = []
    for name in CLIPS:
        found = scene(name, noise, snr_db)
        heard = listen(found.sound, silero=silero)
        assert heard.segments, f"{name} was not heard at all"
        rows.append(shares(found, heard.covered(len(found.voiced))))
    missed, false = np.mean(rows, axis=0)
    assert missed < 0.05
    assert false <= most_false


def test_other_voices_do_not_hide_the_learner(silero: SileroBatch) -> None:
    found = [scene(name, "babble", 5) for name in CLIPS]
    missed = [shares(one, listen(one.sound, silero=silero).covered(len(one.voiced)))[0] for one in found]
    assert np.mean(missed) < 0.05


@pytest.mark.parametrize("quiet", [0.3, 0.1])
def test_a_quiet_voice_is_heard(silero: SileroBatch, quiet: float) -> None:
    found = [scene(name, gain=quiet) for name in CLIPS]
    assert all(listen(one.sound, silero=silero).segments for one in found)


@pytest.mark.parametrize("noise", ["none", "pink", "hum"])
def test_no_last_sound_is_cut_off_and_the_end_is_found_soon_after_it(silero: SileroBatch, noise: str) -> None:
    """Such as the soft "f" of "himself" in austen_0930, and the breath after "meters" in goforward."""
    found = [scene(name, noise, 20) for name in ALL_CLIPS]
    late = [listen(one.sound, silero=silero).segments[-1][1] - one.last_ms for one in found]
    assert min(late) >= -30
    assert max(late) <= 80 and np.mean(late) <= 35


def test_a_telephone_line_is_heard_as_well(silero: SileroBatch) -> None:
    for name in CLIPS:
        narrow = soxr.resample(np.concatenate((QUIET, read_wav(name), QUIET)), 16_000, 8000).astype(np.int16)
        assert Heard(silero, decode_ulaw(encode_ulaw(narrow)), 8000).starts


@pytest.mark.parametrize("chunk", [1, 7, 333, 4096])
def test_the_size_of_the_pieces_does_not_matter(silero: SileroBatch, chunk: int) -> None:
    sound = np.concatenate((QUIET[:4000], read_wav("cards_001"), QUIET))
    whole, pieces = Heard(silero, sound), Heard(silero, sound, chunk=chunk)
    assert (whole.starts, whole.stops) == (pieces.starts, pieces.stops)
    assert np.array_equal(np.concatenate(whole.audio), np.concatenate(pieces.audio))


@given(st.lists(st.floats(0, 1)), st.floats(0.1, 0.9))
def test_starts_and_stops_alternate_and_lie_in_the_past(probabilities: list[float], threshold: float) -> None:
    segmenter = Segmenter(threshold)
    last = Change.STOPPED
    for count, probability in enumerate(probabilities, 1):
        change = segmenter.process(probability)
        if change is not None:
            assert change[0] is not last and 0 < change[1] <= count
            last = change[0]
        assert segmenter.speaking == (last is Change.STARTED)
