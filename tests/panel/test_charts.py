"""A histogram is drawn within its frame, and says in words what it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.latencies import Latency
from tutor.panel.languages import LANGUAGES
from tutor.panel.views.admin.health import HEIGHT, WIDTH, chart, duration

_BOUNDS = (0.001, 0.01, 0.1, 1.0)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
def test_all_of_it_is_within_the_frame(counts: list[int]) -> None:
    drawn = chart("api", Latency(_BOUNDS, tuple(counts)), LANGUAGES["en"])
    assert len(drawn.bars) == len(drawn.rows) == sum(map(bool, counts))
    for bar in drawn.bars:
        assert bar.x >= 0 and bar.x + bar.width <= WIDTH
        assert bar.y >= 0 and bar.y + bar.height == pytest.approx(HEIGHT)
    for mark in (drawn.half, drawn.most, *drawn.ticks):
        assert mark is None or 0 <= mark.x <= WIDTH
    assert (drawn.half is None) == (not any(counts))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0005, "0.5 ms"), (0.01, "10 ms"), (0.0854, "85 ms"), (0.9999, "1 s"), (1.234, "1.2 s"), (10, "10 s")],
)
def test_two_digits_are_enough(seconds: float, said: str) -> None:
    assert duration(seconds, LANGUAGES["en"]).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_german_reads_a_comma() -> None:
    assert duration(1.25, LANGUAGES["de"]).startswith("1,")
