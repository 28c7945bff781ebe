"""Which notifications go by e-mail, and when a learner is reminded."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lms_core.notifications import EmailFrom, Urgency, by_email, remind_at


@pytest.mark.parametrize(
    ("email_from", "sent"),
    [("low", "low normal high"), ("normal", "normal high"), ("high", "high"), ("never", "")],
)
def test_email_begins_at_an_urgency(email_from: str, sent: str) -> None:
    assert [one for one in Urgency if by_email(EmailFrom(email_from), one)] == sent.split()


def test_the_reminder_comes_in_the_evening_of_the_next_day_by_the_learners_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    saturday = datetime(2026, 10, 24, 23, 30, tzinfo=berlin)  # clocks change in this night
    assert remind_at(saturday).isoformat() == "2026-10-25T18:00:00+01:00"
