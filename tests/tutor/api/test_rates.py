"""Token buckets on virtual time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.errors import TooMany
from tutor.api.errors import error_response
from tutor.api.rates import Rates


def admitted(rates: Rates, key: str, now: float) -> bool:
    try:
        rates.take(key, now)
    except TooMany:
        return False
    return True


def test_after_the_burst_one_waits_as_long_as_retry_after_says() -> None:
    rates = Rates(per_second=0.5, burst=2)
    assert admitted(rates, "a", 0) and admitted(rates, "a", 0)
    with pytest.raises(TooMany) as refused:
        rates.take("a", 0)
    response = error_response(refused.value)
    assert (response.status, response.headers["Retry-After"]) == (429, "2")
    assert not admitted(rates, "a", 1.5) and admitted(rates, "a", 2)


def test_one_account_does_not_slow_another() -> None:
    rates = Rates(per_second=1, burst=1)
    assert admitted(rates, "a", 0) and not admitted(rates, "a", 0) and admitted(rates, "b", 0)


def test_the_longest_unused_key_is_forgotten_first() -> None:
    rates = Rates(per_second=0.001, burst=1, most_keys=2)
    assert all(admitted(rates, key, 0) for key in "abc")
    assert not admitted(rates, "c", 0) and admitted(rates, "a", 0)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200))
def test_never_more_than_the_burst_and_the_rate_allow(moments: list[float]) -> None:
    rates = Rates(per_second=2, burst=5)
    moments.sort()
    count = sum(admitted(rates, "a", moment) for moment in moments)
    assert count <= 5 + 2 * (moments[-1] - moments[0]) + 1e-6
