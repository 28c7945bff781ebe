"""Where sound comes to lie in a recording, whatever the link does to it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tutor.recordings.timeline import LATE, RATE, Timeline

FRAME = RATE // 50


def tone(seconds: float, level: int = 1000) -> NDArray[np.int16]:
    return np.full(round(seconds * RATE), level, np.int16)


def spans(channel: NDArray[np.int16]) -> list[tuple[float, float]]:
    """From when to when there is sound, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (channel != 0).astype(np.int8), [0]])))
    return [(float(a) / RATE, float(b) / RATE) for a, b in edges.reshape(-1, 2)]


def test_both_sides_lie_where_they_were_heard() -> None:
    line = Timeline(0)
    for number in range(50):
        line.learner(1 + number * 0.02, tone(0.02), RATE)
    line.companion(3, tone(0.5), RATE)
    line.companion(3.51, tone(0.5), RATE)  # 10 ms of jitter
    out = line.take(5)
    assert out.shape == (5 * RATE, 2)
    assert spans(out[:, 0]) == [(0.98, 1.98)]
    assert spans(out[:, 1]) == [(3, 4)]


def test_what_was_sent_and_then_flushed_is_not_heard_and_what_follows_is() -> None:
    line = Timeline(0)
    line.companion(1, tone(8), RATE)
    line.hush(2.5)
    line.companion(2.6, tone(1), RATE)
    assert spans(line.take(10)[:, 1]) == [(1, 2.5), (2.6, 3.6)]


def test_a_reply_that_a_client_queues_behind_another_is_heard_after_it() -> None:
    line = Timeline(0)
    line.companion(1, tone(2, 100), RATE)
    line.companion(2, tone(1, 200), RATE)
    out = line.take(5)[:, 1]
    assert spans(out) == [(1, 4)]
    assert out[round(2.9 * RATE)] == 100 and out[round(3.1 * RATE)] == 200


def test_a_link_that_stalled_moves_nothing() -> None:
    line = Timeline(0)
    for number in range(1, 201):  # 4 s; nothing comes through from 1 s to 2.5 s
        sent = number * 0.02
        line.learner(2.5 if 1 < sent < 2.5 else sent, tone(0.02, 1 + number), RATE)
    out = line.take(4)[:, 0]
    assert spans(out) == [(0, 4)]
    assert out[round(1.99 * RATE)] == out[round(2.01 * RATE)] - 1


def test_a_muted_client_leaves_silence() -> None:
    line = Timeline(0)
    for number in range(1, 51):
        line.learner(number * 0.02, tone(0.02), RATE)
    for number in range(1, 51):
        line.learner(6 + number * 0.02, tone(0.02), RATE)
    assert spans(line.take(8)[:, 0]) == [(0, 1), (6, 7)]


def test_a_phones_sound_is_as_long_as_it_was() -> None:
    line = Timeline(0)
    for number in range(1, 51):
        line.learner(number * 0.02, np.full(160, 3000, np.int16), 8000)
    line.companion(2, np.full(8000, 3000, np.int16), 8000)
    out = line.take(4)
    assert abs(np.count_nonzero(np.abs(out[:, 0]) > 1500) - RATE) < 0.1 * RATE
    assert abs(np.count_nonzero(np.abs(out[:, 1]) > 1500) - RATE) < 0.1 * RATE


def test_a_client_that_sends_faster_than_time_is_not_kept_without_end() -> None:
    line = Timeline(0)
    for _ in range(200):
        line.learner(1, tone(1), RATE)
        line.take(1)
    assert sum(len(sound) for _, sound in line._learner._pieces) <= 61 * RATE


@given(
    delays=st.lists(st.floats(0, LATE), min_size=5, max_size=60), every=st.floats(0.1, 1.5), start=st.floats(0, 100)
)  # fmt: skip
def test_nothing_is_lost_or_doubled_and_no_time_is_missing(
    delays: list[float], every: float, start: float
) -> None:
    """Frames of 20 ms arrive in order, each up to LATE after it was said; what is taken is taken bit by bit."""
    line, out, arrived, taken = Timeline(start), [], start, start
    for number, delay in enumerate(delays, 1):
        arrived = max(arrived, start + number * 0.02 + delay)
        line.learner(arrived, tone(0.02, number), RATE)
        if arrived - taken > every:
            out.append(line.take(arrived - LATE))
            taken = arrived
    end = arrived + 3
    out.append(line.take(end))
    heard = np.concatenate(out)[:, 0]
    assert abs(len(heard) - (end - start) * RATE) <= 1
    values, counts = np.unique(heard[heard != 0], return_counts=True)
    assert list(values) == list(range(1, len(delays) + 1))
    assert set(counts) == {FRAME}
    assert np.all(np.diff(heard[heard != 0]) >= 0)
