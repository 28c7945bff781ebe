"""When the speech workers count as full."""

import pytest

from tutor.speech_load import WINDOW, SpeechLoad


def load(*waits: tuple[str, float, float]) -> SpeechLoad:
    """Full above one second."""
    made = SpeechLoad(1.0)
    for part, at, seconds in waits:
        made.waited(part, at, seconds)
    return made


def test_workers_that_nobody_waits_for_are_not_full() -> None:
    assert load().mean_wait(5.0) == 0.0
    assert not load().is_full(5.0)
    assert not load(("ears", 1.0, 0.0), ("ears", 2.0, 1.0)).is_full(5.0)


def test_one_long_wait_among_short_ones_is_put_up_with_and_a_long_mean_is_not() -> None:
    once = load(*(("ears", float(at), 0.1) for at in range(5)), ("ears", 5.0, 3.0))
    assert once.mean_wait(5.0) == pytest.approx(3.5 / 6)
    assert not once.is_full(5.0)
    assert load(("ears", 1.0, 0.9), ("ears", 2.0, 1.3)).is_full(5.0)


def test_an_idle_mouth_does_not_hide_busy_ears() -> None:
    busy = load(("ears", 1.0, 2.0), *(("mouth", 1.0, 0.0) for _ in range(100)))
    assert busy.is_full(2.0) and busy.mean_wait(2.0) == 2.0


def test_what_was_long_ago_does_not_count() -> None:
    made = load(("ears", 1.0, 5.0))
    assert made.is_full(WINDOW) and not made.is_full(1.0 + WINDOW)


def test_it_keeps_no_more_than_the_newest_waits() -> None:
    made = load(*(("ears", 1.0, 9.0) for _ in range(1000)), *(("ears", 1.0, 0.0) for _ in range(500)))
    assert made.mean_wait(1.0) == 0.0
