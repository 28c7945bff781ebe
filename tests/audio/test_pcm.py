"""G.711, PCM16 and resampling."""

from collections.abc import Callable
from typing import Any

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

Codec = Callable[[Any], Any]
RATES = (8000, 16_000, 22_050, 24_000, 48_000)
SAMPLES = st.lists(st.integers(-32768, 32767), max_size=300).map(lambda values: np.array(values, np.int16))


@pytest.mark.parametrize(
    ("code", "value"), [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xF0, 120)]
)
def test_mu_law_codes_mean_what_the_standard_says(code: int, value: int) -> None:
    assert decode_ulaw(bytes([code]))[0] == value


@pytest.mark.parametrize(("code", "value"), [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256)])
def test_a_law_codes_mean_what_the_standard_says(code: int, value: int) -> None:
    assert decode_alaw(bytes([code]))[0] == value


@pytest.mark.parametrize("encode, decode", [(encode_ulaw, decode_ulaw), (encode_alaw, decode_alaw)])
def test_g711_takes_the_nearest_of_its_256_values_for_every_sample(encode: Codec, decode: Codec) -> None:
    values = np.sort(decode(bytes(range(256))).astype(int))
    samples = np.arange(-32768, 32768)
    error = np.abs(decode(encode(samples.astype(np.int16))).astype(int) - samples)
    after = np.clip(np.searchsorted(values, samples), 1, 255)
    nearest = np.minimum(np.abs(samples - values[after - 1]), np.abs(samples - values[after]))
    assert (error == nearest).all()


@pytest.mark.parametrize("encode, decode", [(encode_ulaw, decode_ulaw), (encode_alaw, decode_alaw)])
def test_g711_survives_any_number_of_hops(encode: Codec, decode: Codec) -> None:
    once = decode(bytes(range(256)))
    assert np.array_equal(decode(encode(once)), once)


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


def test_a_view_of_samples_is_taken_as_it_is() -> None:
    samples = np.array([1, -2, 3], np.int16)
    assert from_pcm16(memoryview(samples)).tolist() == [1, -2, 3]


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


@given(st.sampled_from(RATES), st.sampled_from(RATES), st.integers(0, 5000), st.booleans())
def test_resampling_changes_the_rate_and_not_the_length(
    from_hz: int, to_hz: int, length: int, low_delay: bool
) -> None:
    resampler = Resampler(from_hz, to_hz, low_delay=low_delay)
    sound = np.full(length, 1000, np.int16)
    fed, rest = resampler.feed(sound), resampler.flush()
    assert fed.dtype == rest.dtype == np.int16
    assert abs(len(fed) + len(rest) - length * to_hz / from_hz) <= 1


@pytest.mark.parametrize("to_hz", RATES)
@pytest.mark.parametrize("from_hz", RATES)
def test_a_resampler_never_holds_back_more_than_62_ms(from_hz: int, to_hz: int) -> None:
    resampler = Resampler(from_hz, to_hz)
    came, frame = 0, from_hz // 50
    for number in range(1, 51):
        came += len(resampler.feed(np.zeros(frame, np.int16)))
        assert number * frame / from_hz - came / to_hz < 0.062


@pytest.mark.parametrize("rates", [(8000, 16_000), (8000, 24_000), (16_000, 24_000), (24_000, 48_000)])
def test_a_low_delay_resampler_holds_back_less_than_a_millisecond(rates: tuple[int, int]) -> None:
    resampler = Resampler(*rates, low_delay=True)
    came = len(resampler.feed(np.zeros(rates[0], np.int16)))
    assert came > rates[1] - rates[1] // 1000


@pytest.mark.parametrize("low_delay", [False, True])
@pytest.mark.parametrize("to_hz", RATES)
@pytest.mark.parametrize("from_hz", RATES)
def test_a_sine_stays_the_sine_it_was_across_chunk_borders(from_hz: int, to_hz: int, low_delay: bool) -> None:
    resampler = Resampler(from_hz, to_hz, low_delay=low_delay)
    sine = lambda hz: 10_000 * np.sin(2 * np.pi * 440 * np.arange(hz) / hz)  # noqa: E731
    sound = sine(from_hz).astype(np.int16)
    pieces = [resampler.feed(sound[i : i + from_hz // 50]) for i in range(0, from_hz, from_hz // 50)]
    out = np.concatenate([*pieces, resampler.flush()])
    error = np.abs(out[:to_hz] - sine(to_hz)[: len(out)])
    inner = error[to_hz // 20 : -to_hz // 20]
    assert inner.max() < (250 if low_delay else 20)


def test_equal_rates_cost_nothing() -> None:
    sound = np.arange(100, dtype=np.int16)
    resampler = Resampler(16_000, 16_000)
    assert resampler.feed(sound) is sound
    assert len(resampler.flush()) == 0


@given(st.floats(1.0, 32_000.0))
def test_levels_are_relative_to_full_scale(amplitude: float) -> None:
    wave = np.tile(np.array([amplitude, -amplitude]), 500).round().astype(np.int16)
    assert abs(level_dbfs(wave) - 20 * np.log10(np.abs(wave).max() / 32768)) < 0.01


def test_no_samples_are_silence() -> None:
    assert level_dbfs(np.zeros(0, np.int16)) == -120.0
    assert len(decode_ulaw(b"")) == 0 and encode_alaw(np.zeros(0, np.int16)) == b""
