"""Which of a person's sessions makes room for a new one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms_core.sessions import OpenSession, to_give_up

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS = st.sets(st.sampled_from("abcdef"))


def one(session_id: str, minute: int) -> OpenSession:
    return OpenSession(session_id, NOON + timedelta(minutes=minute))


def test_the_one_that_was_left_longest_ago_goes() -> None:
    mine = [one("new", 3), one("old", 1), one("between", 2)]
    assert to_give_up(mine, attached=(), waiting={"new", "old", "between"}, quiet_since=NOON) == "old"


def test_one_that_is_not_here_goes_only_when_it_has_been_quiet() -> None:
    mine = [one("elsewhere", 3)]
    assert to_give_up(mine, attached=(), waiting=(), quiet_since=NOON) is None
    later = NOON + timedelta(minutes=4)
    assert to_give_up(mine, attached=(), waiting=(), quiet_since=later) == "elsewhere"


@given(st.lists(st.builds(one, st.sampled_from("abcdef"), st.integers(0, 60))), IDS, IDS, st.integers(0, 60))
def test_an_attached_session_never_goes(
    mine: list[OpenSession], attached: set[str], waiting: set[str], quiet: int
) -> None:
    chosen = to_give_up(
        mine, attached=attached, waiting=waiting - attached, quiet_since=NOON + timedelta(minutes=quiet)
    )
    assert chosen not in attached
    assert chosen is None or chosen in {one.id for one in mine}
