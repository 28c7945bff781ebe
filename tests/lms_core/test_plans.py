"""Voice minutes: what is left, and of which month."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lms_core.plans import Plan, month_name, month_of, seconds_left


@pytest.mark.parametrize(
    ("plan", "used", "left"),
    [(Plan.FREE, 0, 3600), (Plan.FREE, 3599, 1), (Plan.FREE, 9999, 0), (Plan.CORE, 60, 35_940), (Plan.PRO, 10**9, None)],
)  # fmt: skip
def test_what_is_left_is_never_negative_and_pro_has_no_end(plan: Plan, used: int, left: float | None) -> None:
    assert seconds_left(plan, used) == left


def test_a_month_begins_and_ends_in_utc() -> None:
    new_year_in_tokyo = datetime(2027, 1, 1, 3, tzinfo=timezone(timedelta(hours=9)))
    assert month_name(new_year_in_tokyo) == "2026-12"
    assert month_of(new_year_in_tokyo) == datetime(2026, 12, 1, tzinfo=UTC)
