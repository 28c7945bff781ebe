"""What needs somebody is said, the worst first; a server that is well is left alone."""

from dataclasses import replace
from datetime import UTC, datetime

from tutor.condition import Condition, Disk, Load, Store, Trouble, problems
from tutor.latencies import Measured

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WELL = Condition(
    "1", NOW, NOW, (), (), Store("SQLite", "sqlite:///viva.db"), Disk("/data", 50 << 30, 100 << 30),
    Load(3, 200, 2, 0.1, 1.0, False), Measured({}, {"engine_ears": 0, "refused": 0, "failed": 0}),
)  # fmt: skip


def test_a_server_that_is_well_needs_nobody() -> None:
    assert problems(WELL) == ()


def test_the_worst_comes_first_and_says_how_much() -> None:
    ill = replace(
        WELL, database=replace(WELL.database, error="It does not answer."), disk=Disk("/data", 10 << 20, 100 << 30),
        load=Load(190, 200, 2, 1.5, 1.0, True), lately=Measured({}, {"engine_mouth": 3, "failed": 1, "refused": 7}),
    )  # fmt: skip
    assert [(one.trouble, one.number, one.part) for one in problems(ill)] == [
        (Trouble.DATABASE, 0, ""),
        (Trouble.DISK_FULL, 10, ""),
        (Trouble.ENGINE_FAILS, 3, "mouth"),
        (Trouble.SESSIONS_FAIL, 1, ""),
        (Trouble.REFUSED, 7, ""),
        (Trouble.SPEECH_FULL, 2, ""),
        (Trouble.SESSIONS_FULL, 200, ""),
        (Trouble.DRAINING, 190, ""),
    ]


def test_a_disk_that_fills_up_is_said_before_it_is_full() -> None:
    (one,) = problems(replace(WELL, disk=Disk("/data", 500 << 20, 100 << 30)))
    assert (one.trouble, one.urgent, one.number) == (Trouble.DISK_LOW, False, 500)
