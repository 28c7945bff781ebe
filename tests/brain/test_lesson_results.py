"""What sessions showed, as both minds remember it."""

import pytest

from tutor.brain.lesson_results import results

NOTHING = {"graded": {}, "taught": False}


def test_both_minds_results_are_read() -> None:
    tutor = {
        "lesson": "l",
        "outcomes": {"0": "right", "1": "helped", "2": "revealed", "3": "skipped"},
        "through": True,
    }
    assert results({"lesson_tutor": tutor}) == {"graded": {"0": 1.0, "1": 0.7, "2": 0.0}, "taught": True}
    model = {"quiz": {"asked": [0, 1], "scores": {"0": 0.5, "1": 1.0}}}
    assert results(model) == {"graded": {"0": 0.5, "1": 1.0}, "taught": False}
    assert results(model | {"lesson_tutor": tutor})["graded"] == {"0": 1.0, "1": 1.0, "2": 0.0}


@pytest.mark.parametrize("memory", [{}, {"quiz": 1}, {"lesson_tutor": {"outcomes": {"x": "y"}}}])
def test_what_cannot_be_read_shows_nothing(memory: dict[str, object]) -> None:
    assert results(memory) == NOTHING
