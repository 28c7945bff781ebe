"""Quantiles lie where the values lay, and what is old no longer counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.latencies import Lately, Latency, Measured

BOUNDS = (0.1, 1.0, 10.0)


def latency(*counts: int) -> Latency:
    return Latency(BOUNDS, counts)


@pytest.mark.parametrize(
    ("counts", "half", "most"),
    [
        ((0, 0, 0, 0), None, None),
        ((10, 0, 0, 0), 0.05, 0.095),
        ((5, 5, 0, 0), 0.1, 0.91),
        ((0, 0, 0, 4), 10.0, 10.0),
    ],
)
def test_quantiles(counts: tuple[int, ...], half: float | None, most: float | None) -> None:
    assert latency(*counts).quantile(0.5) == pytest.approx(half)
    assert latency(*counts).quantile(0.95) == pytest.approx(most)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4), st.floats(0.01, 1))
def test_a_quantile_lies_in_the_bucket_where_that_share_ends(counts: list[int], share: float) -> None:
    found = latency(*counts)
    seconds, place = found.quantile(share), found.place(share)
    if not found.count:
        assert seconds is None and place is None
        return
    assert seconds is not None and place is not None
    assert 0 <= seconds <= BOUNDS[-1] and 0 < place <= len(counts)
    assert sum(counts[: int(place)]) <= share * found.count + 1e-6


def test_only_the_last_minutes_count() -> None:
    lately, total = Lately(window=60), latency(0, 0, 0, 0)
    for second in range(0, 300, 10):
        total = Latency(BOUNDS, (total.counts[0] + 1, 0, 0, 0))
        lately.note(float(second), Measured({"api": total}, {"refused": total.count}))
    found = lately.since(Measured({"api": total}, {"refused": total.count, "failed": 2}))
    assert found.latencies["api"].count == 6
    assert found.events == {"refused": 6, "failed": 2}
