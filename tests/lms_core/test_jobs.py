from lms_core.jobs import ATTEMPTS, wait_after


def test_the_wait_doubles_and_the_third_failure_is_the_last() -> None:
    assert [wait_after(failures) for failures in range(1, ATTEMPTS + 1)] == [2, 4, None]
