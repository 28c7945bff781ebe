"""Decisions from probabilities, and exact moments from levels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio.segmenter import Change, Moment, Segmenter, levels_of, true_end, true_start

PROBABILITIES = st.lists(st.floats(0, 1), max_size=200)
THRESHOLDS = st.floats(0.05, 0.95)


def changes(segmenter: Segmenter, probabilities: list[float]) -> list[tuple[int, Moment]]:
    """Each change with the number of windows heard when it was told."""
    told = [(place, segmenter.process(p)) for place, p in enumerate(probabilities, 1)]
    return [(place, moment) for place, moment in told if moment is not None]


def test_two_windows_start_speech_and_four_quiet_ones_end_it() -> None:
    assert changes(Segmenter(), [0.1, 0.6, 0.7, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1]) == [
        (3, Moment(Change.STARTED, 2, 0)),
        (8, Moment(Change.STOPPED, 4, 0)),
    ]


def test_one_window_starts_speech_if_it_is_nearly_certain() -> None:
    assert changes(Segmenter(), [0.0, 0.94]) == [(2, Moment(Change.STARTED, 1, 0))]


def test_one_likely_window_is_a_click() -> None:
    assert changes(Segmenter(), [0.0, 0.9, 0.0, 0.9, 0.0]) == []


def test_a_dip_between_the_thresholds_or_a_short_one_below_does_not_end_speech() -> None:
    assert len(changes(Segmenter(), [0.9, 0.9, *[0.4] * 50, 0.1, 0.1, 0.1, 0.4])) == 1


def test_doubtful_windows_around_speech_are_counted() -> None:
    heard = changes(Segmenter(), [0.0, 0.2, 0.6, 0.3, 0.7, 0.8, 0.2, 0.2, 0.05, 0.2])
    assert [moment for _, moment in heard] == [
        Moment(Change.STARTED, 2, 3),
        Moment(Change.STOPPED, 4, 2),
    ]


@given(PROBABILITIES, THRESHOLDS)
def test_starts_and_stops_alternate_in_time_and_segments_do_not_overlap(
    probabilities: list[float], threshold: float
) -> None:
    end = 0
    for number, (told, moment) in enumerate(changes(Segmenter(threshold), probabilities)):
        assert moment.change is (Change.STOPPED if number % 2 else Change.STARTED)
        at = told - moment.windows
        assert end <= at < told
        assert moment.doubtful <= (at if moment.change is Change.STARTED else moment.windows)
        end = at


@given(PROBABILITIES, THRESHOLDS)
def test_every_run_of_likely_windows_is_inside_a_segment(
    probabilities: list[float], threshold: float
) -> None:
    segmenter = Segmenter(threshold)
    speech = [False] * len(probabilities)
    since = None
    for told, moment in changes(segmenter, probabilities):
        if moment.change is Change.STARTED:
            since = told - moment.windows
        else:
            assert since is not None
            speech[since : told - moment.windows] = [True] * (told - moment.windows - since)
            since = None
    if since is not None:
        speech[since:] = [True] * (len(speech) - since)
    assert segmenter.speaking == (since is not None)
    for place in range(1, len(probabilities)):
        if min(probabilities[place - 1 : place + 1]) >= threshold:
            assert speech[place - 1] and speech[place]


@given(PROBABILITIES, PROBABILITIES, THRESHOLDS)
def test_after_a_reset_it_is_as_new(before: list[float], after: list[float], threshold: float) -> None:
    used = Segmenter(threshold)
    changes(used, before)
    used.reset()
    assert changes(used, after) == changes(Segmenter(threshold), after)


LEVELS = st.lists(st.floats(-120, 0), max_size=80).map(np.array)


@given(LEVELS, st.integers(0, 80), st.integers(0, 20))
def test_an_exact_start_is_never_later_and_at_most_so_much_earlier(
    levels: np.ndarray, at: int, most: int
) -> None:
    at = min(at, len(levels))
    assert max(0, at - most) <= true_start(levels, at, most) <= at


@given(LEVELS, st.integers(0, 80), st.integers(0, 20))
def test_an_exact_end_stays_nearby_and_inside_what_was_heard(levels: np.ndarray, at: int, most: int) -> None:
    at = min(at, len(levels))
    assert max(0, at - 6) <= true_end(levels, at, most) <= min(len(levels), at + most)


def test_a_fricative_before_the_vowel_belongs_to_the_word() -> None:
    levels = np.array([-60.0] * 40 + [-30.0] * 12 + [-18.0] * 8)
    assert true_start(levels, 52, 16) == 40
    assert true_start(levels, 52, 5) == 47, "no further than Silero doubted"


def test_a_plosives_closure_does_not_hide_what_comes_before_or_after() -> None:
    levels = np.array([-60.0] * 40 + [-30.0] * 3 + [-60.0] * 2 + [-18.0] * 8)
    assert true_start(levels, 45, 16) == 40
    levels = np.array([-60.0] * 10 + [-18.0] * 30 + [-60.0] * 2 + [-28.0] * 3 + [-60.0] * 8)
    assert true_end(levels, 40, 10) == 45


def test_an_end_that_came_late_is_moved_back_to_the_last_sound() -> None:
    levels = np.array([-60.0] * 10 + [-18.0] * 30 + [-60.0] * 17)
    assert true_end(levels, 44, 3) == 40


def test_levels_are_those_of_whole_stretches_and_silence_is_silent() -> None:
    hiss = np.random.default_rng(3).standard_normal(160)
    sound = np.concatenate((hiss * 3000, hiss * 300, np.zeros(200))).astype(np.int16)
    loud, soft, silent = levels_of(sound, 160)
    assert 18 < loud - soft < 22 and silent < -70
    assert len(levels_of(sound[:0], 160)) == 0


def test_a_rumble_is_softer_than_a_hiss_of_a_tenth_of_its_strength() -> None:
    rumble = np.sin(np.arange(1600) * 2 * np.pi * 60 / 16_000) * 3000
    hiss = np.random.default_rng(3).standard_normal(1600) * 300
    assert levels_of(rumble.astype(np.int16), 1600) < levels_of(hiss.astype(np.int16), 1600)
