"""G.711, PCM16 and resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.errors import BadAudio
from audio.pcm import (
    Resampler,
    decode_alaw,
    decode_ulaw,
    encode_alaw,
    encode_ulaw,
    from_pcm16,
    level_dbfs,
    to_pcm16,
)

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=300).map(lambda values: np.array(values, np.int16))


@pytest.mark.parametrize(
    ("code", "value"), [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xF0, 120)]
)
def test_mu_law_codes_mean_what_the_standard_says(code: int, value: int) -> None:
    assert decode_ulaw(bytes([code]))[0] == value


@pytest.mark.parametrize(("code", "value"), [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256)])
def test_a_law_codes_mean_what_the_standard_says(code: int, value: int) -> None:
    assert decode_alaw(bytes([code]))[0] == value


@given(SAMPLES)
def test_g711_keeps_every_sample_within_its_step(samples: np.ndarray) -> None:
    for decoded in (decode_ulaw(encode_ulaw(samples)), decode_alaw(encode_alaw(samples))):
        wide, back = samples.astype(int), decoded.astype(int)
        assert (np.abs(wide - back) <= np.maximum(16, np.abs(wide) * 0.04 + 16)).all()


@given(st.binary(max_size=400))
def test_pcm16_round_trips_and_odd_bytes_are_refused(data: bytes) -> None:
    if len(data) % 2:
        with pytest.raises(BadAudio):
            from_pcm16(data)
    else:
        assert to_pcm16(from_pcm16(data)) == data


@given(
    st.lists(st.integers(1, 700), min_size=1, max_size=20),
    st.sampled_from([(24000, 16000), (8000, 16000), (22050, 24000), (48000, 16000)]),
)
def test_resampling_in_any_chunks_gives_the_same_sound(chunks: list[int], rates: tuple[int, int]) -> None:
    sound = (np.sin(np.arange(sum(chunks)) * 0.05) * 9000).astype(np.int16)
    whole, pieces = Resampler(*rates), Resampler(*rates)
    at_once = np.concatenate((whole.feed(sound), whole.flush()))
    borders = np.cumsum(chunks)[:-1]
    in_chunks = np.concatenate([*(pieces.feed(part) for part in np.split(sound, borders)), pieces.flush()])
    assert np.abs(at_once.astype(int) - in_chunks.astype(int)).max(initial=0) <= 3  # soxr dithers
    assert len(at_once) == len(in_chunks)


def test_a_resampled_sine_has_no_clicks() -> None:
    resampler = Resampler(24_000, 16_000)
    sound = (np.sin(np.arange(24_000) * 2 * np.pi * 300 / 24_000) * 10_000).astype(np.int16)
    out = np.concatenate([resampler.feed(sound[i : i + 480]) for i in range(0, 24_000, 480)])
    steps = np.abs(np.diff(out[2000:-2000].astype(int)))
    assert steps.max() < 10_000 * 2 * np.pi * 300 / 16_000 * 1.1


def test_silence_is_quiet_and_full_scale_is_zero_db() -> None:
    assert level_dbfs(np.zeros(100, np.int16)) == -120.0
    assert abs(level_dbfs(np.full(100, 32767, np.int16))) < 0.01
