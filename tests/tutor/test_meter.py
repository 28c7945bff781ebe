"""Seconds of talk become rows, each once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms_core.errors import TooBusy
from lms_core.plans import Talked
from lms_core.ports import Minutes
from tutor.meter import Meter


@dataclass
class Talk:
    """As much of a session as is metered."""

    id: str
    talked_seconds: float = 0.0
    limits: list[float | None] = field(default_factory=list)

    def limit_time(self, seconds: float | None) -> None:
        self.limits.append(seconds)


class Ledger(Minutes):
    """Of one person with 100 seconds; refuses while `busy`."""

    def __init__(self) -> None:
        self.rows: list[Talked] = []
        self.busy = False

    async def meter(self, talked: Sequence[Talked]) -> dict[str, float | None]:
        if self.busy:
            raise TooBusy("Not now.")
        self.rows += talked
        return {"lena": 100.0 - sum(one.seconds for one in self.rows)}


async def test_every_second_is_counted_once_and_each_session_hears_what_is_left() -> None:
    ledger, first, second = Ledger(), Talk("s1"), Talk("s2", talked_seconds=40.0)
    meter = Meter(ledger)
    meter.add(first, "lena", 100.0)
    meter.add(second, "lena", 100.0)  # resumed: its 40 seconds are in the ledger
    first.talked_seconds, second.talked_seconds = 10.9, 45.0
    await meter.count()
    first.talked_seconds = 12.1
    await meter.remove(first)
    await meter.count()
    assert [(one.session_id, one.seconds) for one in ledger.rows] == [
        ("s1", 10), ("s2", 5), ("s1", 2), ("s2", 0),
    ]  # fmt: skip
    assert first.limits == [100.0, 85.0, 83.0] and second.limits == [100.0, 85.0, 83.0]


async def test_what_cannot_be_written_is_counted_the_next_time() -> None:
    ledger, talk = Ledger(), Talk("s1")
    meter = Meter(ledger)
    meter.add(talk, "lena", 100.0)
    ledger.busy, talk.talked_seconds = True, 30.0
    await meter.count()
    ledger.busy, talk.talked_seconds = False, 60.0
    await meter.count()
    assert [one.seconds for one in ledger.rows] == [60]


async def test_the_session_of_who_was_erased_is_wound_up() -> None:
    talk = Talk("s1")
    meter = Meter(Ledger())
    meter.add(talk, "nobody", None)
    await meter.count()
    assert talk.limits == [None, 0]


async def test_a_session_that_fails_to_hear_it_costs_the_others_nothing() -> None:
    class Broken(Talk):
        def limit_time(self, seconds: float | None) -> None:
            if self.talked_seconds:
                raise RuntimeError

    ledger, broken, talk = Ledger(), Broken("s1"), Talk("s2")
    meter = Meter(ledger)
    meter.add(broken, "lena", None)
    meter.add(talk, "lena", None)
    broken.talked_seconds = talk.talked_seconds = 5.0
    await meter.count()
    await meter.count()
    assert [one.seconds for one in ledger.rows] == [5, 5, 0, 0]
    assert talk.limits == [None, 90.0, 90.0]
