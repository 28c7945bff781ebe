"""The waiting line against a list that is searched for who waited longest."""

from hypothesis import given
from hypothesis import strategies as st

from audio.fair_line import FairLine

CALLERS = st.sampled_from("abc")
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "take", "remove"]), CALLERS, st.integers(0, 20)), max_size=60
)


@given(STEPS)
def test_each_callers_jobs_come_in_order_and_no_caller_comes_twice_while_another_waits(
    steps: list[tuple[str, str, int]],
) -> None:
    line: FairLine[tuple[str, int]] = FairLine()
    waiting: list[tuple[str, int]] = []
    served = dict.fromkeys("abc", -1)
    """When each caller was served last, or came to an empty line: who waited longest is next."""
    for number, (what, caller, which) in enumerate(steps):
        if what == "put":
            if all(other != caller for other, _ in waiting):
                served[caller] = number
            waiting.append((caller, number))
            line.put(caller, (caller, number))
        elif what == "take" and waiting:
            turn = min({other for other, _ in waiting}, key=served.__getitem__)
            job = next(job for job in waiting if job[0] == turn)
            assert line.take() == job
            waiting.remove(job)
            served[turn] = number
        elif what == "remove":
            assert line.remove(caller, (caller, which)) == ((caller, which) in waiting)
            waiting = [job for job in waiting if job != (caller, which)]
        assert len(line) == len(waiting)
    assert sorted(line.clear()) == sorted(waiting) and len(line) == 0
